"""Errors planted into single rows of real tables: how many are found without any rule, and what else is told.

    make bench NAME=suspects

Each kind of error is planted into some rows of one partition of Complete Journey, in three nights with other rows each. What is
told then and not without the error counts as found, up to the rows that were planted; what is told of more rows, or in
another way, as false. What is told of the partitions as they are is listed: only somebody who knows the data can say what of
it is wrong. Errors and detectors were made side by side, so this is no blind test.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from quality import LANDING, partitions, rows_of

from assay.catalog.facts import read_facts
from assay.contracts.enums import SuspectKind as Kind
from assay.profiling.states import combine, count_values
from assay.quality.suspects import Suspect, find_suspects

RESULT = Path(__file__).resolve().parents[1] / "data" / "benchmarks" / "suspects.json"
SHOWN = 5
NIGHTS, RECENT = 3, {"transactions": 28, "coupon_redemptions": 28}  # partitions that say what is usual; of others four
Change = Callable[[list[Any], np.ndarray, np.random.Generator], list[Any]]


@dataclass(frozen=True)
class Error:
    """An error in single rows.

    Attributes:
        name: What went wrong.
        table: Where.
        column: Of it that is changed; None where rows are added.
        rows: So many.
        change: New values of the chosen rows from the whole column.
        kinds: What it may be told as.
    """

    name: str
    table: str
    column: str | None
    rows: int
    change: Change
    kinds: tuple[Kind, ...]


def _each(change: Callable[[str, np.random.Generator], str]) -> Change:
    return lambda values, places, rng: [change(str(values[place]), rng) for place in places]


def _constant(value: Any) -> Change:
    return lambda values, places, rng: [value] * len(places)


def _other(values: list[Any], places: np.ndarray, rng: np.random.Generator) -> list[Any]:
    """Another value of the column for each row."""
    out = []
    for place in places:
        choice = values[place]
        while choice is None or choice == values[place]:
            choice = values[int(rng.integers(len(values)))]
        out.append(choice)
    return out


def _slip(text: str, rng: np.random.Generator) -> str:
    """A letter lost, doubled, taken for another, or changed for its neighbour."""
    letters = [place for place, letter in enumerate(text[:-1]) if letter.isalpha() and text[place + 1].isalpha()]
    at, how = int(rng.choice(letters)), int(rng.integers(4))
    return (text[:at] + text[at + 1:], text[:at] + text[at] + text[at:], text[:at] + "Q" + text[at + 1:],
            text[:at] + text[at + 1] + text[at] + text[at + 2:])[how]


_TYPO, _WRITTEN = (Kind.TYPO, Kind.VARIANT), (Kind.VARIANT, Kind.FORM)
ERRORS = (
    Error("a slip in a category", "products", "product_category", 20, _each(_slip), _TYPO),
    Error("a slip in a type", "products", "product_type", 20, _each(_slip), _TYPO),
    Error("small letters", "products", "department", 20, _each(lambda text, _: text.lower()), _WRITTEN),
    Error("a blank behind", "products", "product_type", 20, _each(lambda text, _: f"{text} "), _WRITTEN),
    Error("two blanks for one", "products", "package_size", 20, _each(lambda text, _: text.replace(" ", "  ")), _WRITTEN),
    Error("another department", "products", "department", 20, _other, (Kind.DEPENDENCY,)),
    Error("another brand", "products", "brand", 20, _other, (Kind.DEPENDENCY,)),
    Error("a product twice, the same", "products", None, 20, _constant(None), (Kind.REPEATED,)),
    Error("a product twice, with another maker", "products", "manufacturer_id", 20, _other,
          (Kind.CONTRADICTION, Kind.DEPENDENCY)),
    Error("amounts in another unit", "transactions", "sales_value", 3,
          lambda values, places, _: [1000 * max(values[place], 1) for place in places], (Kind.OUTLIER,)),
    Error("an amount of 99,999", "transactions", "sales_value", 1, _constant(99_999.0), (Kind.PLACEHOLDER, Kind.OUTLIER)),
    Error("discounts of -9,999 in many rows", "transactions", "coupon_disc", 40, _constant(-9_999.0), (Kind.PLACEHOLDER,)),
    Error("times of 1970", "transactions", "transaction_timestamp", 5, _constant(dt.datetime(1970, 1, 1)),
          (Kind.PLACEHOLDER, Kind.OUTLIER, Kind.DEPENDENCY)),
    Error("times a year ahead", "transactions", "transaction_timestamp", 2, _constant(dt.datetime(2019, 1, 1)),
          (Kind.OUTLIER, Kind.DEPENDENCY)),
    Error("a row of a basket in another store", "transactions", "store_id", 10, _other, (Kind.DEPENDENCY,)),
    Error("a row of a basket of another household", "transactions", "household_id", 10, _other, (Kind.DEPENDENCY,)),
    Error("an income written otherwise", "demographics", "income", 3, _each(lambda text, _: text.replace("-", " - ").lower()),
          _WRITTEN),
    Error("small letters in a code", "promotions", "display_location", 30, _each(lambda text, _: text.lower()), _WRITTEN),
)


def planted(error: Error, table: pa.Table, seed: int) -> tuple[pa.Table, int]:
    """The table with the error in some rows, and in how many it made a difference."""
    rng = np.random.default_rng(seed)
    values = table.column(error.column).to_pylist() if error.column else []
    able = np.array([place for place in range(len(table)) if error.column is None or _changeable(error, values[place])])
    places = rng.choice(able, error.rows, replace=False)
    if error.column is None:
        return pa.concat_tables([table, table.take(places)]), 2 * error.rows
    new = error.change(values, places, rng)
    field = table.schema.field(error.column)
    if Kind.CONTRADICTION in error.kinds:
        added = table.take(places)
        added = added.set_column(table.schema.get_field_index(error.column), field, pa.array(new, field.type))
        return pa.concat_tables([table, added]), 2 * error.rows
    for place, value in zip(places, new, strict=True):
        values[place] = value
    return table.set_column(table.schema.get_field_index(error.column), field, pa.array(values, field.type)), error.rows


def _changeable(error: Error, value: Any) -> bool:
    """Whether the error makes a difference to a value."""
    if value is None:
        return False
    if error.change in (_other,) or not isinstance(value, str):
        return True
    if "slip" in error.name:
        return len(value) >= 8 and any(a.isalpha() and b.isalpha() and a != b for a, b in pairwise(value))
    return value not in (value.lower(), "None/Unknown") if "small" in error.name else " " in value or "-" in value


def suspects(table: str, newest: pa.Table, history: Sequence[pa.Table], folder: Path) -> tuple[list[Suspect], float]:
    """What is told of a partition, and the seconds that it takes beside profiles."""
    path = folder / "newest.parquet"
    pq.write_table(newest, path)
    states = [*history, count_values([str(path)], f"landing.{table}")]
    start = time.perf_counter()
    facts, recent = (read_facts(f"landing.{table}", state) for state in (states[-1], combine(states)[0]))
    return find_suspects(facts, recent, [str(path)]), time.perf_counter() - start


def _state(table: str, label: str) -> pa.Table:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "part.parquet"
        pq.write_table(rows_of(table, label), path)
        return count_values([str(path)], f"landing.{table}")


def _key(suspect: Suspect) -> tuple[Kind, tuple[str, ...], str]:
    return suspect.kind, suspect.columns, suspect.example if suspect.values else ""


def main() -> None:
    lines: list[dict] = []
    there = there_found = false = 0
    told: dict[str, list[Suspect]] = {}
    print(f"{'error':<44}{'planted':>9}{'found':>7}{'false':>7}{'seconds':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for table in dict.fromkeys(error.table for error in ERRORS):
            labels = partitions(table)
            for night in range(NIGHTS):
                at = len(labels) - 1 - 3 * night
                history = [_state(table, label) for label in labels[at - RECENT.get(table, 4) + 1:at]]
                newest = rows_of(table, labels[at])
                clean, _ = suspects(table, newest, history, Path(folder))
                told.setdefault(table, clean)
                before = {_key(one): one.rows for one in clean}
                for error in (error for error in ERRORS if error.table == table):
                    faulty, rows = planted(error, newest, night)
                    found, seconds = suspects(table, faulty, history, Path(folder))
                    new = [(one, one.rows - before.get(_key(one), 0)) for one in found]
                    right = sum(more for one, more in new if one.kind in error.kinds and more > 0)
                    wrong = sum(more for one, more in new if one.kind not in error.kinds and more > 0) + max(right - rows, 0)
                    lines.append({"error": error.name, "night": labels[at], "planted": rows, "found": min(right, rows),
                                  "false": wrong, "seconds": seconds})
    for error in ERRORS:
        of_error = [line for line in lines if line["error"] == error.name]
        sums = {what: sum(line[what] for line in of_error) for what in ("planted", "found", "false", "seconds")}
        there, there_found, false = there + sums["planted"], there_found + sums["found"], false + sums["false"]
        print(f"{error.table + ': ' + error.name:<44}{sums['planted']:>9}{sums['found']:>7}{sums['false']:>7}"
              f"{sums['seconds'] / NIGHTS:>9.2f}")
    print(f"{'all':<44}{there:>9}{there_found:>7}{false:>7}   {there_found / there:.1%} found")
    print("\ntold of the newest partitions as they are")
    for table, clean in told.items():
        for kind in Kind:
            own = [one for one in clean if one.kind is kind]
            for one in own[:SHOWN]:
                print(f"  {table}: {kind}: {one.reason}; {one.where[0]}")
            if len(own) > SHOWN:
                print(f"  {table}: {kind}: and {len(own) - SHOWN} more")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(lines, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit("lay out the demo first: make landing") if not LANDING.is_dir() else main()
