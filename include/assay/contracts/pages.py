"""Contracts of what a night leaves beside its tables: pages for people, files for other tools, what its steps took."""

from __future__ import annotations

import pyarrow as pa

from assay.contracts.contract import Contract
from assay.contracts.fields import FLOAT, INT, STRING, col

RUN_METRICS = Contract("run_metrics", pa.schema([
    col("step", STRING, "task of the DAG, or champion: the end of train"),
    col("asset_id", STRING, "asset, or null for the whole step", null=True),
    col("seconds", FLOAT, "wall-clock time", "second"),
    col("bytes_read", INT, "read from shared storage", "byte"),
    col("bytes_written", INT, "written to shared storage", "byte"),
    col("peak_rss", INT, "largest resident memory of the process so far", "byte"),
]), ledger=True, per="step")

REPORT = Contract("report", pa.schema([]), ledger=True, open=True)
EXPORTS = Contract("exports", pa.schema([]), ledger=True, open=True, per="format")
DATA_DOCS = Contract("data_docs", pa.schema([]), open=True)
