"""How fast is a query log read, and how right is what is told of each statement?

    .venv/bin/python benchmarks/catalogue/usage.py

Speed: a made-up log of 1,000,000 rows of 2,000 statements that differ by more than literals; beside it the same work with
every row parsed by itself, on a sample. Correctness: statements over TPC-H's schema labelled by hand (`usage_statements.py`) by
whoever wrote the parser; beside it what a pattern finds behind FROM, JOIN, INTO and UPDATE. A column of a table that is told
although it isn't used is wrong, one that is used and not told is missing.
"""

from __future__ import annotations

import datetime as dt
import random
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

sys.path.insert(0, str(Path(__file__).resolve().parent))

from catalogue.usage_statements import COLUMNS, STATEMENTS

ROWS, SHAPES, SAMPLE = 1_000_000, 2_000, 500
_SPEED, _RIGHT = 20_000.0, 0.95
_FIRST = dt.datetime(1998, 1, 1, tzinfo=dt.UTC)
_PATTERN = re.compile(r"\b(from|join|into|update|table)\s+([\w.`\"]+)", re.IGNORECASE)
_Use = tuple[str, str | None]


def measure() -> list[dict[str, Any]]:
    """Rows of `measure`, `value`, `unit`, `reference`, `ratio` and `target`; the latter three None where there is none."""
    return [*_speed(), *_correctness()]


def catalogue() -> Any:
    """TPC-H's tables, as a source called tpch."""
    from assay.catalog.usage.names import Catalogue, Table

    return Catalogue([Table(f"tpch.{name}", {column: column for column in columns.split()},
                            {f"tpch.{name}": frozenset(columns.split())}, ("lake", "tpch", name), ("ds",))
                      for name, columns in COLUMNS.items()])


# -- speed ------------------------------------------------------------------------------------------------------------


def log(rows: int, shapes: int) -> pa.Table:
    """Entries of queries that join, filter and group; nearly no two texts are equal, since literals differ."""
    from assay.catalog.usage.entries import ENTRIES

    dice = random.Random(7)
    kinds = [_shape(dice, number) for number in range(shapes)]
    entries = [{"sql": kinds[number % shapes].format(day=_FIRST.date() + dt.timedelta(days=dice.randrange(360)),
                                                    key=dice.randrange(10**7), name=f"c{dice.randrange(10**6)}@example.com"),
                "user": f"user{dice.randrange(200)}", "calls": 1,
                "time": _FIRST + dt.timedelta(seconds=dice.randrange(360 * 86_400))} for number in range(rows)]
    return pa.Table.from_pylist(entries, schema=ENTRIES)


def _shape(dice: random.Random, number: int) -> str:
    price = dice.choice(["l_extendedprice", "l_tax", "l_discount"])
    group = dice.choice(["c_mktsegment", "c_nationkey", "c_name"])
    return (f"SELECT c.{group}, SUM(l.{price}) AS total_{number}, COUNT(*) FROM tpch.lineitem l JOIN tpch.orders o "
            f"ON l.l_orderkey = o.o_orderkey JOIN tpch.customer c ON o.o_custkey = c.c_custkey "
            f"WHERE o.o_orderdate >= DATE '{{day}}' AND c.c_comment <> '{{name}}' AND l.l_partkey IN ({{key}}, 5, 8) "
            f"GROUP BY c.{group} ORDER BY 2 DESC LIMIT 100")


def _speed() -> Iterator[dict[str, Any]]:
    from assay.catalog.usage.digest import Span, digest, until
    from assay.catalog.usage.normalise import normalise
    from assay.catalog.usage.statements import read_statement
    from assay.catalog.usage.tables import usage_tables

    entries, known, span = log(ROWS, SHAPES), catalogue(), Span(dt.date(1998, 12, 31), "UTC")
    start = time.perf_counter()
    summed = digest([("duckdb", [until(entries, span)])], span)
    digested = time.perf_counter()
    usage_tables(summed, known, span)
    whole = time.perf_counter() - start
    if len(summed.shapes) != SHAPES:
        raise AssertionError(f"{len(summed.shapes)} statements were told apart instead of {SHAPES}")

    one_by_one = time.perf_counter()
    for sql in entries.column("sql").slice(0, SAMPLE).to_pylist():
        read_statement(normalise(sql, "duckdb"), "duckdb", known)
    plain = SAMPLE / (time.perf_counter() - one_by_one)
    yield _row("log read", ROWS / whole, "statements/s", plain, _SPEED)
    yield _row("of that: literals replaced and summed up", digested - start, "s")
    yield _row("of that: statements parsed and tables made", whole - (digested - start), "s")


# -- correctness ------------------------------------------------------------------------------------------------------


def _correctness() -> Iterator[dict[str, Any]]:
    known = catalogue()
    pairs: dict[str, list[tuple[set[_Use], set[_Use], set[_Use]]]] = {}
    for dialect, sql, reads, writes in STATEMENTS:
        found = _found(sql, dialect, known)
        for what, label in (("read", reads), ("written", writes)):
            truth = _labelled(label)
            if found[what] != truth:
                print(f"  {dialect}: {' '.join(sql.split())[:90]}: {what}: missing {_said(truth - found[what])}, "
                      f"wrong {_said(found[what] - truth)}")
            by_pattern = _by_pattern(sql)[what]
            for part, kept in (("tables", lambda use: use[1] is None), ("columns", lambda use: use[1] is not None)):
                pairs.setdefault(f"{part} {what}", []).append(
                    (set(filter(kept, found[what])), set(filter(kept, truth)), set(filter(kept, by_pattern))))
    yield _row("statements labelled by hand", len(STATEMENTS), "statements")
    for name, sets in pairs.items():
        ours = _agreement([(found, truth) for found, truth, _ in sets])
        theirs = _agreement([(guessed, truth) for _, truth, guessed in sets]) if name.startswith("tables") else (None, None)
        for measure_, value, reference in zip(("precision", "recall"), ours, theirs, strict=True):
            yield _row(f"{name}: {measure_}", value, "share", reference, _RIGHT)


def _found(sql: str, dialect: str, known: Any) -> dict[str, set[_Use]]:
    """What is told of a statement; of tables beside TPC-H's nothing is asked."""
    from assay.catalog.usage.normalise import normalise
    from assay.catalog.usage.statements import read_statement

    statement = read_statement(normalise(sql, dialect), dialect, known)
    return {what: {(match.table.name.removeprefix("tpch."), column) for match, column in sources if match.table}
            for what, sources in (("read", statement.reads), ("written", statement.writes))}


def _labelled(label: str) -> set[_Use]:
    uses: set[_Use] = set()
    for table, columns in re.findall(r"(\w+)\(([^)]*)\)", label):
        named = COLUMNS[table].split() if columns == "*" else columns.split()
        unknown = set(named) - set(COLUMNS[table].split())
        if unknown:
            raise ValueError(f"a label names {sorted(unknown)[0]!r} of {table}; it has {COLUMNS[table]}")
        uses |= {(table, None), *((table, column) for column in named)}
    return uses


def _by_pattern(sql: str) -> dict[str, set[_Use]]:
    """What a pattern tells: the word behind FROM or JOIN is read, that behind INTO, UPDATE or TABLE written."""
    uses: dict[str, set[_Use]] = {"read": set(), "written": set()}
    for word, name in _PATTERN.findall(sql):
        table = re.sub(r"[`\"]", "", name).lower().rpartition(".")[2]
        if table in COLUMNS:
            uses["read" if word.lower() in ("from", "join") else "written"].add((table, None))
    return uses


def _agreement(sets: list[tuple[set[_Use], set[_Use]]]) -> tuple[float, float]:
    """Precision and recall over all statements together."""
    right = sum(len(found & truth) for found, truth in sets)
    told, there = sum(len(found) for found, _ in sets), sum(len(truth) for _, truth in sets)
    return right / told if told else 0.0, right / there if there else 0.0


def _said(uses: set[_Use]) -> str:
    return ", ".join(sorted(table + (f".{column}" if column else "") for table, column in uses)) or "nothing"


def _row(name: str, value: float, unit: str, reference: float | None = None, target: float | None = None) -> dict[str, Any]:
    return {"measure": f"usage: {name}", "value": value, "unit": unit, "reference": reference,
            "ratio": value / reference if reference else None, "target": target}


def main(show: Callable[[str], None] = print) -> None:
    """Print the rows."""
    for row in measure():
        beside = "" if row["reference"] is None else f"  (beside {row['reference']:,.3f})"
        aim = "" if row["target"] is None else f"  (aim {row['target']:,g})"
        show(f"{row['measure']:58} {row['value']:14,.3f} {row['unit']}{beside}{aim}")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "include"))
    main()
