from __future__ import annotations

import datetime as dt
import logging

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.catalog.builders import state_of

from assay.catalog.classify import classify
from assay.catalog.rows import Shared, SnapshotRows
from assay.errors import UnreadableData


@pytest.fixture
def rows(tmp_path):
    day = dt.datetime(2024, 1, 1)
    tables = {
        "a.typed": {"id": [1, 2, 3, None], "at": [day, day + dt.timedelta(hours=10), day, day], "price": [1.5, 2.0, 3.25, 0.0]},
        "a.texts": {"id": ["01", "2", "9", "3"],
                    "at": ["2024-01-01", "2024-01-01T10:00:00Z", "2024-01-02", "2024-01-01T00:00:05"],
                    "price": ["1.50", "2", "x", "3.25"]},
    }
    for name, columns in tables.items():
        pq.write_table(pa.table(columns), tmp_path / name)
    with SnapshotRows({name: [[str(tmp_path / name)]] for name in tables}) as opened:
        yield opened


def test_combinations_are_shared_whatever_the_types(rows):
    assert rows.shared("a.typed", ["id", "at", "price"], "a.texts", ["id", "at", "price"]) == Shared(3, 2, 4)
    assert rows.shared("a.typed", ["price"], "a.texts", ["price"]).found == 3


def test_nulls_count_as_a_value_of_a_combination(rows):
    assert (rows.count("a.typed"), rows.distinct("a.typed", ["id"]), rows.distinct("a.typed", ["id"], newest=True)) == (4, 4, 4)


def test_an_asset_that_cannot_be_read_is_not_asked_again(tmp_path):
    (tmp_path / "torn").write_bytes(b"PAR1")
    with SnapshotRows({"a.torn": [[str(tmp_path / "torn")]]}) as rows:
        assert "a.torn" in rows and "a.other" not in rows
        with pytest.raises(UnreadableData, match=r"a\.torn"):
            rows.count("a.torn")
        assert "a.torn" not in rows


def test_torn_rows_cost_an_asset_only_what_rows_would_tell(tmp_path, caplog):
    (tmp_path / "torn").write_bytes(b"PAR1")
    lines = {"order_id": [n // 2 for n in range(60)], "line_no": [1, 2] * 30}
    with SnapshotRows({"a.lines": [[str(tmp_path / "torn")]]}) as rows, caplog.at_level(logging.WARNING):
        found = classify({"a.lines": state_of("a.lines", lines)}, None, rows)
    assert found.table_kinds.to_pylist()[0]["primary_key"] == [] and "a.lines" in caplog.text
