"""Check one partition of one asset against its suite, through Great Expectations Core."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from assay.contracts.schemas import PARTITION_CHECKS
from assay.errors import shorten
from assay.quality.expectations import Expectation, RowCount
from assay.quality.frames import to_frame
from assay.quality.session import run
from assay.quality.suite import Suite, default_suite

_LONGEST = 200


def validate(table: pa.Table, suite: Suite | None, asset_id: str, source_partition: str) -> pa.Table:
    """What `table` met and what it failed.

    Counts are over all rows, never over a sample. An expectation about an absent column, or one that can't be computed
    on the column's type, fails with a sentence in `observed`; it never stops the others.

    Args:
        table: The whole partition.
        suite: What is expected; None stands for what holds for any asset.
        asset_id: Asset that the table is a partition of.
        source_partition: Its label, `YYYY-MM-DD`, which bounds in days around the partition refer to.

    Returns:
        Shape (n_expectations, 10), contract `partition_checks`, in the order of the suite.
    """
    suite = suite or default_suite(table.column_names)
    there = set(table.column_names)
    computable = [place for place, e in enumerate(suite.expectations) if set(e.columns) <= there]
    part = Suite.model_construct(expectations=tuple(suite.expectations[place] for place in computable))
    found = run(to_frame(table), part, source_partition)
    results = {computable[place]: result for place, result in found.items()}
    rows = []
    for place, expected in enumerate(suite.expectations):
        row = {"asset_id": asset_id, "column": expected.subject, "expectation": expected.expectation,
               "severity": str(expected.severity), "dimension": str(expected.dimension),
               "source_partition": source_partition, "unexpected_count": None, "unexpected_ratio": None}
        absent = [column for column in expected.columns if column not in there]
        if absent:
            rows.append(row | {"success": False, "observed": shorten(f"column {absent[0]!r} is absent", _LONGEST)})
        else:
            rows.append(row | _outcome(results[place], expected, table.schema))
    return pa.Table.from_pylist(rows, schema=PARTITION_CHECKS.schema)


def relabel(checks: pa.Table, source_partition: str) -> pa.Table:
    """The checks of another label with the same content, for `source_partition`."""
    place = checks.schema.get_field_index("source_partition")
    labels = pa.array([source_partition] * checks.num_rows, pa.string())
    return checks.set_column(place, checks.schema.field(place), labels)


def depends_on_label(suite: Suite | None) -> bool:
    """Whether equal content under another label can have another result."""
    return suite is not None and any("partition_plus_days" in e.model_dump_json() for e in suite.expectations)


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


def _outcome(result: Any, expected: Expectation, schema: pa.Schema) -> dict[str, Any]:
    """Success, what was seen in words and counts, and the failing rows of one result."""
    if _raised(result.exception_info):
        types = ", ".join(f"{column!r} of type {schema.field(column).type}" for column in expected.columns)
        # Not the exception's own text: it may quote values.
        return {"success": False, "observed": shorten(f"can't be computed on column {types or 'set of the table'}", _LONGEST)}
    seen = result.result
    if "unexpected_count" in seen and "element_count" in seen:
        bad, rows = int(seen["unexpected_count"]), int(seen["element_count"])
        missing = int(seen.get("missing_count") or 0)
        words = f"{bad} of {rows} rows fail" + (f", {missing} are null" if missing else "")
        return {"success": bool(result.success), "observed": words, "unexpected_count": bad,
                "unexpected_ratio": bad / rows if rows else 0.0}
    return {"success": bool(result.success), "observed": shorten(_aggregate(expected, seen, bool(result.success)), _LONGEST)}


def _raised(info: dict[str, Any]) -> bool:
    """Whether a result comes from an exception; Great Expectations nests them by metric where a metric failed."""
    if "raised_exception" in info:
        return bool(info["raised_exception"])
    return any(bool(inner.get("raised_exception")) for inner in info.values() if isinstance(inner, dict))


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
    return f"{value} rows" if isinstance(expected, RowCount) else f"{float(value):.6g}"
