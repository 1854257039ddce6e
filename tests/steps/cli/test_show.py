"""`python -m assay show` says what the API says."""

from __future__ import annotations

import json

import pytest
from tests.inventory import builders as b
from tests.views.nights import open_shop, two_nights

from assay.steps.cli.main import main


def test_the_inventory_is_searched_filtered_and_sorted(tmp_path, monkeypatch, capsys):
    two_nights(tmp_path, monkeypatch)
    assert main(["show", "inventory", b.PLATFORM, "--search", "landing.pro", "--sort", "value", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["asset_id"] for row in found["rows"]] == ["landing.promotions", "landing.products", "landing.products_copy"]
    assert (found["partition"], found["total"]) == (b.PARTITION, 3)
    assert main(["show", "inventory", b.PLATFORM, "--limit", "1"]) == 0
    out = capsys.readouterr().out
    assert "corner_shop 2017-12-23: 11,877 USD/week, 7 assets, the first 1 of 7 that fit" in out
    assert "landing.transactions" in out and "landing.campaigns" not in out


def test_an_asset_and_runs_are_shown(tmp_path, monkeypatch, capsys):
    two_nights(tmp_path, monkeypatch)
    assert main(["show", "asset", b.PLATFORM, "landing.transactions"]) == 0
    out = capsys.readouterr().out
    assert "What was bought." in out and "6,010 USD/week" in out and "sales_value" in out
    assert main(["show", "runs", b.PLATFORM]) == 0
    out = capsys.readouterr().out
    assert "2017-12-20" in out and "missing" in out and "landing.promotions" in out
    assert main(["show", "money", b.PLATFORM]) == 0
    assert json.loads(capsys.readouterr().out)["use_cases"][0]["use_case"] == b.CASE


@pytest.mark.parametrize("arguments, problem", [
    (["asset", b.PLATFORM, "landing.transaction"], "did you mean 'landing.transactions'?"),
    (["inventory", b.PLATFORM, "--partition", "soon"], "is no date"),
    (["inventory", "nobody"], "unknown platform"),
    (["runs", b.PLATFORM, "--from", "x"], "is not a date"),
])
def test_bad_input_is_one_sentence(tmp_path, monkeypatch, capsys, arguments, problem):
    two_nights(tmp_path, monkeypatch)
    assert main(["show", *arguments]) == 1
    error = capsys.readouterr().err
    assert problem in error and len(error.splitlines()) == 1


def test_before_the_first_night(tmp_path, monkeypatch, capsys):
    open_shop(tmp_path, monkeypatch)
    assert main(["show", "inventory", b.PLATFORM]) == 1
    assert "no inventory of corner_shop" in capsys.readouterr().err
    assert main(["show", "runs", b.PLATFORM]) == 0
    assert "no partition has been run yet" in capsys.readouterr().out
