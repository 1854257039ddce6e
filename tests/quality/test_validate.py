from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.contracts.schemas import PARTITION_CHECKS
from assay.quality.docs import build_docs
from assay.quality.suite import Suite, parse_suite
from assay.quality.validate import depends_on_label, first_failure, relabel, validate

pytestmark = pytest.mark.slow  # the first validation imports Great Expectations

ROWS = {"expectation": "expect_table_row_count_to_be_between", "min_value": 1, "severity": "critical",
        "dimension": "completeness"}


def suite(*entries: dict[str, Any]) -> Suite:
    marked = [{"severity": "critical", "dimension": "accuracy"} | entry for entry in entries]
    return parse_suite(Path("suite.yaml"), yaml.safe_dump([ROWS, *marked]))


def outcomes(table: pa.Table, *entries: dict[str, Any], label: str = "2017-01-02") -> list[dict[str, Any]]:
    checks = validate(table, suite(*entries), "landing.orders", label)
    PARTITION_CHECKS.conform(checks)
    return checks.to_pylist()[1:]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(st.none(), st.integers(-5, 5)), min_size=1, max_size=60))
def test_counts_are_exact_against_pandas(values: list[int | None]) -> None:
    table = pa.table({"n": pa.array(values, pa.int64()), "m": pa.array([0] * len(values), pa.int64())})
    series = table.column("n").to_pandas().dropna()
    low, null, twice, pair = outcomes(
        table,
        {"expectation": "expect_column_values_to_be_between", "column": "n", "min_value": 0},
        {"expectation": "expect_column_values_to_not_be_null", "column": "n"},
        {"expectation": "expect_column_values_to_be_unique", "column": "n"},
        {"expectation": "expect_column_pair_values_a_to_be_greater_than_b", "column_A": "n", "column_B": "m"},
    )
    assert low["unexpected_count"] == int((series < 0).sum())
    assert low["unexpected_ratio"] == pytest.approx(int((series < 0).sum()) / len(values))
    assert null["unexpected_count"] == len(values) - len(series)
    assert twice["unexpected_count"] == int(series.duplicated(keep=False).sum())
    assert pair["unexpected_count"] == int((series <= 0).sum())
    assert low["success"] == (low["unexpected_count"] == 0)


def test_compound_keys_count_every_row_of_a_repeated_key() -> None:
    table = pa.table({"basket": [1, 1, 1, 2], "product": [7, 7, 8, 7]})
    (key,) = outcomes(table, {"expectation": "expect_compound_columns_to_be_unique", "column_list": ["basket", "product"]})
    assert (key["success"], key["unexpected_count"], key["unexpected_ratio"]) == (False, 2, 0.5)
    assert key["column"] == "basket, product"


def test_keys_beyond_the_precision_of_floats_stay_different() -> None:
    table = pa.table({"id": pa.array([2**60, 2**60 + 1, None], pa.int64())})
    (unique,) = outcomes(table, {"expectation": "expect_column_values_to_be_unique", "column": "id"})
    assert unique["success"] and unique["unexpected_count"] == 0


def test_an_empty_table_fails_its_row_count_alone_among_row_wise_checks() -> None:
    table = pa.table({"n": pa.array([], pa.int64())})
    checks = validate(table, suite({"expectation": "expect_column_values_to_not_be_null", "column": "n"}), "a.b", "2017-01-02")
    assert checks.column("success").to_pylist() == [False, True]
    assert first_failure(checks) == "expect_table_row_count_to_be_between failed: 0 rows"


def test_an_absent_column_fails_with_a_sentence_and_stops_nothing_else() -> None:
    absent, there = outcomes(pa.table({"n": [1]}),
                             {"expectation": "expect_column_values_to_not_be_null", "column": "gone"},
                             {"expectation": "expect_column_values_to_not_be_null", "column": "n"})
    assert (absent["success"], absent["observed"]) == (False, "column 'gone' is absent")
    assert there["success"]


def test_a_bound_of_another_type_fails_without_quoting_values() -> None:
    (bad,) = outcomes(pa.table({"n": ["secret", "hidden"]}),
                      {"expectation": "expect_column_values_to_be_between", "column": "n", "min_value": 0})
    assert not bad["success"] and bad["observed"] == "can't be computed on column 'n' of type string"


def test_a_sum_beyond_all_numbers_fails_and_stops_nothing_else():
    total, null = outcomes(pa.table({"n": [1e308, 1.1e308, 1.2e308]}),
                           {"expectation": "expect_column_sum_to_be_between", "column": "n", "min_value": 0},
                           {"expectation": "expect_column_values_to_not_be_null", "column": "n"})
    assert not total["success"] and "can't be computed" in total["observed"] and null["success"]


def test_observed_never_quotes_a_value_that_failed() -> None:
    table = pa.table({"name": ["Ada Lovelace", "Grace Hopper", None]})
    for check in outcomes(table,
                          {"expectation": "expect_column_values_to_be_in_set", "column": "name", "value_set": ["x"]},
                          {"expectation": "expect_column_values_to_match_regex", "column": "name", "regex": "^x$"},
                          {"expectation": "expect_column_unique_value_count_to_be_between", "column": "name", "min_value": 9}):
        assert not check["success"]
        assert "Ada" not in check["observed"] and "Grace" not in check["observed"]


def test_bounds_move_with_the_label_in_utc() -> None:
    times = [dt.datetime(2017, 1, day, hour, tzinfo=dt.UTC) for day, hour in ((2, 0), (3, 0), (1, 23))]
    table = pa.table({"at": pa.array(times, pa.timestamp("us", "UTC")), "on": [t.date() for t in times]})
    bounds = {"min_value": {"partition_plus_days": 0}, "max_value": {"partition_plus_days": 1}}
    moving = [{"expectation": "expect_column_values_to_be_between", "column": column, **bounds} for column in ("at", "on")]
    assert [c["unexpected_count"] for c in outcomes(table, *moving, label="2017-01-02")] == [1, 1]
    assert [c["unexpected_count"] for c in outcomes(table, *moving, label="2017-01-01")] == [1, 1]
    assert [c["unexpected_count"] for c in outcomes(table, *moving, label="2016-01-01")] == [3, 3]
    assert depends_on_label(suite(*moving)) and not depends_on_label(suite()) and not depends_on_label(None)


@pytest.mark.parametrize(("kind", "word"), [
    (pa.int32(), "integer"), (pa.int64(), "number"), (pa.float32(), "number"), (pa.string(), "text"), (pa.date32(), "time"),
    (pa.timestamp("us", "UTC"), "time"), (pa.bool_(), "boolean"), (pa.decimal128(8, 2), "number"),
    (pa.dictionary(pa.int32(), pa.string()), "text"),
])
@pytest.mark.parametrize("holds", [True, False])
def test_types_in_plain_words(kind: pa.DataType, word: str, holds: bool) -> None:
    words = [word] if holds else sorted({"integer", "number", "text", "time", "boolean"} - {word, "number"})
    if kind == pa.int64() and not holds:
        words.remove("integer")
    for values in ([None], []):
        (check,) = outcomes(pa.table({"n": pa.array(values, kind)}),
                            {"expectation": "expect_column_values_to_be_in_type_list", "column": "n", "type_list": words})
        assert check["success"] == holds


def test_column_sets_name_columns() -> None:
    (check,) = outcomes(pa.table({"a": [1], "b": [1]}),
                        {"expectation": "expect_table_columns_to_match_set", "column_set": ["a", "c"]})
    assert check["observed"] == "missing columns c; unexpected columns b"


def test_without_a_suite_rows_and_filled_columns_are_expected() -> None:
    checks = validate(pa.table({"a": [1], "b": pa.array([None], pa.string())}), None, "a.b", "2017-01-02").to_pylist()
    assert [(c["column"], c["severity"], c["success"]) for c in checks] == [
        (None, "critical", True), ("a", "warning", True), ("b", "warning", False)]


def test_checks_carry_the_owner_of_their_suite() -> None:
    owned = suite().model_copy(update={"owner": "pricing"})
    assert validate(pa.table({"n": [1]}), owned, "a.b", "2017-01-02").column("owner").to_pylist() == ["pricing"]
    assert set(validate(pa.table({"n": [1]}), None, "a.b", "2017-01-02").column("owner").to_pylist()) == {None}


def test_relabelled_checks_differ_in_their_label_alone() -> None:
    table = pa.table({"n": [1, -1]})
    expected = suite({"expectation": "expect_column_values_to_be_between", "column": "n", "min_value": 0})
    first, second = (validate(table, expected, "a.b", label) for label in ("2017-01-02", "2017-01-09"))
    assert first != second and relabel(first, "2017-01-09").equals(second)


def test_data_docs_open_from_disk(tmp_path: Path) -> None:
    table = pa.table({"name": ["Ada Lovelace", None]})
    pages = build_docs(table, suite({"expectation": "expect_column_values_to_be_in_set", "column": "name", "value_set": ["x"]}),
                       "landing.people", "2017-01-02")
    for name, content in pages.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    links = re.findall(r'href="([^"]+)"', pages["index.html"].decode())
    assert len(links) == 3 and all((tmp_path / link).is_file() for link in links)
    results = next(link for link in links if link.startswith("validations/"))
    assert "2017-01-02" in results
    text = (tmp_path / results).read_text()
    assert "landing.people" in text and "Ada" not in text


def test_equal_results_give_equal_data_docs() -> None:
    table = pa.table({"name": ["x", "y", None]})
    expected = {"expectation": "expect_column_values_to_be_in_set", "column": "name", "value_set": ["x"]}
    first, second = (build_docs(table, suite(expected), "landing.people", "2017-01-02") for _ in range(2))
    assert first == second
    folds = re.findall(rb'href="#([^"]*collapse-body[^"]*)"', next(v for k, v in first.items() if k.startswith("validations")))
    assert folds and len(set(folds)) == len(folds)  # each fold opens its own part
