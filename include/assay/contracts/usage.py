"""Contracts of what query logs and catalogues tell: who uses which asset, what flows where, and how much was understood."""

from __future__ import annotations

import pyarrow as pa

from assay.contracts.contract import Contract
from assay.contracts.fields import ASSET, FLOAT, INT, STRING, STRINGS, col

_WINDOW = col("window_days", INT, "days up to the partition over which reads, writes and users are counted", "day")
_LAST = "local date YYYY-MM-DD, over the whole log up to the partition; null where the log has no times"

_OWN_NAME = "the log's or catalogue's own name, in small letters, of what is no asset"
_ENDS = (
    col("from_asset", STRING, f"asset that is read, or {_OWN_NAME}"),
    col("from_column", STRING, "null for the whole asset", null=True),
    col("to_asset", STRING, f"asset that is written from it, or {_OWN_NAME}"),
    col("to_column", STRING, "null for the whole asset", null=True),
)

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
    *_ENDS,
    col("origin", STRING, "who says so: query log, or the name of a catalogue"),
    col("statements", INT, "statements in the window that carry it over; 0 if the last one came before, and of a catalogue"),
    col("users", INT, "users in the window who do so"),
    col("last_seen", STRING, _LAST, null=True),
    col("confidence", FLOAT, "0..1, higher is surer: how well names match, halved where columns were told by name alone; at "
                             "most what the catalogue itself says"),
]))

DECLARED_LINEAGE = Contract("declared_lineage", pa.schema([
    *_ENDS,
    col("origin", STRING, "name of the catalogue that says so"),
    col("confidence", FLOAT, "0..1, higher is surer: how well names match, at most what the catalogue itself says"),
]))

CATALOGUE_COVERAGE = Contract("catalogue_coverage", pa.schema([
    col("catalogue", STRING, "name in the manifest"),
    col("type", STRING, "datahub or openmetadata"),
    col("status", STRING, "ok; outage: it could not be reached; unreadable: part of it could not be understood"),
    col("reason", STRING, "one sentence where status is not ok", null=True),
    col("as_of", STRING, "partition whose run read the whole of it, which is what is used; null where none has, and what could "
                         "be read is used", null=True),
    col("tables", INT, "tables that it describes"),
    col("matched", INT, "of these, tables that are assets"),
    col("unlisted", STRINGS, "names of tables that no source lists, ascending"),
    col("ambiguous", STRINGS, "tables that are used for nothing since their names don't tell which is meant, a sentence each"),
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
