"""States and facts for tests, straight from columns of values."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from assay.catalog.facts import ColumnFacts, TableFacts, read_facts
from assay.profiling.states import count_values


def state_of(asset_id: str, columns: Mapping[str, Sequence[Any]] | pa.Table) -> pa.Table:
    table = columns if isinstance(columns, pa.Table) else pa.table(dict(columns))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "part-0.parquet"
        pq.write_table(table, path)
        return count_values([str(path)], asset_id)


def facts_of(asset_id: str, columns: Mapping[str, Sequence[Any]] | pa.Table) -> TableFacts:
    return read_facts(asset_id, state_of(asset_id, columns))


def column_of(name: str, values: Sequence[Any], asset_id: str = "landing.things") -> ColumnFacts:
    return facts_of(asset_id, {name: values}).columns[name]
