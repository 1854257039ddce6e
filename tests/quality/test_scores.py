"""The score of an asset, of its dimensions, and what they are made of."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.contracts.quality import ANOMALIES, QUALITY_SCORES, SUSPECTS
from assay.contracts.schemas import CHECKS
from assay.quality.scores import asset_scores, dimension_scores, quality_scores

A = "shop.orders"


def table(contract, rows: list[dict]) -> pa.Table:
    """Rows of a contract; what they don't say is empty."""
    full = [{field.name: row.get(field.name) for field in contract.schema} for row in rows]
    return pa.Table.from_pylist(full, schema=pa.schema([field.with_nullable(True) for field in contract.schema]))


def check(dimension: str, severity: str, success: bool) -> dict:
    return {"asset_id": A, "dimension": dimension, "severity": severity, "success": success}


def scores(checks=(), anomalies=(), suspects=(), partitions: int = 0, *, looked_through: bool = True) -> pa.Table:
    return QUALITY_SCORES.conform(quality_scores(
        table(CHECKS, list(checks)), [table(ANOMALIES, list(anomalies))], [table(SUSPECTS, list(suspects))], {A: partitions},
        {A} if looked_through else ()))


def parts(made: pa.Table, dimension: str) -> dict[str | None, float]:
    return {row["part"]: row["score"] for row in made.to_pylist() if row["dimension"] == dimension}


def test_critical_checks_count_three_times_and_dimensions_alike() -> None:
    made = scores([check("accuracy", "critical", True), check("accuracy", "warning", False),
                   check("timeliness", "warning", False)])
    assert parts(made, "accuracy") == {None: pytest.approx(4 / 5), "checks": 0.75, "suspect": 1.0}
    assert parts(made, "timeliness") == {None: 0.0, "checks": 0.0}
    found = dimension_scores(made)[A]
    assert list(found) == ["conformity", "completeness", "accuracy", "consistency", "timeliness"]  # in the standard's order
    assert asset_scores(made) == {A: pytest.approx(sum(found.values()) / len(found))}


def test_what_is_unusual_counts_once_where_there_is_history_enough() -> None:
    odd = [{"asset_id": A, "dimension": "accuracy"}] * 3
    long = scores([check("accuracy", "warning", True)], odd, partitions=30)
    assert parts(long, "accuracy") == {None: pytest.approx(2 / 3), "checks": 1.0, "unusual": 0.0, "suspect": 1.0}
    assert parts(long, "timeliness") == {None: 1.0, "unusual": 1.0}
    assert parts(scores([check("accuracy", "warning", True)], partitions=6), "timeliness") == {}


def test_suspect_rows_count_by_their_largest_share() -> None:
    doubted = [{"asset_id": A, "dimension": "conformity", "share": share} for share in (0.1, 0.25)]
    made = scores(suspects=doubted)
    assert parts(made, "conformity") == {None: 0.75, "suspect": 0.75}
    assert [row["failed"] for row in made.to_pylist() if row["part"] == "suspect"] == [2, 0, 0, 0]


def test_rows_that_nobody_looked_through_are_not_taken_for_right() -> None:
    assert parts(scores([check("accuracy", "warning", True)], looked_through=False), "accuracy") == {None: 1.0, "checks": 1.0}


def test_nothing_looked_at_has_no_score() -> None:
    made = scores()
    assert made.num_rows == 0 and asset_scores(made) == {} and dimension_scores(made) == {}


checks = st.builds(check, st.sampled_from(["accuracy", "timeliness", "conformity"]), st.sampled_from(["critical", "warning"]),
                   st.booleans())


@settings(deadline=None, max_examples=50)
@given(st.lists(checks, min_size=1, max_size=8))
def test_a_score_lies_between_0_and_1_and_rises_with_every_check_that_passes(rows: list[dict]) -> None:
    score = asset_scores(scores(rows))[A]
    assert 0 <= score <= 1
    assert (score == 1) == all(r["success"] for r in rows)
    for place, one in enumerate(rows):
        if not one["success"]:
            assert asset_scores(scores([*rows[:place], one | {"success": True}, *rows[place + 1:]]))[A] > score
