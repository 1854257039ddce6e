"""Metrics over whole partitions: exact cases, and that neither the order of rows nor how they are cut changes a bit."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.quality.asking import Ask, Domain
from assay.quality.metrics import METRICS, find_metric
from assay.quality.partition import Partition, open_partition

NUMBERS = st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6, allow_subnormal=False), st.just(0.1)), min_size=1, max_size=50)
MOMENTS = ("column.mean", "column.sum", "column.median", "column.standard_deviation")


def value(partition: Partition, name: str, column: str = "n", **arguments: Any) -> Any:
    answer = find_metric(name)(partition, Domain((partition.columns[column],), "true"), arguments)
    return answer.finish(*partition.row(f"select {', '.join(answer.sql)} from part")) if isinstance(answer, Ask) else answer


def moments(table: pa.Table | list[str], **more: Any) -> list[float]:
    with open_partition(table, **more) as partition:
        return [value(partition, name) for name in MOMENTS]


def test_the_moments_of_four_numbers():
    table = pa.table({"n": [2.0, 4.0, 4.0, 6.0, None, math.nan]})
    assert moments(table) == [4.0, 16.0, 4.0, math.sqrt(8 / 3)]
    with open_partition(table) as partition:
        assert value(partition, "column.distinct_values.count") == 3
        assert value(partition, "column.unique_proportion") == 0.75
        assert value(partition, "column_values.unique.unexpected_count") == 2
        assert value(partition, "column_values.nonnull.unexpected_count") == 2
        assert value(partition, "column_values.between.unexpected_count", min_value=4, strict_min=True) == 3


@settings(max_examples=60, deadline=None)
@given(NUMBERS)
def test_moments_are_those_of_numpy(values: list[float | None]):
    filled = np.array([each for each in values if each is not None], dtype=float)
    mean, total, median, deviation = moments(pa.table({"n": pa.array(values, pa.float64())}))
    if not len(filled):
        assert math.isnan(mean) and total == 0 and math.isnan(median) and math.isnan(deviation)
        return
    scale = max(np.abs(filled).max(), 1e-300)
    assert [mean, total, median] == pytest.approx([filled.mean(), filled.sum(), np.median(filled)], rel=1e-9, abs=1e-9 * scale)
    if len(filled) > 1:
        assert deviation == pytest.approx(filled.std(ddof=1), rel=1e-9, abs=1e-9 * scale)


@settings(max_examples=25, deadline=None)
@given(NUMBERS, st.randoms(use_true_random=False), st.integers(1, 20))
def test_order_and_cuts_change_no_bit(tmp_path_factory: pytest.TempPathFactory, values: list[float | None], random: Any,
                                      batch: int):
    shuffled = random.sample(values, len(values))
    path = str(tmp_path_factory.mktemp("rows") / "part.parquet")
    pq.write_table(pa.table({"n": pa.array(shuffled, pa.float64())}), path, row_group_size=batch)
    found, again = moments(pa.table({"n": pa.array(values, pa.float64())})), moments([path], batch_rows=batch)
    assert np.array_equal(found, again, equal_nan=True)


def test_a_sum_is_rounded_once():
    assert moments(pa.table({"n": [1e16, 1.0, -1e16] * 3}))[1] == 3.0


def test_whole_numbers_beyond_a_doubles_precision_are_compared_exactly():
    with open_partition(pa.table({"n": [2**53, 2**53 + 1]})) as partition:
        assert value(partition, "column_values.in_set.unexpected_count", value_set=[2**53 + 1]) == 1
        assert value(partition, "column_values.between.unexpected_count", max_value=2**53) == 1


def test_regular_expressions_may_look_ahead():
    table = pa.table({"n": ["y", "3", "x", None, "x"]})
    with open_partition(table, batch_rows=1) as partition:
        assert value(partition, "column_values.match_regex.unexpected_count", regex=r"^(?!x)") == 2
        assert value(partition, "column_values.not_match_regex.unexpected_count", regex="^x$") == 2


def test_lists_are_no_keys_but_may_be_missing():
    with open_partition(pa.table({"n": [[1], None]})) as partition:
        assert value(partition, "column_values.nonnull.unexpected_count") == 1
        with pytest.raises(TypeError):
            value(partition, "column_values.unique.unexpected_count")


def test_no_metric_lists_what_fails():
    with open_partition(pa.table({"n": ["secret"]})) as partition:
        assert value(partition, "column_values.in_set.unexpected_values", value_set=["x"]) == []
    assert not any(name.endswith(("values", "list", "rows")) for name in METRICS)
    with pytest.raises(KeyError):
        find_metric("column.most_common_value")
