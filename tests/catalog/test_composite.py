from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from assay.catalog.classify import Classification, classify
from assay.catalog.rows import SnapshotRows
from assay.profiling.states import combine, count_values


def classified(folder: Path, tables: dict) -> Classification:
    """Classification of tables, each one partition (a dict of columns) or several (a list of them)."""
    states, files = {}, {}
    for asset, parts in tables.items():
        files[asset] = []
        for number, part in enumerate(parts if isinstance(parts, list) else [parts]):
            path = folder / f"{asset}-{number}.parquet"
            pq.write_table(pa.table(part), path)
            files[asset].append([str(path)])
        states[asset], newest = combine([count_values(part, asset) for part in files[asset]])
        files[asset] = files[asset][-1:] if newest else files[asset]
    with SnapshotRows(files) as rows:
        return classify(states, None, rows)


def keys(found: Classification) -> dict[str, list[str]]:
    return {row["asset_id"]: row["primary_key"] for row in found.table_kinds.to_pylist()}


def _lines(n: int) -> dict:
    rng = np.random.default_rng(3)
    counts = rng.integers(1, 6, n)
    return {"order_id": np.repeat(np.arange(n), counts), "line_no": np.concatenate([np.arange(1, c + 1) for c in counts]),
            "product_id": rng.integers(1, 30, counts.sum()), "amount": rng.random(counts.sum()).round(2)}


def test_a_line_is_identified_by_order_and_number(tmp_path):
    assert keys(classified(tmp_path, {"a.order_lines": _lines(200)}))["a.order_lines"] == ["order_id", "line_no"]


def test_rows_that_repeat_have_no_key(tmp_path):
    lines = {name: np.concatenate([column, column[:3]]) for name, column in _lines(200).items()}
    assert keys(classified(tmp_path, {"a.order_lines": lines}))["a.order_lines"] == []


def test_what_identifies_rows_in_every_partition_alone_gets_its_date(tmp_path):
    pairs = [(p, s) for p in range(30) for s in range(10)]
    parts = [{"product_id": [p for p, _ in pairs], "store_id": [s for _, s in pairs],
              "week_start": [dt.date(2024, 1, day)] * 300} for day in (1, 8)]
    assert keys(classified(tmp_path, {"a.displays": parts}))["a.displays"] == ["product_id", "store_id", "week_start"]


def test_nothing_is_a_key_where_nothing_would_repeat_by_chance(tmp_path):
    rng = np.random.default_rng(5)
    measured = {"width": rng.permutation(np.repeat(np.arange(40), 2)), "height": rng.permutation(np.repeat(np.arange(40), 2))}
    assert keys(classified(tmp_path, {"a.panes": measured}))["a.panes"] == []


def test_a_returned_line_refers_to_its_line(tmp_path):
    lines = _lines(300)
    back = {name: lines[name][::7] for name in ("order_id", "line_no")} | {"reason": ["a", "b"] * 100}
    back["reason"] = back["reason"][: len(back["order_id"])]
    found = classified(tmp_path, {"a.order_lines": lines, "a.returns": back}).relations.to_pylist()
    [reference] = [r for r in found if r["kind"] == "foreign_key" and len(r["from_columns"]) == 2]
    assert (reference["from_asset"], reference["to_asset"], reference["coverage"]) == ("a.returns", "a.order_lines", 1.0)
    assert reference["from_columns"] == reference["to_columns"] == ["order_id", "line_no"]
