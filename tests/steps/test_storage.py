"""What a platform's artifacts take, and removing what nothing needs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assay.contracts.schemas import ASSET_STATES, CHANGES, VALUES
from assay.steps.cli.main import main
from assay.storage import Recipe, open_store

PLATFORM, RECIPE = "small_journey", Recipe((), "", "")


@pytest.fixture
def nights(small_environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two nights, two years apart."""
    monkeypatch.setenv("ASSAY_STORAGE", tmp_path.as_uri())
    for day in ("2015-12-31", "2017-12-31"):
        for contract, name in ((ASSET_STATES, ""), (CHANGES, ""), (VALUES, "next_week")):
            open_store().publish(contract, contract.schema.empty_table(), platform=PLATFORM, partition=day, name=name,
                                 recipe=RECIPE)


def said(capsys: pytest.CaptureFixture[str], *options: str, status: int = 0) -> str:
    assert main(["storage", PLATFORM, *options]) == status
    printed = capsys.readouterr()
    return " ".join((printed.err if status else printed.out).split())


def test_nothing_goes_unless_it_is_asked_for(nights: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert "all of it kept" in said(capsys)
    assert re.search(r"2 artifacts, .* can go: .* nothing was removed", said(capsys, "--keep-days", "400"))
    assert len(open_store().artifacts(PLATFORM)) == 6


def test_what_can_go_goes_and_history_stays(nights: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert "removed 2 artifacts" in said(capsys, "--keep-days", "400", "--prune")
    assert {(a.contract, a.partition) for a in open_store().artifacts(PLATFORM)} == {
        ("values", "2015-12-31"), ("values", "2017-12-31"), ("asset_states", "2017-12-31"), ("changes", "2017-12-31")}
    assert "removed 0 artifacts" in said(capsys, "--keep-days", "400", "--prune")


def test_days_that_a_night_reads_cannot_be_dropped(nights: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert re.search(r"keep_days 5, while a night reads \d+ days back", said(capsys, "--keep-days", "5", "--prune", status=1))
    assert len(open_store().artifacts(PLATFORM)) == 6


def test_a_platform_without_a_night(small_environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                    capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ASSAY_STORAGE", tmp_path.as_uri())
    assert "a night of small_journey" in said(capsys, status=1)
