from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.features import builders as b

from assay.errors import NotEnoughData
from assay.features.blocks import Token
from assay.features.candidates import VIA
from assay.features.table import CHANNELS, FeatureTables, build_window, entity_domains, places, tokens_of, via

DATE = b.day(44)


@pytest.fixture(scope="module")
def features(tmp_path_factory: pytest.TempPathFactory) -> FeatureTables:
    return b.tables(tmp_path_factory.mktemp("hospital"), b.hospital(1), DATE)


@pytest.fixture(scope="module")
def table(features: FeatureTables) -> pa.Table:
    return features.wide()


def plain(table: pa.Table) -> list[Token]:
    """Tokens of the wide table, which has no sequences."""
    return [token for token in tokens_of(table) if all(f.kind != "sequence" for f in token.features)]


def test_one_sorted_row_a_candidate(table: pa.Table) -> None:
    keys = [(row["user"], row["item"]) for row in table.select(["user", "item"]).to_pylist()]
    assert keys == sorted(set(keys)) and len(keys) > 30
    assert {user for user, _ in keys} == set(range(1, 8))


def test_columns_are_keys_flags_and_the_features_of_every_token(features: FeatureTables) -> None:
    assert list(features.tables) == ["user", "item", "user+item"]
    assert set(features.tokens) == {block.token for block in b.blocks()}
    flags = [via(channel) for channel in features.channels]
    kinds = {"number": pa.float32(), "category": pa.string(), "sequence": pa.list_(pa.string())}
    for of, table in features.tables.items():
        tokens = tokens_of(table)
        assert tokens and {t.keys for t in tokens} == {tuple(of.split("+"))}
        keys = [*of.split("+"), *(flags if table is features.rows else [])]
        assert table.column_names == [*keys, *(t.column(f) for t in tokens for f in t.features)]
        assert all(table.schema.field(t.column(f)).type == kinds[f.kind] for t in tokens for f in t.features
                   if f.name == "items" or f.kind != "sequence")
    rows = features.rows
    assert all(rows.schema.field(flag).type == pa.bool_() and rows.column(flag).null_count == 0 for flag in flags)


def test_things_are_those_that_candidates_name_once_and_sorted(features: FeatureTables) -> None:
    for role, table in features.things.items():
        assert table.column(role).to_pylist() == sorted(set(features.rows.column(role).to_pylist()))


@settings(deadline=None, max_examples=20)
@given(data=st.data())
def test_chosen_rows_keep_their_features(data: st.DataObject, features: FeatureTables) -> None:
    rows = np.array(data.draw(st.lists(st.integers(0, features.rows.num_rows - 1), min_size=1, max_size=8, unique=True)))
    chosen = features.take(rows)
    assert chosen.wide().equals(features.wide().take(pa.array(rows)))
    assert all(len(table) == len(set(chosen.rows.column(role).to_pylist())) for role, table in chosen.things.items())


def test_places_of_things_with_several_roles() -> None:
    things = pa.table({"user": [1, 1, 2], "place": ["a", "b", "a"]})
    rows = pa.table({"user": [2, 1, 1, 2], "place": ["a", "b", "a", "a"], "item": [9, 8, 7, 6]})
    assert places(rows, "user+place", things).tolist() == [2, 1, 0, 2]


def test_metadata_names_entity_and_channels(features: FeatureTables) -> None:
    assert features.entity == ["user", "item"]
    assert features.channels == {"bought_before": ("ward.dispensings",), "popular": ("ward.dispensings",),
                                  "announced_ward.shortages": ("ward.shortages",), "random": ()}


def test_features_of_a_thing_are_the_same_in_all_its_rows(table: pa.Table) -> None:
    for token in plain(table):
        rows = table.select([*token.keys, *(token.column(f) for f in token.features)]).to_pandas()
        assert len(rows.drop_duplicates()) == len(rows[list(token.keys)].drop_duplicates()), token.name


def test_values_of_a_row_are_those_of_its_blocks(table: pa.Table, tmp_path: Path) -> None:
    data, rows = b.hospital(1), table.to_pylist()
    pairs = [(row["user"], row["item"]) for row in rows]
    for token in plain(table):
        answers = b.answer(tmp_path, data, DATE, token.name, pairs)
        empty = dict.fromkeys(f.name for f in token.features)
        for row in rows:
            found = {f.name: row[token.column(f)] for f in token.features}
            assert found == answers.get(tuple(row[k] for k in token.keys), empty), token.name


@settings(deadline=None, max_examples=2)
@given(seed=st.integers(0, 2**16))
def test_equal_rows_give_equal_bytes_whatever_their_order(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    data, rng = b.hospital(seed), np.random.default_rng(seed)
    first = b.window(tmp_path_factory.mktemp("one"), data, DATE)
    mixed = {asset: {label: [rows[n] for n in rng.permutation(len(rows))] for label, rows in reversed(files.items())}
             for asset, files in reversed(data.items())}
    assert b.digest(b.window(tmp_path_factory.mktemp("two"), mixed, DATE)) == b.digest(first)


def test_what_an_asset_without_known_rows_would_tell_is_left_out(tmp_path: Path) -> None:
    data = b.hospital(1)
    data["ward.trials"] = {DATE.isoformat(): b.newest(data, "ward.trials", DATE)}
    found = b.window(tmp_path, data, DATE)
    assert all("ward.trials" not in token.assets for token in tokens_of(found))
    assert "ward.enrolments|user" in {token.name for token in tokens_of(found)}
    assert found.num_rows > 30


def test_before_the_first_outcome_there_is_nobody_to_predict_for(tmp_path: Path) -> None:
    with pytest.raises(NotEnoughData, match="nothing of ward.dispensings is known before 2020-02-03"):
        b.window(tmp_path, b.hospital(1), b.FIRST)
    data = b.hospital(1) | {"ward.dispensings": {b.FIRST.isoformat(): []}}
    with pytest.raises(NotEnoughData, match="no candidate before 2020-02-04"):
        b.window(tmp_path, data, b.FIRST + dt.timedelta(days=1))


def test_columns_that_came_later_are_missing_before(tmp_path: Path) -> None:
    """The catalogue knows columns of the newest partitions; windows of earlier ones read nulls, not an error."""
    snapshots = b.write(tmp_path, b.hospital(1))
    for asset, column in (("ward.drugs", "form"), ("ward.dispensings", "cost"), ("ward.shortages", "clinic_id")):
        for snapshot in snapshots[asset]:
            pq.write_table(pq.read_table(snapshot.files[0]).drop_columns([column]), snapshot.files[0])
    found = build_window(b.HOSPITAL, b.CASE, b.blocks(), snapshots, b.cutoff(DATE)).wide()
    assert set(tokens_of(found)) == {block.token for block in b.blocks()}
    assert {found.column(n).null_count for n in ("ward.drugs.form", "ward.dispensings|user.cost")} == {found.num_rows}
    assert found.column("ward.dispensings|user.rows").null_count == 0


@pytest.mark.parametrize("rule", ["flavour = 'gas'", "form ="])
def test_an_exclusion_that_cannot_be_computed_is_the_use_cases_own_trouble(rule: str, tmp_path: Path) -> None:
    case = b.CASE.model_copy(update={"exclude": rule})
    with pytest.raises(NotEnoughData, match=f"next_week_dispensing: exclude .{rule}.* can't be computed.*correct exclude"):
        build_window(b.HOSPITAL, case, b.blocks(), b.write(tmp_path, b.hospital(1)), b.cutoff(DATE))


def test_entities_without_time_have_one_row_each(tmp_path: Path) -> None:
    from assay.config.manifest import UseCase

    case = UseCase.model_validate({
        "name": "sex", "entity": {"customer": "patient_no"},
        "payoff": {"type": "cost_matrix", "gain_accept": 1.0, "loss_accept": 1.0},
        "outcome": {"asset": "ward.patients", "label": "sex", "positive": "f"}})
    blocks = [block for block in b.blocks(b.HOSPITAL, case) if block.token.name == "ward.enrolments|customer"]
    found = build_window(b.HOSPITAL, case, blocks, b.write(tmp_path, b.hospital(1)), replace(b.cutoff(DATE), horizon_days=0))
    assert found.rows.column("customer").to_pylist() == [1, 2, 3, 4, 5, 6] and not found.things
    assert found.channels == {} and not [name for name in found.rows.column_names if name.startswith(VIA)]
    assert entity_domains(b.HOSPITAL, case) == {"customer": "patient"}


@pytest.mark.parametrize("gone", [{"ward.drugs"}, {"ward.dispensings"}, {"ward.shortages", "ward.patients"}])
def test_without_assets_nothing_is_left_of_them(features: FeatureTables, gone: set[str]) -> None:
    left, rows = features.without(gone)
    assert {token for token in features.tokens if not gone & set(token.assets)} == set(left.tokens)
    assert left.channels == {name: needed for name, needed in features.channels.items() if not gone & set(needed)}
    found = np.any([features.rows.column(via(name)).to_numpy() for name in left.channels], axis=0)
    assert np.array_equal(rows, np.flatnonzero(found))
    for table in left.tables.values():
        assert not any(name.startswith(tuple(gone)) for name in table.column_names)
    for name in left.rows.column_names:
        assert left.rows.column(name).equals(features.rows.column(name).take(pa.array(rows)))


def test_without_all_that_finds_them_there_are_no_candidates(features: FeatureTables) -> None:
    closed = FeatureTables(features.rows.replace_schema_metadata(
        features.rows.schema.metadata | {CHANNELS: json.dumps({"bought_before": ["ward.dispensings"]})}), features.things)
    left, rows = closed.without({"ward.dispensings"})
    assert left.rows.num_rows == len(rows) == 0
