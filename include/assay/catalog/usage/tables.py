"""The artifacts `usage`, `lineage` and `log_coverage` from the statements of a platform's logs."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from sqlglot import exp

from assay.catalog.usage.digest import WINDOW_DAYS, Digest, Shape, Span
from assay.catalog.usage.names import Catalogue, Match, Table
from assay.catalog.usage.normalise import first_words
from assay.catalog.usage.queries import Source
from assay.catalog.usage.statements import Statement, read_statement, views_of
from assay.contracts.schemas import LINEAGE, LOG_COVERAGE, USAGE

_SYSTEM = {"information_schema", "pg_catalog", "performance_schema", "mysql", "sys", "system"}  # the database's own
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Trouble:
    """Rows or a whole log that could not be used.

    Attributes:
        kind: unusable_rows or unreadable_log.
        name: The log.
        reason: One sentence.
        rows: How many rows, 0 for a log that could not be read.
    """

    kind: str
    name: str
    reason: str
    rows: int = 0


@dataclass
class _Sum:
    """What several statements add up to."""

    reads: int = 0
    writes: int = 0
    shapes: int = 0
    users: set[str] = field(default_factory=set)
    last: dt.datetime | None = None
    confidence: float = 0.0

    def add(self, shape: Shape, *, reads: bool = True, confidence: float = 0.0) -> None:
        self.reads += shape.calls if reads else 0
        self.writes += 0 if reads else shape.calls
        self.shapes += 1
        self.users |= shape.users
        self.last = max((t for t in (self.last, shape.last) if t is not None), default=None)
        self.confidence = max(self.confidence, confidence)


@dataclass
class _Found:
    """Everything that is added up while statements are read."""

    used: dict[tuple[str, str | None], _Sum] = field(default_factory=dict)
    flows: dict[tuple[str, str | None, str, str | None], _Sum] = field(default_factory=dict)
    coverage: dict[tuple[str, str | None, str | None], _Sum] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)  # assets that a statement names, whatever it does with them
    doubtful: set[str] = field(default_factory=set)  # tables that a statement may mean


@dataclass(frozen=True)
class UsageTables:
    """The three artifacts."""

    usage: pa.Table
    lineage: pa.Table
    coverage: pa.Table


def usage_tables(logs: Digest, catalogue: Catalogue, span: Span, troubles: Sequence[Trouble] = ()) -> UsageTables:
    """What the logs say of every asset.

    Args:
        logs: At least one log that could be read; see `no_log` for none.
        catalogue: What there is.
        span: What the night looks at.
        troubles: What could not be used.
    """
    found = _Found()
    views: dict[str, Mapping[str, exp.Expr]] = {}
    for shape in logs.shapes:
        if shape.dialect not in views:
            views[shape.dialect] = views_of((s.text for s in logs.shapes if s.dialect == shape.dialect), shape.dialect)
        _add(found, shape, read_statement(shape.text, shape.dialect, catalogue, views[shape.dialect]), catalogue)
    lost = any(trouble.kind == "unreadable_log" for trouble in troubles)
    days = (span.partition - span.day(logs.first)).days + 1 if logs.first else None
    rows = [_usage_row(found, table, asset, column, span, days, lost) for table in catalogue.tables.values()
            for asset, columns in sorted(table.assets.items()) for column in (None, *sorted(columns))]
    return UsageTables(pa.Table.from_pylist(rows, schema=USAGE.schema), _lineage(found, span), _coverage(found, troubles, span))


def no_log(troubles: Sequence[Trouble] = ()) -> UsageTables:
    """The artifacts where there is no log, or none that could be read: `usage` and `lineage` have no row."""
    return UsageTables(USAGE.schema.empty_table(), LINEAGE.schema.empty_table(),
                       pa.Table.from_pylist([_trouble_row(trouble) for trouble in troubles], schema=LOG_COVERAGE.schema))


def with_declared(lineage: pa.Table, declared: pa.Table | None) -> pa.Table:
    """Contract `lineage` with the flows that catalogues declare behind those of the log.

    Args:
        lineage: Contract `lineage`, of the log.
        declared: Contract `declared_lineage`, where there is one.
    """
    said = declared.to_pylist() if declared is not None else []
    rows = [row | {"statements": 0, "users": 0, "last_seen": None} for row in said]
    return pa.concat_tables([lineage, pa.Table.from_pylist(rows, schema=LINEAGE.schema)])


# -- adding up --------------------------------------------------------------------------------------------------------


def _add(found: _Found, shape: Shape, statement: Statement, catalogue: Catalogue) -> None:
    if statement.problem is None:
        found.coverage.setdefault(("parsed", None, None), _Sum()).add(shape)
    else:
        found.coverage.setdefault(("unparsed", first_words(shape.text), statement.problem), _Sum()).add(shape)
        words = set(_WORD.findall(shape.text))
        found.doubtful |= {name for name in catalogue.tables if set(_WORD.findall(name.lower().rpartition(".")[2])) <= words}
    for reads, sources in ((True, statement.reads), (False, statement.writes)):
        for asset, column in _assets(sources):
            found.used.setdefault((asset, column), _Sum()).add(shape, reads=reads)
    found.named |= {asset for match in statement.mentions if match.table for asset in match.table.assets}
    matches = {match for match, _ in (*statement.reads, *statement.writes)} | statement.mentions
    for match in matches:
        found.doubtful |= set(match.candidates)
        if match.table is None and not set(match.name.split(".")[:-1]) & _SYSTEM:
            kind, reason = ("ambiguous_table", f"it may be {' or '.join(match.candidates)}") if match.candidates else (
                "unknown_table", "the catalogue has no such table")
            found.coverage.setdefault((kind, match.name, reason), _Sum()).add(shape)
    for key, confidence in _flows(statement).items():
        found.flows.setdefault(key, _Sum()).add(shape, confidence=confidence)


def _assets(sources: Iterable[Source]) -> set[tuple[str, str | None]]:
    """Assets and columns behind tables: of a table that is split into column groups, the groups whose columns are named."""
    columns: dict[Table, set[str]] = {}
    for match, column in sources:
        if match.table:
            columns.setdefault(match.table, set()).update({column} if column else ())
    return {(asset, column) for table, named in columns.items() for asset in table.groups(named)
            for column in (None, *(named & table.assets[asset]))}


def _flows(statement: Statement) -> dict[tuple[str, str | None, str, str | None], float]:
    """Flows between assets, or the log's own names, each with its confidence."""
    read = {match.table: {column for m, column in statement.reads if m == match and column}
            for match, _ in statement.reads if match.table}
    flows: dict[tuple[str, str | None, str, str | None], float] = {}
    for (source, column), (target, into) in statement.flows:
        if _is_system(source):
            continue
        sure = min(source.confidence, target.confidence) * (1.0 if statement.exact else 0.5)
        for start in source.ends(column, read.get(source.table, set()) if source.table else set()):
            for end in target.ends(into, {c for _, (t, c) in statement.flows if t == target and c}):
                key = (start, column, end, into)
                flows[key] = max(sure, flows.get(key, 0.0))
    return flows


def _is_system(match: Match) -> bool:
    return match.table is None and bool(set(match.name.split(".")[:-1]) & _SYSTEM)


# -- rows -------------------------------------------------------------------------------------------------------------


def _usage_row(found: _Found, table: Table, asset: str, column: str | None, span: Span, days: int | None,
               lost: bool) -> dict[str, Any]:
    sums = found.used.get((asset, column), _Sum())
    if sums.reads or sums.writes:
        status = "used"
    elif sums.shapes or (column is None and asset in found.named):
        status = "idle"
    else:
        status = "unclear" if lost or table.name in found.doubtful else "unused"
    return {"asset_id": asset, "column": column, "status": status, "reads": sums.reads, "writes": sums.writes,
            "distinct_users": len(sums.users), "last_used": _date(sums.last, span), "window_days": WINDOW_DAYS,
            "log_days": days}


def _lineage(found: _Found, span: Span) -> pa.Table:
    ordered = sorted(found.flows.items(), key=lambda item: tuple((part is not None, part or "") for part in item[0]))
    return pa.Table.from_pylist([
        {"from_asset": start, "from_column": column, "to_asset": end, "to_column": into, "origin": "query log",
         "statements": sums.reads, "users": len(sums.users), "last_seen": _date(sums.last, span), "confidence": sums.confidence}
        for (start, column, end, into), sums in ordered], schema=LINEAGE.schema)


def _coverage(found: _Found, troubles: Sequence[Trouble], span: Span) -> pa.Table:
    ordered = sorted(found.coverage.items(), key=lambda item: tuple(part or "" for part in item[0]))
    rows = [{"kind": kind, "name": name, "reason": reason, "statements": sums.reads, "shapes": sums.shapes,
             "users": len(sums.users), "last_seen": _date(sums.last, span)} for (kind, name, reason), sums in ordered]
    return pa.Table.from_pylist([*rows, *map(_trouble_row, troubles)], schema=LOG_COVERAGE.schema)


def _trouble_row(trouble: Trouble) -> dict[str, Any]:
    return {"kind": trouble.kind, "name": trouble.name, "reason": trouble.reason, "statements": trouble.rows, "shapes": 0,
            "users": 0, "last_seen": None}


def _date(moment: dt.datetime | None, span: Span) -> str | None:
    return span.day(moment).isoformat() if moment else None
