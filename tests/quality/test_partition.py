from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assay.quality.partition import Other, open_partition


def test_files_of_a_partition_are_one_table_whatever_stands_in_their_path(tmp_path: Path):
    folder = tmp_path / "it's" / "ds=2017-01-02"
    folder.mkdir(parents=True)
    paths = [str(folder / f"{place}.parquet") for place in range(2)]
    for path in paths:
        pq.write_table(pa.table({"n": [1, 2], "odd \"name\"": ["a", None]}), path)
    with open_partition(paths) as partition:
        assert list(partition.columns) == ["n", 'odd "name"']
        assert partition.row("select count(*) from part") == (4,)
        sizes = [batch.num_rows for batch in partition.batches("select n from part")]
        assert sum(sizes) == 4
        other = partition.columns['odd "name"']
        assert partition.row(f"select count({other.sql}) from part") == (2,)
    assert list(Other((tuple(paths[:1]), tuple(paths[1:]))).columns) == ["n", 'odd "name"']


def test_batches_are_no_larger_than_asked_for():
    with open_partition(pa.table({"n": range(10_000)}), batch_rows=100) as partition:
        assert max(batch.num_rows for batch in partition.batches("select n from part")) <= 100


def test_partitions_that_are_open_at_once_do_not_meet():
    with open_partition(pa.table({"n": [1]})) as one, open_partition(pa.table({"n": [1, 2]})) as other:
        assert (one.row("select count(*) from part"), other.row("select count(*) from part")) == ((1,), (2,))
    with pytest.raises(duckdb.Error):
        one.row("select sum(n) from part")
