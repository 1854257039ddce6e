"""`scan` and `init` as a person calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from assay.steps.cli.main import main


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """Two tables of which one refers to the other, and a bad one."""
    root = tmp_path / "lake"
    root.mkdir()
    (root / "items.csv").write_text("item_id,brand\n" + "".join(f"{n},b{n % 7}\n" for n in range(40)))
    (root / "orders.csv").write_text("order_id,item_id,price\n" + "".join(f"{n},{n % 40},{n}.5\n" for n in range(90)))
    (root / "torn.parquet").write_text("PAR1")
    return root


def _options(tmp_path: Path) -> list[str]:
    return ["--workspace", str(tmp_path / "work"), "--logs", str(tmp_path / "logs")]


def test_scan_prints_a_table_and_json(lake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", str(lake), *_options(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "orders(item_id) → items(item_id)  foreign_key, 100% covered" in said
    assert "torn (unreadable)" in said
    assert main(["scan", str(lake), "--json", *_options(tmp_path)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [asset["newest_row_count"] for asset in found["assets"]] == [40, 90, 0]


def test_scan_prints_what_changed_and_what_is_probably_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "lake"
    root.mkdir()
    for day in range(1, 4):
        lines = [f"{1000 * day + n},{('Berlin', 'Paris', 'Madrid')[n % 3]},{n % 9}" for n in range(300)]
        lines += [f"{1000 * day + 300},PARIS,5"] if day == 3 else []
        head = "order_id,city,pieces" if day < 3 else "order_id,city,items"
        (root / f"orders_2024-01-0{day}.csv").write_text("\n".join([head, *lines]) + "\n")
    assert main(["scan", str(root), *_options(tmp_path)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "changed orders 2024-01-03: column renamed: items (pieces → items)" in said
    assert "probably wrong in the newest partition orders: city: 'PARIS' is written otherwise than 'Paris'" in said
    assert "row 301" in said


def test_init_writes_a_manifest_once(lake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["init", "--source", str(lake), "--name", "shop", "--currency", "CNY", "--folder", str(tmp_path / "platforms"),
            *_options(tmp_path)]
    assert main(call) == 0
    manifest = yaml.safe_load((tmp_path / "platforms" / "shop" / "platform.yaml").read_text(encoding="utf-8"))
    assert manifest == {"platform": "shop", "currency": "CNY", "timezone": "UTC",
                        "sources": [{"name": "shop", "type": "files", "path": str(lake)}]}
    assert main(call) == 1
    assert "name another one" in capsys.readouterr().err


def test_a_source_that_is_not_there_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", str(tmp_path / "nothing"), *_options(tmp_path)]) == 1
    assert capsys.readouterr().err.count("\n") == 1
