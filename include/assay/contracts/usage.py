"""Contracts of what query logs tell: who uses which asset, and what flows where."""

from __future__ import annotations

import pyarrow as pa

from assay.contracts.contract import Contract
from assay.contracts.fields import ASSET, FLOAT, INT, STRING, col

_WINDOW = col("window_days", INT, "days up to the partition over which reads, writes and users are counted", "day")
_LAST = "local date YYYY-MM-DD, over the whole log up to the partition; null where the log has no times"

USAGE = Contract("usage", pa.schema([
    ASSET,
    col("column", STRING, "null for the whole asset", null=True),
    col("status", STRING, "used: read or written in the window; idle: only before it, or only named; unused: the whole log "
                          "doesn't name it; unclear: part of the log could not be read. An artifact without rows: no log"),
    col("reads", INT, "statements in the window that read it"),
    col("writes", INT, "statements in the window that write it"),
    col("distinct_users", INT, "users in the window who read or write it"),
    col("last_used", STRING, f"when it was last read or written; {_LAST}", null=True),
    _WINDOW,
    col("log_days", INT, "days up to the partition that the log covers; null where it has no times", "day", null=True),
]))

LINEAGE = Contract("lineage", pa.schema([
    col("from_asset", STRING, "asset that is read, or the log's own name of what is no asset of the catalogue"),
    col("from_column", STRING, "null for the whole asset", null=True),
    col("to_asset", STRING, "asset that is written from it, or the log's own name of what is no asset of the catalogue"),
    col("to_column", STRING, "null for the whole asset", null=True),
    col("statements", INT, "statements in the window that carry it over; 0 if the last one came before"),
    col("users", INT, "users in the window who do so"),
    col("last_seen", STRING, _LAST, null=True),
    col("confidence", FLOAT, "0..1, higher is surer: how well names match, halved where columns were told by name alone"),
]))

LOG_COVERAGE = Contract("log_coverage", pa.schema([
    col("kind", STRING, "parsed, unparsed, unknown_table, ambiguous_table, unusable_rows, unreadable_log"),
    col("name", STRING, "first words of a statement without literals, a table's name in the log, a log; null for all together",
        null=True),
    col("reason", STRING, "one sentence, where it is not parsed or not found", null=True),
    col("statements", INT, "statements in the window; rows of the log where they could not be used"),
    col("shapes", INT, "different ones, literals aside"),
    col("users", INT, "users in the window"),
    col("last_seen", STRING, _LAST, null=True),
]))
