"""The Arrow schema of every artifact, with unit and meaning of each column in its metadata.

Names and columns are the public interface: a write that doesn't match is refused (`Contract.conform`). *Pure* artifacts
depend only on data up to their partition; *ledger* artifacts fold pure ones in the order of partitions.
"""

from __future__ import annotations

import pyarrow as pa

from assay.contracts.contract import Contract
from assay.contracts.fields import ASSET, BOOL, COLUMN, FLOAT, INT, STRING, STRINGS, USE_CASE, col
from assay.contracts.pages import DATA_DOCS as DATA_DOCS
from assay.contracts.pages import EXPORTS as EXPORTS
from assay.contracts.pages import REPORT as REPORT
from assay.contracts.pages import RUN_METRICS as RUN_METRICS
from assay.contracts.profiles import ASSOCIATIONS as ASSOCIATIONS
from assay.contracts.quality import ANOMALIES as ANOMALIES
from assay.contracts.quality import INCIDENTS as INCIDENTS
from assay.contracts.quality import LATE_DATA as LATE_DATA
from assay.contracts.quality import NOTIFICATIONS as NOTIFICATIONS
from assay.contracts.quality import QUALITY_SCORES as QUALITY_SCORES
from assay.contracts.quality import SUSPECTS as SUSPECTS
from assay.contracts.usage import CATALOGUE_COVERAGE as CATALOGUE_COVERAGE
from assay.contracts.usage import DECLARED_LINEAGE as DECLARED_LINEAGE
from assay.contracts.usage import LINEAGE as LINEAGE
from assay.contracts.usage import LOG_COVERAGE as LOG_COVERAGE
from assay.contracts.usage import USAGE as USAGE
from assay.contracts.worth import ASSET_SIGNALS as ASSET_SIGNALS
from assay.contracts.worth import COALITION_PAYOFFS as COALITION_PAYOFFS
from assay.contracts.worth import COLUMN_VALUES as COLUMN_VALUES
from assay.contracts.worth import DECISIONS as DECISIONS
from assay.contracts.worth import FORECAST_BACKTESTS as FORECAST_BACKTESTS
from assay.contracts.worth import FORECAST_SCORES as FORECAST_SCORES
from assay.contracts.worth import FORECAST_TRIALS as FORECAST_TRIALS
from assay.contracts.worth import FORECASTS as FORECASTS
from assay.contracts.worth import INVENTORY as INVENTORY
from assay.contracts.worth import RECORDS as RECORDS
from assay.contracts.worth import USE_CASE_STATES as USE_CASE_STATES
from assay.contracts.worth import VALUES as VALUES

_ESTIMATED = pa.list_(pa.struct([("statistic", STRING), ("error", FLOAT)]))
_NAMED = pa.list_(pa.struct([("of", STRING), ("uri", STRING), ("fingerprint", STRING)]))

DISCOVERED = Contract("discovered", pa.schema([
    ASSET,
    col("source_partition", STRING, "label of the source's own partition; empty if there is none"),
    col("status", STRING, "ok, unreadable, missing or outage"),
    col("reason", STRING, "one sentence where status is not ok", null=True),
    col("location", STRING, "folder or table at the source"),
    col("format", STRING, "parquet, csv, …"),
    col("files", STRINGS, "paths below location, sorted"),
    col("bytes", INT, "size at the source", "byte"),
    col("row_count", INT, "rows by the files' own footers", "row", null=True),
    col("fingerprint", STRING, "SHA-256 over names and content of the files"),
    col("schema", STRING, "JSON object column -> type", null=True),
    col("schema_change", STRING, "what differs from the source partition before", null=True),
    col("rhythm_days", FLOAT, "median distance of source partitions", "day", null=True),
]))

DECLARED = Contract("declared", pa.schema([
    ASSET,
    col("column", STRING, "null for the whole table", null=True),
    col("origin", STRING, "who says so: the source itself, or a catalogue"),
    col("comment", STRING, "description", null=True),
    col("owner", STRING, "who answers for the table, several separated by commas", null=True),
    col("tier", STRING, "a catalogue's own word for the table's rank", null=True),
    col("key_position", INT, "place in the primary key, from 0; null where it is no part of it", null=True),
    col("refers_to_asset", STRING, "asset that a foreign key refers to", null=True),
    col("refers_to_column", STRING, "its column", null=True),
    col("row_estimate", INT, "rows by the database's own statistics; of the table", "row", null=True),
    col("view", BOOL, "whether the table is a view"),
]))

SOURCE_VERSIONS = Contract("source_versions", pa.schema([
    col("place", STRING, "location, label and first file of a source partition"),
    col("version", STRING, "what its listing told: sizes, times of change, entity tags"),
    col("code", STRING, "fingerprint of the code that read it"),
    col("row_count", INT, "rows by the files' own footers", "row"),
    col("fingerprint", STRING, "SHA-256 over names and content of the files"),
    col("schema", STRING, "JSON object column -> type"),
    col("column_bytes", STRING, "JSON object column -> stored size in bytes"),
]), ledger=True)

SNAPSHOT = Contract("snapshot", pa.schema([]), open=True, per="asset")

HISTORY = Contract("history", pa.schema([
    ASSET,
    col("source_partition", STRING, "label of the source's own partition"),
    col("uri", STRING, "the snapshot; empty where it could not be read, or the table stays in its database", null=True),
    col("fingerprint", STRING, "of the snapshot, or of the table; empty where it could not be read", null=True),
    col("row_count", INT, "rows in the snapshot or table", "row"),
    col("bytes", INT, "size of the snapshot", "byte"),
    col("reason", STRING, "why it was not ingested", null=True),
]), per="asset")

PROFILE_STATES = Contract("profile_states", pa.schema([
    ASSET,
    col("column", STRING, "column, or path in a nested one such as address.city, tags[], counts{key}"),
    col("parent", STRING, "the column that a path lies in; null for a column", null=True),
    col("dtype", STRING, "DuckDB type at the source"),
    col("value", STRING, "a value as text, hashed where it looks personal; null counts the nulls", null=True),
    col("number", FLOAT, "the value as a number (times: seconds since 1970)", null=True),
    col("n", INT, "rows that hold it", "row"),
    col("exact", BOOL, "false where the column was too distinct to be counted exactly"),
    col("masked", BOOL, "true where values look personal and are hashed"),
    col("statistic", STRING, "null for counted values; rest, min, max or negatives of a column that is not exact", null=True),
    col("engine", STRING, "what counted it: duckdb, spark, or the database that holds it"),
]), per="asset")

PROFILES = Contract("profiles", pa.schema([
    ASSET,
    col("column", STRING, "column, or path in a nested one such as address.city, tags[], counts{key}"),
    col("parent", STRING, "the column that a path lies in; null for a column", null=True),
    col("row_count", INT, "rows of the partition; of a path in a list or map its elements", "row"),
    col("null_count", INT, "rows without a value", "row"),
    col("distinct_count", INT, "different values"),
    col("min", STRING, "smallest value as text, masked where personal", null=True),
    col("max", STRING, "largest value as text, masked where personal", null=True),
    *(col(n, FLOAT, f"{n} of numeric values", null=True) for n in ("mean", "std", "p05", "p25", "p50", "p75", "p95")),
    col("zero_count", INT, "rows that are 0", "row", null=True),
    col("negative_count", INT, "rows below 0", "row", null=True),
    col("length_min", INT, "shortest text", "character", null=True),
    col("length_mean", FLOAT, "mean length of texts", "character", null=True),
    col("length_max", INT, "longest text", "character", null=True),
    col("top_values", STRING, "JSON list of [value, rows], most frequent first, masked where personal", null=True),
    col("histogram", STRING, "JSON list of [from, to, rows]", null=True),
    col("forms", STRING, "JSON list of [form, share of the rows with a text], the most frequent first, such as AAA-999; null "
                         "where values are hashed", null=True),
    col("day_count", INT, "days with a row, of a column of times", "day", null=True),
    col("missing_days", INT, "days between the first and the last without a row", "day", null=True),
    col("unexplained_days", INT, "those of weekdays that usually have rows; null where none does", "day", null=True),
    col("longest_gap_days", INT, "most days in a row without a row", "day", null=True),
    col("longest_gap_from", STRING, "the first of these days", null=True),
    col("usual_step_days", INT, "most frequent distance between neighbouring days with rows", "day", null=True),
    col("weekday_shares", pa.list_(FLOAT), "share of the days of each weekday with a row, Monday first", null=True),
    col("engine", STRING, "what counted the values that all statistics follow from"),
    col("estimated", _ESTIMATED, "statistics that are estimated, each with its standard error in its own unit (of forms and "
                                 "histogram the largest), null where none can be told; all others are exact"),
]), per="asset", version=2)

COLUMNS = Contract("columns", pa.schema([
    ASSET,
    COLUMN,
    col("dtype", STRING, "DuckDB type"),
    col("semantic_type", STRING, "what the values mean"),
    col("semantic_confidence", FLOAT, "0..1, higher is surer"),
    col("pii_type", STRING, "kind of personal data, if any", null=True),
    col("pii_confidence", FLOAT, "0..1, higher is surer"),
    col("role", STRING, "what the column does in its table"),
    col("distinct_count", INT, "different values over the profiled partitions"),
    col("description", STRING, "one sentence"),
]))

TABLE_KINDS = Contract("table_kinds", pa.schema([
    ASSET,
    col("kind", STRING, "event, entity, association, reference, unknown"),
    col("domain", STRING, "what it is about: user_behaviour, transactions, product_attributes, …, unknown"),
    col("domain_confidence", FLOAT, "0..1, higher is surer"),
    col("time_column", STRING, "when a row happened or which date it concerns", null=True),
    col("primary_key", STRINGS, "columns that identify a row; empty if none do"),
    col("description", STRING, "one sentence"),
    col("potential_uses", STRINGS, "what such data serves"),
    col("use_reasons", STRINGS, "why, a sentence for each of the uses"),
    col("pii_level", STRING, "none, indirect, direct"),
]))

RELATIONS = Contract("relations", pa.schema([
    col("kind", STRING, "foreign_key, duplicate, subset, derived"),
    col("from_asset", STRING, "asset that refers, or that holds what the other holds"),
    col("from_columns", STRINGS, "its columns; of a derived asset its key, then its totals"),
    col("to_asset", STRING, "asset referred to"),
    col("to_columns", STRINGS, "its columns, in the same order"),
    col("coverage", FLOAT, "share of distinct referring values found, of a derived asset of keys whose totals agree, 0..1"),
    col("confidence", FLOAT, "0..1, higher is surer"),
]))

CHANGES = Contract("changes", pa.schema([
    ASSET,
    col("source_partition", STRING, "label of the source partition that differs from those before"),
    col("kind", STRING, "column_added, column_removed, column_renamed, type_changed, nullability"),
    col("column", STRING, "as it is now called, or was, where it is gone; null for the whole table", null=True),
    col("before", STRING, "what it was", null=True),
    col("after", STRING, "what it is", null=True),
    col("confidence", FLOAT, "0..1, higher is surer"),
]))

_CHECK_COLUMNS = [
    ASSET,
    col("column", STRING, "null for the whole table", null=True),
    col("expectation", STRING, "Great Expectations type"),
    col("severity", STRING, "critical or warning"),
    col("dimension", STRING, "one of the six quality dimensions"),
    col("success", BOOL, "true if the data met it"),
    col("observed", STRING, "what was seen; never personal values", null=True),
    col("unexpected_count", INT, "rows that fail", "row", null=True),
    col("unexpected_ratio", FLOAT, "share of rows that fail, 0..1", null=True),
    col("source_partition", STRING, "label of the source partition that was checked"),
    col("owner", STRING, "who answers for the asset, as its suite says", null=True),
]
PARTITION_CHECKS = Contract("partition_checks", pa.schema(_CHECK_COLUMNS), per="asset")
CHECKS = Contract("checks", pa.schema(_CHECK_COLUMNS))

CHECK_INDEX = Contract("check_index", pa.schema([
    ASSET,
    col("source_partition", STRING, "label of the source partition that was checked"),
    col("uri", STRING, "the partition_checks artifact"),
    col("fingerprint", STRING, "of the partition_checks artifact"),
    col("row_count", INT, "expectations computed"),
    col("passed", BOOL, "every critical expectation holds"),
    col("reason", STRING, "the first critical expectation that doesn't, in one sentence", null=True),
]), per="asset")

GATE = Contract("gate", pa.schema([
    ASSET,
    col("source_partition", STRING, "label of the source's own partition"),
    col("uri", STRING, "the snapshot artifact; empty where there is none", null=True),
    col("fingerprint", STRING, "of the snapshot, or of a table that stays in its database", null=True),
    col("row_count", INT, "rows in the snapshot", "row"),
    col("bytes", INT, "size of the snapshot", "byte"),
    col("usable", BOOL, "later steps may read it"),
    col("newest", BOOL, "the newest usable source partition of its asset"),
    col("reason", STRING, "why it may not be read", null=True),
]))

ASSET_STATES = Contract("asset_states", pa.schema([
    ASSET,
    col("status", STRING, "ok, unchanged, degraded, quarantined, missing"),
    col("reason", STRING, "one sentence where status is neither ok nor unchanged", null=True),
    col("last_good_partition", STRING, "newest usable source partition", null=True),
]))

FEATURES = Contract("features", pa.schema([
    USE_CASE,
    col("window", STRING, "train, validate, outcome or serve"),
    col("cutoff", STRING, "first local day that no feature reads; empty without time", null=True),
    col("uri", STRING, "the window_features artifact of the candidates"),
    col("fingerprint", STRING, "of that artifact"),
    col("row_count", INT, "candidate rows", "row"),
    col("things", _NAMED, "window_features artifacts of what candidates name, by roles joined with +"),
    col("texts", _NAMED, "text_vectors artifacts of categories that are told in words, by column"),
    col("labels_uri", STRING, "the outcomes of the window, null where they are not known yet", null=True),
    col("labels_fingerprint", STRING, "of the outcomes", null=True),
]), per="use case")

WINDOW_FEATURES = Contract("window_features", pa.schema([]), open=True, per="use case")
# Further columns are the entity's roles and, where the payoff replays a log of exposure, `propensity`: the chance with which
# the log showed the pair in the window, null where it did not.
LABELS = Contract("labels", pa.schema([
    col("y", pa.float32(), "1 if the outcome happened, else 0"),
    col("amount", pa.float32(), "what it was worth or cost, or how much it was", "the platform's currency, or units"),
]), open=True, per="use case")

# What lies below `<use case>/serving` belongs to the ledger of champions: models for serving, and the scores by which one of
# them was chosen. Everything else of these two contracts is pure.
SERVING = "serving"
MODEL = Contract("model", pa.schema([]), open=True, per="use case")
MODEL_METRICS = Contract("model_metrics", pa.schema([
    USE_CASE,
    col("model", STRING, "outcome and base_rate; of a base model base, base_rate and textbook; below serving champion (the "
                           "one before), night, tuned, base_rate, and searched with the parameters that the size hasn't got"),
    col("split", STRING, "window that it was scored on"),
    col("metric", STRING, "log_loss (nats, lower is better), auc, ece, …; pinball (lower is better), …; points of a curve"),
    col("value", FLOAT, "the score"),
]), per="use case")

EMBEDDINGS = Contract("embeddings", pa.schema([
    USE_CASE,
    col("entity", STRING, "role of the thing embedded: an entity role of the use case, or asset"),
    col("key", STRING, "its key as text"),
    col("vector", pa.list_(pa.float32()), "deep features from the outcome model"),
]), per="use case")

TEXT_VECTORS = Contract("text_vectors", pa.schema([
    col("text", STRING, "as it lies in the data; each once, ascending"),
    col("vector", pa.list_(pa.float32()), "384 numbers from the text encoder, of length 1; all 0 if there is nothing to read"),
]), per="asset")

EXPLANATIONS = Contract("explanations", pa.schema([
    USE_CASE,
    col("key", STRING, "the candidate: roles and keys as JSON, keys as text; null for importance, over a sample", null=True),
    ASSET,
    col("column", STRING, "feature, <token>.<feature>, beside the mean of a sample; or <token>, what it says at this mean, "
         "or at all if it has no features; null for the asset as a whole, which its columns add up to", null=True),
    col("contribution", FLOAT, "to the calibrated logit, or to log(1 + quantity) where quantiles are predicted; those of all "
         "assets add up to what it gains beside seeing none; for importance the mean size"),
    col("probability", FLOAT, "that the outcome happens, as predicted; null for importance and quantiles", null=True),
    col("amount", FLOAT, "expected if it happens; the quantity that is stocked; null for importance", "the platform's "
         "currency, or units", null=True),
]), per="use case")

_STANDINGS = pa.list_(pa.struct([("window", STRING), ("gain", FLOAT), ("below", INT), ("retuned", BOOL)]))
CHAMPIONS = Contract("champions", pa.schema([
    USE_CASE,
    col("champion", STRING, "uri of the model that serves from this partition on"),
    col("champion_fingerprint", STRING, "its identity"),
    col("challenger", STRING, "uri of the best of this partition's models"),
    col("loss", STRING, "the metric by which models are compared: log_loss, or pinball where quantiles are predicted"),
    col("champion_loss", FLOAT, "of the champion before, on the validation window; null where there was none", null=True),
    col("challenger_loss", FLOAT, "of the challenger on the same rows"),
    col("base_rate_loss", FLOAT, "of the rows' own base rate"),
    col("promoted", BOOL, "true if the challenger serves from now on"),
    col("below", INT, "windows in a row, this one included, in which the champion gained less over the base rate than usual"),
    col("retune", STRING, "why the model's parameters were searched on this partition: asked or below; null if they weren't",
         null=True),
    col("model_size", STRING, "size in the manifest"),
    col("parameters", STRING, "those that models for serving are trained with from now on, as far as they differ from that "
                                "size's, as JSON; null if none does", null=True),
    col("recent", _STANDINGS, "windows that tell what is usual, oldest first: first day, gain of the champion before (null "
                               "where there was none), windows below in a row, whether parameters were searched"),
]), ledger=True, per="use case")

ASSETS = Contract("assets", pa.schema([
    ASSET,
    col("kind", STRING, "event, entity, association, reference, unknown"),
    col("domain", STRING, "what it is about: user_behaviour, transactions, product_attributes, …, unknown"),
    col("location", STRING, "where it lies at the source"),
    col("format", STRING, "parquet, csv, …"),
    col("row_count", INT, "rows over the known source partitions", "row"),
    col("bytes", INT, "size over the known source partitions", "byte"),
    col("n_columns", INT, "columns of the newest partition"),
    col("first_partition", STRING, "oldest source partition in reach", null=True),
    col("last_partition", STRING, "newest source partition", null=True),
    col("freshness_hours", FLOAT, "end of the partition less end of the newest source partition", "hour", null=True),
    col("schema_fingerprint", STRING, "hash of column names and types", null=True),
    col("schema_change", STRING, "what changed against the source partition before", null=True),
    col("owner", STRING, "from the manifest, else from a catalogue", null=True),
    col("tier", STRING, "from the manifest, else from a catalogue", null=True),
    col("description", STRING, "from the manifest, else from a catalogue, else the source's comment, else made up from "
                               "what was found"),
    col("potential_uses", STRINGS, "what such data serves"),
    col("use_reasons", STRINGS, "why, a sentence for each of the uses"),
    col("pii_level", STRING, "none, indirect, direct, unknown"),
    col("status", STRING, "ok, unchanged, degraded, quarantined, missing"),
    col("last_good_partition", STRING, "newest usable source partition", null=True),
]))

CONTRACTS: dict[str, Contract] = {c.name: c for c in (
    DISCOVERED, DECLARED, DECLARED_LINEAGE, CATALOGUE_COVERAGE, SOURCE_VERSIONS, LATE_DATA, SNAPSHOT, HISTORY, PROFILE_STATES,
    PROFILES, ASSOCIATIONS, COLUMNS, TABLE_KINDS, RELATIONS, ANOMALIES, SUSPECTS, CHANGES, PARTITION_CHECKS, CHECKS,
    CHECK_INDEX, GATE, ASSET_STATES, QUALITY_SCORES, USAGE, LINEAGE, LOG_COVERAGE, FEATURES, WINDOW_FEATURES, LABELS, MODEL,
    MODEL_METRICS, EMBEDDINGS, TEXT_VECTORS, EXPLANATIONS, CHAMPIONS, VALUES, COLUMN_VALUES, COALITION_PAYOFFS, FORECASTS,
    FORECAST_SCORES, FORECAST_TRIALS, FORECAST_BACKTESTS, ASSET_SIGNALS, ASSETS, USE_CASE_STATES, INVENTORY, DECISIONS,
    INCIDENTS, NOTIFICATIONS, RECORDS, RUN_METRICS, REPORT, EXPORTS, DATA_DOCS)}
