"""Check one partition of one asset against its suite, through Great Expectations Core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from assay.contracts.schemas import PARTITION_CHECKS
from assay.errors import shorten
from assay.quality.expectations import Expectation
from assay.quality.partition import BATCH_ROWS, Other, Partition, open_partition
from assay.quality.session import Outcome, run
from assay.quality.suite import Suite, default_suite
from assay.quality.terms import Reference

_LONGEST = 200


def validate(data: Sequence[str] | pa.Table, suite: Suite | None, asset_id: str, source_partition: str, *,
             others: Mapping[Reference, Other] | None = None, batch_rows: int = BATCH_ROWS) -> pa.Table:
    """What a partition met and what it failed.

    Counts are over all rows, never over a sample, and don't depend on how many rows are looked at together. An expectation
    about an absent column, or one that can't be computed on the column's type, fails with a sentence in `observed`; it never
    stops the others.

    Args:
        data: Parquet files of the whole partition, or a table in memory.
        suite: What is expected; None stands for what holds for any asset.
        asset_id: Asset that the rows are a partition of.
        source_partition: Its label, `YYYY-MM-DD`, which bounds in days around the partition refer to.
        others: Partitions that expectations compare it with; one without fails with a sentence.
        batch_rows: Values that are in Python at once.

    Returns:
        Shape (n_expectations, 11), contract `partition_checks`, in the order of the suite.
    """
    with open_partition(data, others, batch_rows=batch_rows) as partition:
        found = examine(partition, suite, source_partition)
        whole = partition.row("select count(*) from part")[0]
        rows = [{"asset_id": asset_id, "column": one.expected.subject, "expectation": one.expected.expectation,
                 "severity": str(one.expected.severity), "dimension": str(one.expected.dimension),
                 "source_partition": source_partition, "owner": suite.owner if suite else None, "unexpected_count": None,
                 "unexpected_ratio": None, **_seen(one, partition.schema, whole)} for one in found]
    return pa.Table.from_pylist(rows, schema=PARTITION_CHECKS.schema)


@dataclass(frozen=True)
class Finding:
    """One expectation and what came of it.

    Attributes:
        expected: The expectation.
        problem: Why it can't be asked, or None.
        outcome: What Great Expectations says; None where it was not asked.
    """

    expected: Expectation
    problem: str | None
    outcome: Outcome | None


def examine(partition: Partition, suite: Suite | None, source_partition: str) -> list[Finding]:
    """What each expectation of `suite` comes to on an open partition, in the suite's order."""
    suite = suite or default_suite(partition.schema.names)
    problems = [_problem(expected, partition) for expected in suite.expectations]
    asked = Suite.model_construct(expectations=tuple(
        expected for expected, problem in zip(suite.expectations, problems, strict=True) if problem is None))
    outcomes = iter(run(partition, asked, source_partition))
    return [Finding(expected, problem, None if problem else next(outcomes))
            for expected, problem in zip(suite.expectations, problems, strict=True)]


def _problem(expected: Expectation, partition: Partition) -> str | None:
    """Why Great Expectations is not asked, or None."""
    absent = [column for column in expected.needs if column not in partition.columns]
    if absent:
        return shorten(f"column {absent[0]!r} is absent", _LONGEST)
    if expected.reference is None:
        return None
    whose, other = expected.reference.asset or "earlier partitions", partition.others.get(expected.reference)
    if other is None:
        return shorten(f"there is no partition of {whose} to compare with", _LONGEST)
    gone = [column for column in expected.targets if column not in other.columns]
    return shorten(f"column {gone[0]!r} is absent from {whose}", _LONGEST) if gone else None


def relabel(checks: pa.Table, source_partition: str) -> pa.Table:
    """The checks of another label with the same content, for `source_partition`."""
    place = checks.schema.get_field_index("source_partition")
    labels = pa.array([source_partition] * checks.num_rows, pa.string())
    return checks.set_column(place, checks.schema.field(place), labels)


def depends_on_label(suite: Suite | None) -> bool:
    """Whether equal content under another label can have another result."""
    return suite is not None and any(expected.moves for expected in suite.expectations)


def first_failure(checks: pa.Table) -> str | None:
    """One sentence on the first failed critical expectation, or None where all of them hold."""
    failed = [row for row in checks.to_pylist() if row["severity"] == "critical" and not row["success"]]
    if not failed:
        return None
    more = f", and {len(failed) - 1} more critical" if len(failed) > 1 else ""
    return f"{failure(failed[0])}{more}"


def failure(row: Mapping[str, Any]) -> str:
    """What a failed row of the contract `checks` says."""
    subject = f" on {shorten(row['column'], 80)}" if row["column"] else ""
    return f"{row['expectation']}{subject} failed: {row['observed']}"


def _seen(found: Finding, schema: pa.Schema, whole: int) -> dict[str, Any]:
    """Success, what was seen in words and counts, and the failing rows of one finding.

    Args:
        found: The finding.
        schema: Of the partition.
        whole: Rows of the partition.
    """
    if found.outcome is None:
        return {"success": False, "observed": found.problem}
    expected, answer = found.expected, found.outcome.answer
    if answer is None:
        types = ", ".join(f"{column!r} of type {schema.field(column).type}" for column in expected.needs)
        return {"success": False, "observed": shorten(f"can't be computed on column {types or 'set of the table'}", _LONGEST)}
    seen, success = answer["result"], bool(answer["success"])
    if "unexpected_count" in seen and "element_count" in seen:
        bad, rows = int(seen["unexpected_count"]), int(seen["element_count"])
        missing = int(seen.get("missing_count") or 0)
        words = f"{bad} of {rows} rows fail" + (f", {missing} are null" if missing else "")
        return {"success": success, "observed": shorten(words + expected.condition, _LONGEST), "unexpected_count": bad,
                "unexpected_ratio": bad / whole if whole else 0.0}
    return {"success": success, "observed": shorten(_aggregate(expected, seen, success) + expected.condition, _LONGEST)}


def _aggregate(expected: Expectation, seen: dict[str, Any], success: bool) -> str:
    """In words what a result about a whole column or table saw."""
    mismatched = (seen.get("details") or {}).get("mismatched")
    if mismatched:
        return "; ".join(f"{word} columns {', '.join(sorted(mismatched[word]))}" for word in ("missing", "unexpected")
                         if mismatched.get(word))
    value = seen.get("observed_value")
    if isinstance(value, (list, set)):
        return f"{len(value)} columns"
    if isinstance(value, str):
        return f"type {value}"
    if value is None:
        return "present" if success else "no value" if "observed_value" in seen else "absent"
    return expected.said(value)
