"""Rows that come twice, and rows of one thing that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator

from assay.catalog.facts import TableFacts
from assay.catalog.keys import NEARLY, is_key, names_table
from assay.contracts.enums import SuspectKind
from assay.engine import quote
from assay.quality.suspects.rows import Rows
from assay.quality.suspects.suspect import Suspect, called, shown

_ENOUGH = 100  # rows of which nearly all have their own value
_NAMED = 3  # columns that a sentence names


def nearly_identifying(table: TableFacts) -> str | None:
    """The first column that identifies all but at most 2 % of the rows and is named like the table or stands first, or None."""
    for place, (name, column) in enumerate(table.columns.items()):
        if not (place == 0 or names_table(column, table)) or not column.exact or not is_key(column):
            continue
        if column.filled >= _ENOUGH and NEARLY * column.filled <= column.distinct:
            return name
    return None


def repeated_rows(table: TableFacts, rows: Rows, key: str | None) -> Iterator[Suspect]:
    """Rows whose key another row has, too: as the same row once more, or contradicting it in other columns.

    Args:
        table: Facts of the newest partition.
        rows: Its rows.
        key: As `nearly_identifying` finds it.
    """
    if key is None or table.columns[key].distinct == table.columns[key].filled:
        return
    named, others = quote(key), [name for name in table.columns if name != key]
    differs = ", ".join(f"count(distinct {column}::varchar) + (count({column}) between 1 and count(*) - 1)::int > 1 as d{n}"
                        for n, column in enumerate(map(quote, others)))
    rows.ask(f"""create or replace temp table twice as select {named} as k, count(*) as n{', ' if differs else ''}{differs}
        from whole where {named} is not null group by 1 having n > 1""")
    same = " and ".join(["true", *(f"not d{n}" for n in range(len(others)))])
    for kind, condition in ((SuspectKind.CONTRADICTION, f"not ({same})"), (SuspectKind.REPEATED, same)):
        count, example = rows.ask(f"select coalesce(sum(n), 0), min(k)::varchar from twice where {condition}")[0]
        if not count:
            continue
        where = rows.where(f"{named} in (select k from twice where {condition})")
        value = shown(table.columns[key], example)
        columns: tuple[str, ...] = (key,)
        if kind is SuspectKind.CONTRADICTION:
            found = rows.ask(f"select {', '.join(f'count(*) filter (d{n})' for n in range(len(others)))} from twice")[0]
            columns = (key, *(name for name, wrong in zip(others, found, strict=True) if wrong))
            more = " and others" if len(columns) > 1 + _NAMED else ""
            differ = ", ".join(map(called, columns[1:1 + _NAMED]))
            why = f"{count} rows share {called(key)} with another but differ in {differ}{more}"
        else:
            why = f"{count} rows are the same as another, {called(key)} included"
        yield Suspect(kind, columns, int(count), value, None, f"{why}, such as those of {value}", where=where)
