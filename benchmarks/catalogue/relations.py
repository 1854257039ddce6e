"""How well are keys and relations found of which nothing is declared?

    .venv/bin/python benchmarks/catalogue/relations.py

Precision, recall and F1 of primary and foreign keys, single and composite, on the demo, TPC-H, TPC-DS and a schema that nothing
was fitted to, with their names and with columns called c0, c1, …; and of planted copies, parts and totals how many are found.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from catalogue import planted, schemas
from catalogue.schemas import Schema

_TARGET = 0.95


def measure() -> list[dict[str, Any]]:
    """Rows of `measure`, `value`, `unit`, `reference`, `ratio` and `target`; the latter three None where there is none."""
    out = []
    for make in (schemas.demo, schemas.tpch, schemas.tpcds, schemas.held_out):
        schema = make()
        target = None if make is schemas.held_out else _TARGET
        out += _scores(schema, target) + _scores(schemas.nameless(schema), None)
    return out + _planted()


def find(schema: Schema) -> tuple[list[dict[str, Any]], list[dict[str, Any]], float]:
    """Rows of `relations` and of `table_kinds`, and the seconds that classification took beside the counting of values."""
    from assay.catalog.classify import classify
    from assay.catalog.rows import SnapshotRows
    from assay.profiling.states import combine, count_values

    states, files = {}, {}
    for table, parts in schema.files.items():
        asset = f"bench.{table}"
        states[asset], newest = combine([count_values(list(part), asset) for part in parts])
        files[asset] = parts[-1:] if newest else parts
    start = time.perf_counter()
    with SnapshotRows(files) as rows:
        found = classify(states, None, rows)
    return found.relations.to_pylist(), found.table_kinds.to_pylist(), time.perf_counter() - start


def _table(asset: str) -> str:
    return asset.removeprefix("bench.")


def _scores(schema: Schema, target: float | None) -> list[dict[str, Any]]:
    relations, kinds, seconds = find(schema)
    foreign = {_ordered(_table(r["from_asset"]), r["from_columns"], _table(r["to_asset"]), r["to_columns"])
               for r in relations if r["kind"] == "foreign_key"}
    primary = {(_table(k["asset_id"]), frozenset(k["primary_key"])) for k in kinds if k["primary_key"]}
    rows = [_row(f"{schema.name}: classification", seconds, "s", None)]
    for what, found, truth in (("foreign keys", foreign, {_ordered(*line) for line in schema.foreign}),
                               ("primary keys", primary, {(table, frozenset(columns)) for table, columns in schema.primary})):
        for measure, value in zip(("precision", "recall", "F1"), _agreement(found, truth), strict=True):
            rows.append(_row(f"{schema.name}: {what}, {measure}", value, "share", target if measure == "F1" else None))
        for sign, odd in (("not found", truth - found), ("wrong", found - truth)):
            for line in sorted(map(_shown, odd)):
                print(f"  {schema.name}: {sign}: {line}")
    return rows


def _ordered(source: str, columns: Any, target: str, keys: Any) -> tuple[str, tuple[str, ...], str, tuple[str, ...]]:
    """The same reference in whatever order its columns are told."""
    pairs = sorted(zip(columns, keys, strict=True))
    return source, tuple(column for column, _ in pairs), target, tuple(key for _, key in pairs)


def _shown(line: Any) -> str:
    sides = [f"{line[n]}({', '.join(sorted(line[n + 1]) if isinstance(line[n + 1], frozenset) else line[n + 1])})"
             for n in range(0, len(line), 2)]
    return " -> ".join(sides)


def _agreement(found: Collection[Any], truth: Collection[Any]) -> tuple[float, float, float]:
    right = len(set(found) & set(truth))
    precision, recall = right / len(found) if found else 0.0, right / len(truth)
    return precision, recall, 2 * precision * recall / (precision + recall) if right else 0.0


def _planted() -> list[dict[str, Any]]:
    schema, plants = planted.platform(schemas.FOLDER / "planted")
    relations, _, _ = find(schema)
    found = {(r["kind"], _table(r["from_asset"]), _table(r["to_asset"])) for r in relations if r["kind"] != "foreign_key"}
    for plant in sorted(set(plants) - found):
        print(f"  planted: not found: {plant}")
    for extra in sorted(found - set(plants)):
        print(f"  planted: not planted: {extra}")
    kinds = {"duplicate": "copies", "subset": "parts", "derived": "totals"}
    return [*(_row(f"planted {name} found", len({p for p in plants if p[0] == kind} & found) /
                   len({p for p in plants if p[0] == kind}), "share", 1.0) for kind, name in kinds.items()),
            _row("planted: told although not planted", len(found - set(plants)), "relations", 0.0)]


def _row(measure: str, value: float, unit: str, target: float | None) -> dict[str, Any]:
    return {"measure": measure, "value": value, "unit": unit, "reference": None, "ratio": None, "target": target}


def main(show: Callable[[str], None] = print) -> None:
    """Print the rows."""
    for row in measure():
        aim = "" if row["target"] is None else f"  (aim {row['target']:g})"
        show(f"{row['measure']:58} {row['value']:8.3f} {row['unit']}{aim}")


if __name__ == "__main__":
    import sys

    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "include"))
    main()
