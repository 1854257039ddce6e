from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assay.engine.looks import look

ROWS = 240_000


def _files(folder: Path, count: int) -> list[str]:
    files = []
    for number in range(count):
        path = folder / f"part {number:03d}.parquet"
        places = np.arange(number * ROWS // count, (number + 1) * ROWS // count)
        pq.write_table(pa.table({"place": places, "file_row": places}), path, row_group_size=4096)
        files.append(str(path))
    return files


@pytest.mark.parametrize("count", [1, 3, 8, 240])
@pytest.mark.parametrize("wanted", [8_000, 80_000])
def test_a_look_takes_rows_once_from_all_over_the_files(tmp_path: Path, count: int, wanted: int) -> None:
    relation = look(_files(tmp_path, count), ROWS, wanted)
    places = np.sort(duckdb.sql(f"select place from {relation}").fetchnumpy()["place"])
    assert 0.9 * wanted <= len(places) <= 1.1 * wanted and len(np.unique(places)) == len(places)
    assert np.diff(places).max() <= ROWS / 7 and places[0] == 0 and places[-1] >= 0.8 * ROWS


@pytest.mark.parametrize("count", [1, 12])
def test_a_look_at_more_rows_than_there_are_takes_all(tmp_path: Path, count: int) -> None:
    relation = look(_files(tmp_path, count), ROWS, 8 * ROWS)
    assert duckdb.sql(f"select count(distinct place) from {relation}").fetchall() == [(ROWS,)]
