from __future__ import annotations

import io

import pyarrow as pa
import pytest
from rich.console import Console
from tests.inventory import builders as b
from tests.inventory.test_ranking import evidence

from assay.contracts.schemas import INVENTORY
from assay.inventory.console import render
from assay.inventory.ranking import rank


def printed(inventory: pa.Table, width: int) -> list[str]:
    out = io.StringIO()
    Console(file=out, width=width, color_system=None).print(render(inventory, title="Corner [shop]", caption="Sales reached."))
    return out.getvalue().splitlines()


@pytest.mark.parametrize("width", [80, 100, 160])
def test_nothing_is_cut_off_at_any_width(width: int) -> None:
    lines = printed(rank(evidence(), b.manifest()), width)
    text = "\n".join(lines)
    assert all(len(line) <= width for line in lines)
    assert "…" not in text
    assert "Corner [shop]" in text
    for word in ("8,422", "7,900 to 8,960", "USD/week", "degraded", "invest", "repair", "merge", "protect", "97%"):
        assert word in text


def test_an_unvalued_asset_is_never_shown_as_zero() -> None:
    row = next(line for line in printed(rank(evidence(), b.manifest()), 160) if "landing.products_copy" in line)
    assert "unvalued" in row
    assert row.split()[:4] == ["7", "landing.products_copy", "unvalued", "–"]


def test_an_empty_inventory_is_a_table_without_rows() -> None:
    assert "asset" in "\n".join(printed(INVENTORY.schema.empty_table(), 80))
