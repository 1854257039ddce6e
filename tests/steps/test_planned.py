"""Who plays in a use case."""

from __future__ import annotations

import dataclasses

import pytest
from tests.features import builders as b

from assay.errors import NotEnoughData
from assay.steps.planned import players_of


def test_players_are_the_assets_named_or_all_of_them() -> None:
    case, names = b.CASE, sorted(b.HOSPITAL.assets)
    assert players_of(case, b.HOSPITAL, ()) == names
    assert players_of(case.model_copy(update={"assets": ["ward.trials", "ward.drugs"]}), b.HOSPITAL, ()) == [
        "ward.drugs", "ward.trials"]
    with pytest.raises(NotEnoughData, match="asset 'ward.drug' is not among the assets found; did you mean 'ward.drugs'"):
        players_of(case.model_copy(update={"assets": ["ward.drug"]}), b.HOSPITAL, ())
    with pytest.raises(NotEnoughData, match="asset 'x' is not among the assets found; name one of ward.dispensings, "):
        players_of(case.model_copy(update={"assets": ["x"]}), b.HOSPITAL, ())


def test_the_labels_of_an_outcome_without_time_are_no_player() -> None:
    outcome = b.CASE.outcome.model_copy(update={"time": None, "window_days": None, "label": "doses", "positive": "3"})
    assert "ward.dispensings" not in players_of(b.CASE.model_copy(update={"outcome": outcome}), b.HOSPITAL, ())


def test_copies_play_as_one_whatever_they_are_called() -> None:
    more = {"ward.a_list": b.HOSPITAL.assets["ward.drugs"], "ward.z_log": b.HOSPITAL.assets["ward.dispensings"]}
    assets = {name: dataclasses.replace(facts, asset_id=name) for name, facts in more.items()}
    copied = dataclasses.replace(b.HOSPITAL, assets={**b.HOSPITAL.assets, **assets},
                                 copies={"ward.drugs": "ward.a_list", "ward.z_log": "ward.dispensings"})
    names = set(b.HOSPITAL.assets)
    assert players_of(b.CASE, copied, ()) == sorted(names - {"ward.drugs"} | {"ward.a_list"})
    assert players_of(b.CASE, copied, {"ward.drugs"}) == sorted(names)  # the one that is usable
    outcome = b.CASE.outcome.model_copy(update={"time": None, "window_days": None, "label": "doses", "positive": "3"})
    unlabelled = players_of(b.CASE.model_copy(update={"outcome": outcome}), copied, ())
    assert not {"ward.dispensings", "ward.z_log"} & set(unlabelled)  # a copy of the labels would tell them


def test_more_assets_than_coalitions_can_be_played_for_are_refused() -> None:
    many = b.catalogue([b.asset(f"x.t{n}", "entity", {}) for n in range(950)], {})
    with pytest.raises(NotEnoughData, match="950 assets feed it.*name at most 949 of them under its assets"):
        players_of(b.CASE, many, ())
