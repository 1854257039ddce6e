"""Every contract is documented, refuses what doesn't match, and keeps what does."""

from __future__ import annotations

import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import contracts_with_tables, tables

from assay.contracts.schemas import CHECKS, CONTRACTS, MODEL_METRICS, PROFILES, SNAPSHOT, VALUES
from assay.errors import ContractError

COLUMNS = [pytest.param(contract, field, id=f"{contract.name}.{field.name}")
           for contract in CONTRACTS.values() for field in contract.schema]
MONEY = re.compile(r"^(value|ci_low|ci_high|removal_loss|p10|p50|p90|realised|naive|forecast|present_value|cost|net_value"
                   r"|at_stake|payoff|amount)$")


@pytest.mark.parametrize("contract, field", COLUMNS)
def test_every_column_says_what_it_means(contract, field):
    assert field.metadata[b"description"].decode().strip()


@pytest.mark.parametrize("contract, field", [p for p in COLUMNS if MONEY.match(p.values[1].name)
                                             and pa.types.is_floating(p.values[1].type)
                                             and p.values[0] not in (MODEL_METRICS, PROFILES)])
def test_money_states_its_unit(contract, field):
    assert "currency" in field.metadata[b"unit"].decode()


def test_contracts_are_found_by_their_own_name():
    assert all(name == contract.name for name, contract in CONTRACTS.items())
    assert {contract.per for contract in CONTRACTS.values()} == {"", "asset", "asset and rule", "use case", "step", "format"}


def metrics(**columns: pa.Array) -> pa.Table:
    cells = {"use_case": pa.array(["next_week"]), "model": pa.array(["tiny"]), "split": pa.array(["validate"]),
             "metric": pa.array(["auc"]), "value": pa.array([0.75])}
    return pa.table(cells | columns)


def test_columns_come_out_in_the_order_and_types_of_the_contract():
    shuffled = metrics(value=pa.array([1], pa.int32())).select(["value", "metric", "split", "model", "use_case"])
    assert MODEL_METRICS.conform(shuffled).schema.equals(MODEL_METRICS.schema, check_metadata=True)
    assert MODEL_METRICS.conform(shuffled).to_pylist() == [
        {"use_case": "next_week", "model": "tiny", "split": "validate", "metric": "auc", "value": 1.0}]


@pytest.mark.parametrize("table, sentence", [
    (metrics().drop_columns(["split"]), "artifact model_metrics: column 'split' is missing"),
    (metrics(colour=pa.array(["red"])), "artifact model_metrics: column 'colour' is not in the schema"),
    (metrics(value=pa.array(["high"])), "artifact model_metrics: a column has another type"),
    (metrics(value=pa.array([None], pa.float64())), "artifact model_metrics: column 'value' has nulls"),
], ids=["missing", "extra", "type", "null"])
def test_what_does_not_match_is_refused_in_one_sentence(table, sentence):
    with pytest.raises(ContractError, match=re.escape(sentence)) as refusal:
        MODEL_METRICS.conform(table)
    assert refusal.value.contract == "model_metrics"
    assert isinstance(refusal.value, TypeError)


def test_an_open_contract_keeps_further_columns_behind_its_own():
    table = pa.table({"ds": ["2017-12-31"], "amount": [1.5]})
    assert SNAPSHOT.conform(table).equals(table)


def test_metadata_of_the_table_survives():
    noted = metrics().replace_schema_metadata({"made_by": "train"})
    assert MODEL_METRICS.conform(noted).schema.metadata == {b"made_by": b"train"}


@given(contracts_with_tables())
def test_conforming_twice_is_conforming_once(pair):
    contract, table = pair
    once = contract.conform(table)
    assert once.equals(table)
    assert contract.conform(once).schema.equals(once.schema, check_metadata=True)


@given(st.sampled_from([CHECKS, VALUES]).flatmap(lambda c: st.tuples(st.just(c), tables(c), st.data())))
def test_any_missing_column_is_named(triple):
    contract, table, data = triple
    name = data.draw(st.sampled_from(contract.schema.names))
    with pytest.raises(ContractError, match=re.escape(f"column {name!r} is missing")):
        contract.conform(table.drop_columns([name]))
