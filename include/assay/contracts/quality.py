"""Contracts of what is noticed about the quality of data without any rule."""

from __future__ import annotations

import pyarrow as pa

from assay.contracts.contract import Contract
from assay.contracts.fields import ASSET, BOOL, FLOAT, INT, MONEY, STRING, STRINGS, col

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
    col("psi", FLOAT, "of a distribution: population stability index against the other partitions together, 0 where equal; "
                      "half a row is added to each bin", null=True),
    col("reason", STRING, "one sentence"),
]), per="asset")

SUSPECTS = Contract("suspects", pa.schema([
    ASSET,
    col("source_partition", STRING, "label of the source partition that holds them, the newest one"),
    col("kind", STRING, "variant, typo, form, outlier, placeholder, dependency, contradiction, repeated"),
    col("columns", STRINGS, "the columns concerned, the one that is probably wrong last"),
    col("dimension", STRING, "one of the six quality dimensions"),
    col("rows", INT, "of the partition that are concerned"),
    col("share", FLOAT, "of its rows, 0..1"),
    col("example", STRING, "one of the values; its stand-in where it is personal"),
    col("instead", STRING, "what probably belongs there, likewise; null where nothing suggests itself", null=True),
    col("reason", STRING, "one sentence"),
    col("found_in", STRINGS, "up to five rows, numbered from 1 as delivered, and what identifies them"),
]), per="asset")

QUALITY_SCORES = Contract("quality_scores", pa.schema([
    ASSET,
    col("dimension", STRING, "one of the six quality dimensions; null for the asset as a whole", null=True),
    col("part", STRING, "checks (share of expectations met, critical ones count thrice), unusual (1 if nothing is), suspect "
                        "(share of rows that hold nothing suspect); null for all parts together", null=True),
    col("score", FLOAT, "0..1, higher is better; of a dimension the weighted mean of its parts, of an asset the mean of its "
                        "dimensions"),
    col("weight", FLOAT, "within the mean that it is part of"),
    col("asked", INT, "questions"),
    col("failed", INT, "answers that are not as they should be"),
]))

NOTIFICATIONS = Contract("notifications", pa.schema([
    ASSET,
    col("opened", STRING, "partition in which the incident was first found"),
    col("resolved", BOOL, "whether its end was told, not its beginning"),
    col("connection", STRING, "Airflow's connection through which somebody was told"),
]), ledger=True)

LATE_DATA = Contract("late_data", pa.schema([
    ASSET,
    col("source_partition", STRING, "label of the source partition"),
    col("kind", STRING, "arrived, changed or gone since"),
    col("affected", STRINGS, "partitions that were run on what was there before, ascending"),
]), ledger=True)

INCIDENTS = Contract("incidents", pa.schema([
    ASSET,
    col("partition", STRING, "of the run that says so"),
    col("opened", STRING, "partition in which something was first found wrong"),
    col("status", STRING, "opened, open, or resolved: nothing is wrong any more"),
    col("severity", STRING, "critical, warning"),
    col("owner", STRING, "who answers for the data: as its suite says, else the manifest or a catalogue", null=True),
    col("confirmed", BOOL, "an expectation fails or a partition is missing, late or unusable, instead of something merely "
                           "looking unusual"),
    col("findings", INT, "things that are wrong"),
    col("affected_share", FLOAT, "share of the newest partition's rows that are concerned, 0..1"),
    col("at_stake", FLOAT, "the asset's value times that share; null where it has no value", MONEY, null=True),
    col("unit", STRING, "currency and window"),
    col("reason", STRING, "the worst finding, in one sentence"),
    col("reasons", STRINGS, "all findings, the worst first"),
]), ledger=True)
