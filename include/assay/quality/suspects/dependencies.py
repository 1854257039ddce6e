"""Rows that break what nearly all others of the partition keep to: one column tells another (a functional dependency).

A dependency A → B is believed if guessing B from A errs on at most 1 % of the rows, and at most on one in fifty of those on
which guessing without A errs (Goodman and Kruskal's lambda), in enough groups of rows with the same A. Within a group of
at least 20 rows those are suspect that have another B than at least 95 % of it. Where one row in a thousand or fewer breaks the
dependency, three rows that agree are enough against one that does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assay.catalog.facts import ColumnFacts, Family, TableFacts
from assay.contracts.enums import SuspectKind
from assay.engine import literal, quote
from assay.quality.suspects.rows import Rows
from assay.quality.suspects.suspect import Suspect, called, shown

_ENOUGH = 200  # rows with both columns
_GROUPS = 10  # values of A that several rows hold
_ERROR, _KEPT = 0.01, 0.98
_GROUP, _MAJORITY = 20, 0.95  # rows of a group, and the share of it that agrees
_STRICT, _FEW, _MOST = 0.001, 3, 0.75  # error of a dependency that hardly any row breaks; rows that agree, and their share
_PAIRS = 300  # pairs of columns that are tried, in the table's order
_LONG = 80  # characters of a text that is no name of anything


@dataclass(frozen=True)
class _Dependency:
    """That one column tells another.

    Attributes:
        tells: The one.
        told: The other.
        kept: Share of the errors of guessing without the one that guessing with it avoids: 1 where no row breaks it.
        groups: Values of the one that several rows hold.
        error: Share of rows that break it, of those that were looked at.
    """

    tells: str
    told: str
    kept: float
    groups: int
    error: float


def broken_dependencies(table: TableFacts, rows: Rows, told: Mapping[str, Sequence[str]]) -> Iterator[Suspect]:
    """Rows that break a dependency, one finding for each column that another one tells, by the best that tells it.

    Args:
        table: Facts of the newest partition.
        rows: Its rows.
        told: Column -> values that are suspect by themselves; rows that hold them are not told again.
    """
    best: dict[str, _Dependency] = {}
    tried = 0
    for a in table.columns.values():
        for b in table.columns.values():
            if a is b or not _may_tell(a, b) or tried >= _PAIRS:
                continue
            tried += 1
            found = _measure(rows, a, b)
            before = best.get(b.name)
            if found is not None and (before is None or (found.kept, -found.groups) > (before.kept, -before.groups)):
                best[b.name] = found
    for name in table.columns:
        if name in best and best[name].kept < 1:
            yield from _broken(table, rows, best[name], told.get(name, ()))


def _may_tell(a: ColumnFacts, b: ColumnFacts) -> bool:
    """Whether counts leave room for a dependency: A repeats, B differs, and A has values enough to tell those of B."""
    if not (a.exact and b.exact) or min(a.filled, b.filled) < _ENOUGH:
        return False
    if a.family is Family.TIME:  # what happens at one moment is together by chance
        return False
    if any(column.family is Family.OTHER or (column.family is Family.REAL and not column.whole) or column.text_length > _LONG
           for column in (a, b)):
        return False
    return 1 < b.distinct <= 1.1 * a.distinct + 10 and _GROUPS <= a.distinct <= 0.5 * a.filled


def _groups(a: str, b: str, source: str) -> str:
    """SQL: per value of A its rows, the rows of its most frequent B, and that B; of equally frequent ones the smallest."""
    return (f"select a, sum(n) as n, max(n) as most, min_by(b, (-n, b)) as usual from (select {quote(a)}::varchar as a, "
            f"{quote(b)}::varchar as b, count(*) as n from {source} group by all having a is not null and b is not null) "
            "group by a")


def _measure(rows: Rows, a: ColumnFacts, b: ColumnFacts) -> _Dependency | None:
    n, right, groups = rows.ask(f"""select sum(n), sum(most), count(*) filter (n > 1)
        from ({_groups(a.name, b.name, "sampled")})""")[0]
    if not n or n < _ENOUGH or groups < _GROUPS:
        return None
    usual = int(max(b.counts)) / b.filled
    error = 1 - int(right) / int(n)
    kept = 1 - error / (1 - usual)
    if error > _ERROR or kept < _KEPT:
        return None
    return _Dependency(a.name, b.name, float(kept), int(groups), float(error))


def _broken(table: TableFacts, rows: Rows, found: _Dependency, told: Sequence[str]) -> Iterator[Suspect]:
    a, b = table.columns[found.tells], table.columns[found.told]
    clear = f"n >= {_GROUP} and most >= {_MAJORITY} * n"
    if found.error <= _STRICT:
        clear = f"({clear} or most >= {_FEW} and most >= {_MOST} * n)"
    known = f"and w.b not in ({', '.join(map(literal, told))})" if told else ""
    rows.ask(f"""create or replace temp table broken as
        with sure as (select * from ({_groups(a.name, b.name, "whole")}) where {clear} and most < n)
        select w.{rows.number} as number, a, w.b, usual, most, n
        from (select {rows.number}, {quote(a.name)}::varchar as a, {quote(b.name)}::varchar as b from whole) as w
        join sure using (a) where w.b <> usual {known}""")
    count = rows.ask("select count(*) from broken")[0][0]
    if not count:
        return
    tells, other, usual, most, n = rows.ask("""select a, min_by(b, number), any_value(usual), any_value(most), any_value(n)
        from broken group by a order by count(*) desc, a limit 1""")[0]
    yield Suspect(
        SuspectKind.DEPENDENCY, (a.name, b.name), int(count), shown(b, other), shown(b, usual),
        f"{called(a.name)} tells {called(b.name)}, but not in {count} rows: {shown(a, tells)} goes with {shown(b, usual)} "
        f"in {most} of {n} rows, and with {shown(b, other)} in another",
        where=rows.where(f"{rows.number} in (select number from broken)"))
