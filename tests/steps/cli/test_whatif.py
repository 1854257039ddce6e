from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.steps import valued as v

from assay.features.damage import Damage
from assay.steps.cli.main import main
from assay.steps.cli.whatif import Asked


@pytest.fixture
def storage(small_environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return v.use_storage(small_environment, monkeypatch)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(("whatif", *arguments)) == 1
    said = capsys.readouterr()
    assert said.out == "" and len(said.err.splitlines()) == 1
    return said.err.strip()


@pytest.mark.parametrize(("asked", "damage", "said"), [
    (Asked(7, None, False), Damage("x", late_days=7), "7 days late"),
    (Asked(1, None, False), Damage("x", late_days=1), "1 day late"),
    (Asked(None, 12.5, False), Damage("x", lost=0.125), "without 12.5 % of its rows"),
    (Asked(None, None, True), Damage("x", lost=1.0), "removed")])
def test_what_is_asked_is_what_is_done(asked: Asked, damage: Damage, said: str) -> None:
    assert asked.damage("x") == damage and str(asked) == said


@pytest.mark.parametrize(("arguments", "said"), [
    (("german_credit", "x", "--lose", "101"), "101 percent in --lose: give a number from 0 to 100"),
    (("german_credit", "x", "--lose", "-1"), "-1 percent in --lose: give a number from 0 to 100"),
    (("german_credit", "x", "--lose", "nan"), "nan percent in --lose: give a number from 0 to 100"),
    (("german_credit", "x", "--late", "-2"), "-2 days in --late: give 0 or more"),
    (("german_credit", "x", "--remove", "--nights", "0"), "0 nights in --nights: give 1 or more"),
    (("german_credit", "x", "1999-01-01", "--remove"), "no values of german_credit for 1999-01-01 under"),
    (("german_credit", "x", "--remove"), "no values of german_credit under"),
    (("nowhere", "x", "--remove"), "unknown platform 'nowhere'")])
def test_bad_input_is_one_sentence(arguments: tuple[str, ...], said: str, small_environment: Path, tmp_path: Path,
                                   monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ASSAY_STORAGE", (tmp_path / "storage").as_uri())
    assert said in refused(capsys, *arguments)


def test_one_damage_has_to_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ((), ("--late", "1", "--remove")):
        with pytest.raises(SystemExit) as ended:
            main(["whatif", "german_credit", "x", *arguments])
        assert ended.value.code == 2


@pytest.mark.slow
def test_the_answer_is_a_table_or_json(storage: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    partition = v.valued(v.CREDIT, storage).begun.night.partition
    asset, logs = "landing.applications.person", ("--logs", str(tmp_path))
    assert main(["whatif", v.CREDIT, asset, "--remove", "--nights", "3", *logs]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert lines[0].startswith(f"{asset} removed: ")
    assert [line.split()[:2] for line in lines if line.startswith(f" {partition}")] == [[partition, "default_risk"]]
    assert lines[-1].endswith(f"only what decisions know of {asset} is damaged.")
    assert main(["whatif", v.CREDIT, asset, partition, "--remove", "--json", *logs]) == 0
    found = json.loads(capfd.readouterr().out)
    assert (found["asset_id"], found["damage"]) == (asset, "removed")
    (answer,) = found["answers"]
    assert (answer["partition"], answer["use_case"]) == (partition, "default_risk")
    assert set(answer["outlook"]) == {"earned", "damaged", "change", "ci_low", "ci_high", "share"}
