"""Contracts of what is noticed about the quality of data without any rule."""

from __future__ import annotations

import pyarrow as pa

from assay.contracts.contract import Contract
from assay.contracts.fields import ASSET, FLOAT, STRING, col

ANOMALIES = Contract("anomalies", pa.schema([
    ASSET,
    col("source_partition", STRING, "label of the source partition that is unusual, the newest one"),
    col("column", STRING, "null for the whole table", null=True),
    col("kind", STRING, "rows, overlap, null_share, uniqueness, unseen_share, distribution, mean, centre, spread, zero_share, "
                        "negative_share, text_length, middle_time, late_time"),
    col("dimension", STRING, "one of the six quality dimensions"),
    col("observed", FLOAT, "what it is; shares and distances 0..1, times in hours after the label's midnight"),
    col("low", FLOAT, "smallest usual value"),
    col("high", FLOAT, "largest usual value"),
    col("score", FLOAT, "distance from what was expected, in robust standard deviations"),
    col("reason", STRING, "one sentence"),
]), per="asset")
