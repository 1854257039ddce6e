"""How the platform's people and jobs use assets, by its query logs, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa

MOST_UNKNOWN = 8
Say = Callable[..., str]


def uses(usage: pa.Table) -> dict[str, str]:
    """Asset -> how much it was used in the window, as a phrase; empty where there is no log.

    Args:
        usage: Contract `usage`.
    """
    return {row["asset_id"]: _phrase(row) for row in usage.to_pylist() if row["column"] is None}


def use_statuses(usage: pa.Table) -> dict[str, str]:
    """Asset -> used, idle, unused or unclear; empty where there is no log.

    Args:
        usage: Contract `usage`.
    """
    return {row["asset_id"]: row["status"] for row in usage.to_pylist() if row["column"] is None}


def _phrase(row: dict[str, Any]) -> str:
    days = f"{row['window_days']} days"
    if row["status"] == "used":
        wrote = f", {_count(row['writes'], 'write')}" if row["writes"] else ""
        return f"{_count(row['reads'], 'read')}{wrote} by {_count(row['distinct_users'], 'user')} in {days}"
    if row["status"] == "idle":
        return f"not used in {days}" + (f", last on {row['last_used']}" if row["last_used"] else "")
    if row["status"] == "unclear":
        return "use unclear: part of the log can't be read"
    return "never used" + (f" in the {row['log_days']:,} days of the log" if row["log_days"] is not None else " in the log")


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def coverage_lines(coverage: pa.Table, say: Say) -> list[str]:
    """What became of the log: how much was understood, what could not be, and tables in use that are no asset.

    Args:
        coverage: Contract `log_coverage`.
        say: Texts of the report.
    """
    rows = coverage.to_pylist()
    of_kind = {kind: [row for row in rows if row["kind"] == kind] for kind in
               ("parsed", "unparsed", "unknown_table", "ambiguous_table", "unusable_rows", "unreadable_log")}
    total = {kind: sum(row["statements"] for row in found) for kind, found in of_kind.items()}
    out = []
    if of_kind["parsed"] or of_kind["unparsed"]:
        out.append(say("log_parsed", parsed=f"{total['parsed']:,}", unparsed=f"{total['unparsed']:,}"))
    strangers = sorted([*of_kind["unknown_table"], *of_kind["ambiguous_table"]], key=lambda r: (-r["statements"], r["name"]))
    if strangers:
        more = say("more", n=len(strangers) - MOST_UNKNOWN) if len(strangers) > MOST_UNKNOWN else ""
        names = ", ".join(f"{row['name']} ({row['statements']:,})" for row in strangers[:MOST_UNKNOWN])
        out.append(say("log_unknown", names=f"{names} {more}".strip()))
    if of_kind["unusable_rows"]:
        out.append(say("log_unusable", n=f"{total['unusable_rows']:,}"))
    out += [say("log_unreadable", reason=row["reason"]) for row in of_kind["unreadable_log"]]
    return out
