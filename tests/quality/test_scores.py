from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.quality.scores import dimension_scores, quality_score


def row(dimension: str, severity: str, success: bool) -> dict[str, object]:
    return {"dimension": dimension, "severity": severity, "success": success}


def test_critical_checks_count_three_times_and_dimensions_alike() -> None:
    rows = [row("accuracy", "critical", True), row("accuracy", "warning", False), row("timeliness", "warning", False)]
    assert dimension_scores(rows) == {"accuracy": 0.75, "timeliness": 0.0}
    assert quality_score(rows) == pytest.approx(0.375)


def test_nothing_checked_has_no_score() -> None:
    assert quality_score([]) is None


checks = st.builds(row, st.sampled_from(["accuracy", "timeliness", "conformity"]), st.sampled_from(["critical", "warning"]),
                   st.booleans())


@given(st.lists(checks, min_size=1))
def test_a_score_lies_between_0_and_1_and_rises_with_every_check_that_passes(rows: list[dict[str, object]]) -> None:
    score = quality_score(rows)
    assert score is not None and 0 <= score <= 1
    assert (score == 1) == all(r["success"] for r in rows)
    for place, one in enumerate(rows):
        if not one["success"]:
            better = quality_score([*rows[:place], one | {"success": True}, *rows[place + 1:]])
            assert better is not None and better > score
