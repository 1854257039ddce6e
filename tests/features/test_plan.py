from __future__ import annotations

import numpy as np
import pytest
from tests.features import builders as b

from assay.errors import NotEnoughData
from assay.features.blocks import tokens_from_json, tokens_to_json
from assay.features.plan import plan_blocks
from assay.features.table import entity_domains

DOMAINS = entity_domains(b.HOSPITAL, b.CASE)


def tokens(players: set[str]) -> dict[str, tuple[str, ...]]:
    found = [block.token for block in plan_blocks(b.HOSPITAL, DOMAINS, players)]
    assert len({t.name for t in found}) == len(found)
    return {t.name: t.assets for t in found}


def test_patients_and_drugs_get_every_kind_of_block() -> None:
    assert tokens(set(b.HOSPITAL.assets)) == {
        "ward.dispensings|user": ("ward.dispensings",),
        "ward.dispensings|item": ("ward.dispensings",),
        "ward.dispensings|user+item": ("ward.dispensings",),
        "ward.dispensings|user|sequence": ("ward.dispensings",),
        "ward.dispensings~ward.drugs.supplier|user+item": ("ward.dispensings", "ward.drugs"),
        "ward.dispensings~ward.drugs.substance|user+item": ("ward.dispensings", "ward.drugs"),
        "ward.drugs": ("ward.drugs",),
        "ward.enrolments|user": ("ward.enrolments",),
        "ward.enrolments~ward.trials|user": ("ward.enrolments", "ward.trials"),
        "ward.patients": ("ward.patients",),
        "ward.reactions|user": ("ward.reactions",),
        "ward.shortages|item": ("ward.shortages",),
        "ward.shortages|item|announced": ("ward.shortages",),
        "ward.trial_arms|item": ("ward.trial_arms",),
        "ward.trial_arms~ward.trials|item": ("ward.trial_arms", "ward.trials"),
        "ward.enrolments~ward.trials~ward.trial_arms.trial_id|user+item":
            ("ward.enrolments", "ward.trial_arms", "ward.trials"),
        "ward.reactions~ward.trials~ward.trial_arms.trial_id|user+item":
            ("ward.reactions", "ward.trial_arms", "ward.trials"),
        "ward.dispensings~ward.shortages|user+item": ("ward.dispensings", "ward.shortages"),
    }


def test_drugs_at_clinics_get_blocks_of_their_own_and_none_of_patients() -> None:
    """Who came is no key any more; what a clinic gives out is lifted to what drugs have in common."""
    blocks = b.blocks(case=b.STOCK)
    assert {block.token.name for block in blocks} == {
        "ward.dispensings|place", "ward.dispensings|item", "ward.dispensings|place+item",
        "ward.dispensings~ward.drugs.supplier|place+item", "ward.dispensings~ward.drugs.substance|place+item",
        "ward.drugs", "ward.shortages|place", "ward.shortages|item", "ward.shortages|place+item",
        "ward.shortages|place|announced", "ward.shortages|item|announced", "ward.shortages|place+item|announced",
        "ward.trial_arms|item", "ward.trial_arms~ward.trials|item"}


def test_only_players_feed_a_use_case() -> None:
    """Without the trials nobody says what is in force; without drugs nothing is alike."""
    found = tokens({"ward.dispensings", "ward.enrolments", "ward.trial_arms"})
    assert set(found) == {"ward.dispensings|user", "ward.dispensings|item", "ward.dispensings|user+item",
                          "ward.dispensings|user|sequence",
                          "ward.enrolments|user", "ward.trial_arms|item", "ward.enrolments~ward.trial_arms.trial_id|user+item"}
    assert tokens({"ward.weather"}) == {} == tokens(set())


def test_every_combination_of_players_reads_players_alone() -> None:
    rng = np.random.default_rng(0)
    assets = np.array(sorted(b.HOSPITAL.assets))
    for _ in range(40):
        players = set(assets[rng.random(len(assets)) < 0.6].tolist())
        for block in plan_blocks(b.HOSPITAL, DOMAINS, players):
            token = block.token
            assert set(token.assets) <= players and list(token.assets) == sorted(token.assets)
            assert {asset for feature in token.features for asset, _ in feature.sources} <= set(token.assets)


def test_features_say_what_they_read_keys_aside() -> None:
    features = {f.name: (f.kind, f.sources) for f in b.block("ward.dispensings|user").token.features}
    assert features["rows_28d"] == ("number", ())
    assert features["cost_28d"] == ("number", (("ward.dispensings", "cost"),))
    assert features["cost_mean"] == ("number", (("ward.dispensings", "cost"),))
    assert features["different_clinic_id"] == ("number", (("ward.dispensings", "clinic_id"),))
    alike = {f.name: f.sources for f in b.block("ward.dispensings~ward.drugs.substance|user+item").token.features}
    assert alike["rows"] == (("ward.drugs", "substance"),)
    drugs = {f.name: (f.kind, f.sources) for f in b.block("ward.drugs").token.features}
    assert drugs == {"strength": ("number", (("ward.drugs", "strength"),)), "form": ("category", (("ward.drugs", "form"),)),
                     "substance": ("category", (("ward.drugs", "substance"),)),
                     "supplier": ("category", (("ward.drugs", "supplier"),))}


def test_one_entity_alone() -> None:
    """Customers whose default is predicted: one table each, no pairs."""
    bank = b.catalogue(
        [b.asset("bank.account", "entity", {"id": ("key", "BIGINT"), "balance": ("measure", "DOUBLE")}, key=("id",)),
         b.asset("bank.person", "entity", {"id": ("key", "BIGINT"), "job": ("attribute", "VARCHAR")}, key=("id",))],
        {"customer": ["bank.account.id", "bank.person.id"]})
    found = plan_blocks(bank, {"customer": "customer"}, set(bank.assets))
    assert [(block.token.name, block.token.keys) for block in found] == [
        ("bank.account", ("customer",)), ("bank.person", ("customer",))]


def test_a_measure_called_like_a_count_is_a_feature_of_its_own() -> None:
    """Days of a stay and rows of a sheet are columns like any other; they don't take the place of counts."""
    stays = b.catalogue([b.asset("x.stays", "event", {
        "who": ("key", "BIGINT"), "days": ("measure", "BIGINT"), "rows": ("measure", "BIGINT"), "at": ("time", "DATE")},
        time="at")], {"who": ["x.stays.who"]})
    (block,) = plan_blocks(stays, {"user": "who"}, {"x.stays"})
    sources = [(f.name, f.sources) for f in block.token.features]
    assert len(dict(sources)) == len(sources)
    for column in ("days", "rows"):
        assert sum(read == (("x.stays", column),) for _, read in sources) == 3
    assert {"rows", "days"} <= {name for name, s in sources if s == ()}


def test_tokens_survive_json() -> None:
    found = tuple(block.token for block in b.blocks())
    assert tokens_from_json(tokens_to_json(found)) == found


def test_an_entity_without_a_key_column_is_refused() -> None:
    case = b.CASE.model_copy(update={"entity": {"user": "patient_no", "item": "doses"}})
    with pytest.raises(NotEnoughData, match="ward.dispensings has no key column 'doses' for entity 'item'"):
        entity_domains(b.HOSPITAL, case)
