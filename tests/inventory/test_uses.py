from __future__ import annotations

import pytest
from tests.inventory import builders as b
from tests.inventory.test_report import findings

from assay.contracts import schemas
from assay.inventory.report import build_report
from assay.inventory.texts import speaker
from assay.inventory.uses import coverage_lines, uses

USED = {"asset_id": "a", "column": None, "status": "used", "reads": 1, "writes": 0, "distinct_users": 1, "last_used": None,
        "window_days": 90, "log_days": None}


@pytest.mark.parametrize("changes, phrase", [
    ({}, "1 read by 1 user in 90 days"),
    ({"reads": 0, "writes": 1200, "distinct_users": 2}, "0 reads, 1,200 writes by 2 users in 90 days"),
    ({"status": "idle", "reads": 0}, "not used in 90 days"),
    ({"status": "unused", "reads": 0, "log_days": 1200}, "never used in the 1,200 days of the log"),
    ({"status": "unused", "reads": 0}, "never used in the log"),
    ({"status": "unclear", "reads": 0}, "use unclear: part of the log can't be read"),
])
def test_phrases(changes: dict, phrase: str) -> None:
    assert uses(b.table(schemas.USAGE, [USED | changes, USED | {"column": "c", "reads": 9}])) == {"a": phrase}


def test_no_log_says_nothing() -> None:
    assert uses(schemas.USAGE.schema.empty_table()) == {}
    assert coverage_lines(schemas.LOG_COVERAGE.schema.empty_table(), speaker("en")) == []


def test_what_became_of_the_log() -> None:
    def row(kind: str, name: str | None, statements: int = 3) -> dict:
        return {"kind": kind, "name": name, "reason": "why", "statements": statements, "shapes": 1, "users": 1}

    strangers = [row("unknown_table", f"t{n}", n) for n in range(10)]
    lines = coverage_lines(b.table(schemas.LOG_COVERAGE, [
        row("parsed", None), *strangers, row("unusable_rows", "a.csv"), row("unreadable_log", "/logs", 0)]), speaker("en"))
    assert lines[0].startswith("Of the query log, 3 statements of the window were understood and 0 were not")
    assert "t9 (9), t8 (8)" in lines[1] and "t1 (1)" not in lines[1] and "2 more" in lines[1]
    assert lines[2].startswith("3 rows")
    assert lines[3] == "A query log could not be read: why"


def test_the_report_has_a_column_only_where_there_is_a_log() -> None:
    without = build_report(findings(), b.manifest(), b.PARTITION).decode()
    shown = build_report(findings(usage=b.usage(), coverage=b.coverage()), b.manifest(), b.PARTITION).decode()
    assert "Used, by the query log" not in without and "1,312 reads" not in without
    assert "Used, by the query log" in shown and "1,312 reads, 4 writes by 5 users in 90 days" in shown
    assert "scratch.&lt;b&gt;mine&lt;/b&gt; (7)" in shown
