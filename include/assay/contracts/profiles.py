"""Contracts of what is known about the columns of a partition beyond each on its own."""

from __future__ import annotations

import pyarrow as pa

from assay.contracts.contract import Contract
from assay.contracts.fields import ASSET, BOOL, COLUMN, FLOAT, INT, STRING, col

ASSOCIATIONS = Contract("associations", pa.schema([
    ASSET,
    COLUMN,
    col("other", STRING, "a later column of the same asset"),
    col("measure", STRING, "spearman, cramers_v, correlation_ratio, missing_together"),
    col("strength", FLOAT, "0 is unrelated; -1..1 of spearman and missing_together, else 0..1"),
    col("chance", FLOAT, "probability that unrelated columns look at least as related, 0..1"),
    col("rows", INT, "rows that were compared", "row"),
    col("sampled", BOOL, "false where all rows of the newest partition were looked at"),
]), per="asset")
