"""Parquet files and states for tests."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from assay.profiling.states import count_values


def write(folder: Path, table: pa.Table, name: str = "part-0") -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.parquet"
    pq.write_table(table, path)
    return [str(path)]


def state_of(folder: Path, table: pa.Table, asset_id: str = "landing.things", **options: int) -> pa.Table:
    return count_values(write(folder, table), asset_id, **options)
