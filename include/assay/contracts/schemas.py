"""The Arrow schema of every artifact, with unit and meaning of each column in its metadata.

Names and columns are the public interface: a write that doesn't match is refused (`Contract.conform`). *Pure* artifacts
depend only on data up to their partition; *ledger* artifacts fold pure ones in the order of partitions.
"""

from __future__ import annotations

import pyarrow as pa

from assay.contracts.contract import Contract

_STRING, _INT, _FLOAT, _BOOL = pa.string(), pa.int64(), pa.float64(), pa.bool_()
_STRINGS = pa.list_(_STRING)
_NAMED = pa.list_(pa.struct([("of", _STRING), ("uri", _STRING), ("fingerprint", _STRING)]))


def _col(name: str, kind: pa.DataType, meaning: str, unit: str = "", *, null: bool = False) -> pa.Field:
    """A column; `null` says whether values may be missing."""
    metadata = {"description": meaning} | ({"unit": unit} if unit else {})
    return pa.field(name, kind, nullable=null, metadata=metadata)


_ASSET = _col("asset_id", _STRING, "<source>.<table>[.<column group>]")
_USE_CASE = _col("use_case", _STRING, "name in the manifest")
_COLUMN = _col("column", _STRING, "name in the asset")
_TARGET = _col("target_partition", _STRING, "partition whose value is forecast")
_MONEY = "the platform's currency per outcome window"

DISCOVERED = Contract("discovered", pa.schema([
    _ASSET,
    _col("source_partition", _STRING, "label of the source's own partition; empty if there is none"),
    _col("status", _STRING, "ok, unreadable, missing or outage"),
    _col("reason", _STRING, "one sentence where status is not ok", null=True),
    _col("location", _STRING, "folder or table at the source"),
    _col("format", _STRING, "parquet, csv, …"),
    _col("files", _STRINGS, "paths below location, sorted"),
    _col("bytes", _INT, "size at the source", "byte"),
    _col("row_count", _INT, "rows by the files' own footers", "row", null=True),
    _col("fingerprint", _STRING, "SHA-256 over names and content of the files"),
    _col("schema", _STRING, "JSON object column -> type", null=True),
    _col("schema_change", _STRING, "what differs from the source partition before", null=True),
    _col("rhythm_days", _FLOAT, "median distance of source partitions", "day", null=True),
]))

SNAPSHOT = Contract("snapshot", pa.schema([]), open=True, per="asset")

HISTORY = Contract("history", pa.schema([
    _ASSET,
    _col("source_partition", _STRING, "label of the source's own partition"),
    _col("uri", _STRING, "the snapshot artifact; empty where it could not be read", null=True),
    _col("fingerprint", _STRING, "of the snapshot", null=True),
    _col("row_count", _INT, "rows in the snapshot", "row"),
    _col("bytes", _INT, "size of the snapshot", "byte"),
    _col("reason", _STRING, "why it could not be ingested", null=True),
]), per="asset")

PROFILE_STATES = Contract("profile_states", pa.schema([
    _ASSET,
    _COLUMN,
    _col("dtype", _STRING, "DuckDB type at the source"),
    _col("value", _STRING, "a value as text, hashed where it looks personal; null counts the nulls", null=True),
    _col("number", _FLOAT, "the value as a number (times: seconds since 1970)", null=True),
    _col("n", _INT, "rows that hold it", "row"),
    _col("exact", _BOOL, "false where the column was too distinct to be counted exactly"),
    _col("masked", _BOOL, "true where values look personal and are hashed"),
    _col("statistic", _STRING, "null for counted values; rest, min, max or negatives of a column that is not exact", null=True),
]), per="asset")

PROFILES = Contract("profiles", pa.schema([
    _ASSET,
    _COLUMN,
    _col("row_count", _INT, "rows of the partition", "row"),
    _col("null_count", _INT, "rows without a value", "row"),
    _col("distinct_count", _INT, "different values"),
    _col("min", _STRING, "smallest value as text, masked where personal", null=True),
    _col("max", _STRING, "largest value as text, masked where personal", null=True),
    *(_col(n, _FLOAT, f"{n} of numeric values", null=True) for n in ("mean", "std", "p05", "p25", "p50", "p75", "p95")),
    _col("zero_count", _INT, "rows that are 0", "row", null=True),
    _col("negative_count", _INT, "rows below 0", "row", null=True),
    _col("length_min", _INT, "shortest text", "character", null=True),
    _col("length_mean", _FLOAT, "mean length of texts", "character", null=True),
    _col("length_max", _INT, "longest text", "character", null=True),
    _col("top_values", _STRING, "JSON list of [value, rows], most frequent first, masked where personal", null=True),
    _col("histogram", _STRING, "JSON list of [from, to, rows]", null=True),
    _col("method", _STRING, "engine and exactness of the statistics"),
]), per="asset")

COLUMNS = Contract("columns", pa.schema([
    _ASSET,
    _COLUMN,
    _col("dtype", _STRING, "DuckDB type"),
    _col("semantic_type", _STRING, "what the values mean"),
    _col("semantic_confidence", _FLOAT, "0..1, higher is surer"),
    _col("pii_type", _STRING, "kind of personal data, if any", null=True),
    _col("pii_confidence", _FLOAT, "0..1, higher is surer"),
    _col("role", _STRING, "what the column does in its table"),
    _col("distinct_count", _INT, "different values over the profiled partitions"),
    _col("description", _STRING, "one sentence"),
]))

TABLE_KINDS = Contract("table_kinds", pa.schema([
    _ASSET,
    _col("kind", _STRING, "event, entity, association, reference, unknown"),
    _col("time_column", _STRING, "when a row happened or which date it concerns", null=True),
    _col("primary_key", _STRINGS, "columns that identify a row; empty if none do"),
    _col("description", _STRING, "one sentence"),
    _col("potential_uses", _STRINGS, "what such data serves"),
    _col("pii_level", _STRING, "none, indirect, direct"),
]))

RELATIONS = Contract("relations", pa.schema([
    _col("kind", _STRING, "foreign_key, duplicate, derived"),
    _col("from_asset", _STRING, "asset that refers"),
    _col("from_columns", _STRINGS, "its columns"),
    _col("to_asset", _STRING, "asset referred to"),
    _col("to_columns", _STRINGS, "its columns"),
    _col("coverage", _FLOAT, "share of distinct referring values found, 0..1"),
    _col("confidence", _FLOAT, "0..1, higher is surer"),
]))

_CHECK_COLUMNS = [
    _ASSET,
    _col("column", _STRING, "null for the whole table", null=True),
    _col("expectation", _STRING, "Great Expectations type"),
    _col("severity", _STRING, "critical or warning"),
    _col("dimension", _STRING, "one of the six quality dimensions"),
    _col("success", _BOOL, "true if the data met it"),
    _col("observed", _STRING, "what was seen; never personal values", null=True),
    _col("unexpected_count", _INT, "rows that fail", "row", null=True),
    _col("unexpected_ratio", _FLOAT, "share of rows that fail, 0..1", null=True),
    _col("source_partition", _STRING, "label of the source partition that was checked"),
]
PARTITION_CHECKS = Contract("partition_checks", pa.schema(_CHECK_COLUMNS), per="asset")
CHECKS = Contract("checks", pa.schema(_CHECK_COLUMNS))

CHECK_INDEX = Contract("check_index", pa.schema([
    _ASSET,
    _col("source_partition", _STRING, "label of the source partition that was checked"),
    _col("uri", _STRING, "the partition_checks artifact"),
    _col("fingerprint", _STRING, "of the partition_checks artifact"),
    _col("row_count", _INT, "expectations computed"),
    _col("passed", _BOOL, "every critical expectation holds"),
    _col("reason", _STRING, "the first critical expectation that doesn't, in one sentence", null=True),
]), per="asset")

GATE = Contract("gate", pa.schema([
    _ASSET,
    _col("source_partition", _STRING, "label of the source's own partition"),
    _col("uri", _STRING, "the snapshot artifact", null=True),
    _col("fingerprint", _STRING, "of the snapshot", null=True),
    _col("row_count", _INT, "rows in the snapshot", "row"),
    _col("bytes", _INT, "size of the snapshot", "byte"),
    _col("usable", _BOOL, "later steps may read it"),
    _col("newest", _BOOL, "the newest usable source partition of its asset"),
    _col("reason", _STRING, "why it may not be read", null=True),
]))

ASSET_STATES = Contract("asset_states", pa.schema([
    _ASSET,
    _col("status", _STRING, "ok, unchanged, degraded, quarantined, missing"),
    _col("reason", _STRING, "one sentence where status is neither ok nor unchanged", null=True),
    _col("last_good_partition", _STRING, "newest usable source partition", null=True),
    _col("quality_score", _FLOAT, "mean over dimensions of passed checks, critical ones count thrice, 0..1", null=True),
]))

FEATURES = Contract("features", pa.schema([
    _USE_CASE,
    _col("window", _STRING, "train, validate, outcome or serve"),
    _col("cutoff", _STRING, "first local day that no feature reads; empty without time", null=True),
    _col("uri", _STRING, "the window_features artifact of the candidates"),
    _col("fingerprint", _STRING, "of that artifact"),
    _col("row_count", _INT, "candidate rows", "row"),
    _col("things", _NAMED, "window_features artifacts of what candidates name, by roles joined with +"),
    _col("texts", _NAMED, "text_vectors artifacts of categories that are told in words, by column"),
    _col("labels_uri", _STRING, "the outcomes of the window, null where they are not known yet", null=True),
    _col("labels_fingerprint", _STRING, "of the outcomes", null=True),
]), per="use case")

WINDOW_FEATURES = Contract("window_features", pa.schema([]), open=True, per="use case")
# also the entity's roles and, for payoff replay, `propensity`: the chance with which logging showed it, null where it did not
LABELS = Contract("labels", pa.schema([
    _col("y", pa.float32(), "1 if the outcome happened, else 0"),
    _col("amount", pa.float32(), "what it was worth or cost", "the platform's currency"),
]), open=True, per="use case")

# What lies below `<use case>/serving` belongs to the ledger of champions: models for serving, and the scores by which one of
# them was chosen. Everything else of these two contracts is pure.
SERVING = "serving"
MODEL = Contract("model", pa.schema([]), open=True, per="use case")
MODEL_METRICS = Contract("model_metrics", pa.schema([
    _USE_CASE,
    _col("model", _STRING, "outcome and base_rate; of a base model base, base_rate and textbook; below serving champion (the "
                           "one before), night, tuned, base_rate, and searched with the parameters that the size hasn't got"),
    _col("split", _STRING, "window that it was scored on"),
    _col("metric", _STRING, "log_loss (nats, lower is better), auc, ap, ece, …"),
    _col("value", _FLOAT, "the score"),
]), per="use case")

EMBEDDINGS = Contract("embeddings", pa.schema([
    _USE_CASE,
    _col("entity", _STRING, "role of the thing embedded: an entity role of the use case, or asset"),
    _col("key", _STRING, "its key as text"),
    _col("vector", pa.list_(pa.float32()), "deep features from the outcome model"),
]), per="use case")

TEXT_VECTORS = Contract("text_vectors", pa.schema([
    _col("text", _STRING, "as it lies in the data; each once, ascending"),
    _col("vector", pa.list_(pa.float32()), "384 numbers from the text encoder, of length 1; all 0 if there is nothing to read"),
]), per="asset")

EXPLANATIONS = Contract("explanations", pa.schema([
    _USE_CASE,
    _col("key", _STRING, "the candidate: roles and keys as JSON, keys as text; null for importance, over a sample", null=True),
    _ASSET,
    _col("column", _STRING, "feature, <token>.<feature>, beside the mean of a sample; or <token>, what it says at this mean, "
         "or at all if it has no features; null for the asset as a whole, which its columns add up to", null=True),
    _col("contribution", _FLOAT, "to the calibrated logit; those of all assets add up to what it gains beside seeing none; for "
         "importance the mean size"),
    _col("probability", _FLOAT, "that the outcome happens, as predicted; null for importance", null=True),
    _col("amount", _FLOAT, "expected if it happens; null for importance", "the platform's currency", null=True),
]), per="use case")

_STANDINGS = pa.list_(pa.struct([("window", _STRING), ("gain", _FLOAT), ("below", _INT), ("retuned", _BOOL)]))
CHAMPIONS = Contract("champions", pa.schema([
    _USE_CASE,
    _col("champion", _STRING, "uri of the model that serves from this partition on"),
    _col("champion_fingerprint", _STRING, "its identity"),
    _col("challenger", _STRING, "uri of the best of this partition's models"),
    _col("champion_log_loss", _FLOAT, "of the champion before, on the validation window; null where there was none", "nats",
         null=True),
    _col("challenger_log_loss", _FLOAT, "of the challenger on the same rows", "nats"),
    _col("base_rate_log_loss", _FLOAT, "of the rows' own base rate", "nats"),
    _col("promoted", _BOOL, "true if the challenger serves from now on"),
    _col("below", _INT, "windows in a row, this one included, in which the champion gained less over the base rate than usual"),
    _col("retune", _STRING, "why the model's parameters were searched on this partition: asked or below; null if they weren't",
         null=True),
    _col("model_size", _STRING, "size in the manifest"),
    _col("parameters", _STRING, "those that models for serving are trained with from now on, as far as they differ from that "
                                "size's, as JSON; null if none does", null=True),
    _col("recent", _STANDINGS, "windows that tell what is usual, oldest first: first day, gain of the champion before (nats, "
                               "null where there was none), windows below in a row, whether parameters were searched"),
]), ledger=True, per="use case")

_WORTH = [
    _col("value", _FLOAT, "Shapley value, or Owen value of a column; null where unvalued", _MONEY, null=True),
    _col("ci_low", _FLOAT, "2.5 % point of the bootstrap", _MONEY, null=True),
    _col("ci_high", _FLOAT, "97.5 % point of the bootstrap", _MONEY, null=True),
    _col("unit", _STRING, "currency and window, e.g. USD/week"),
    _col("removal_loss", _FLOAT, "v(N) - v(N without it)", _MONEY, null=True),
    _col("share", _FLOAT, "value as a share of v(N)", null=True),
    _col("status", _STRING, "valued, not_distinguishable, predicted, unvalued"),
    _col("reason", _STRING, "why it is not valued, or whose value it shares", null=True),
]
VALUES = Contract("values", pa.schema([_USE_CASE, _ASSET, *_WORTH]), per="use case")
COLUMN_VALUES = Contract("column_values", pa.schema([
    _USE_CASE,
    _ASSET,
    _col("column", _STRING, "column, or (rows and keys): that there are rows, and what they refer to; an asset's add up to it"),
    *_WORTH,
]), per="use case")

COALITION_PAYOFFS = Contract("coalition_payoffs", pa.schema([
    _col("coalition", _STRINGS, "assets that the model sees"),
    _col("cluster", _STRING, "entity over which the bootstrap draws"),
    _col("payoff", _FLOAT, "money earned on the outcome window", _MONEY),
]), per="use case")

FORECASTS = Contract("forecasts", pa.schema([
    _USE_CASE,
    _ASSET,
    _col("horizon", _INT, "days after the partition", "day"),
    _TARGET,
    _col("p10", _FLOAT, "10 % quantile", _MONEY),
    _col("p50", _FLOAT, "median", _MONEY),
    _col("p90", _FLOAT, "90 % quantile", _MONEY),
    _col("model", _STRING, "forecaster in use, and what it had to go on"),
]), ledger=True)

FORECAST_SCORES = Contract("forecast_scores", pa.schema([
    _USE_CASE,
    _ASSET,
    _col("made_on", _STRING, "partition of the forecast"),
    _TARGET,
    _col("p50", _FLOAT, "what was forecast", _MONEY),
    _col("realised", _FLOAT, "what came", _MONEY),
    _col("naive", _FLOAT, "last value known when the forecast was made", _MONEY),
    _col("covered", _BOOL, "realised lies within p10..p90"),
]), ledger=True)

ASSETS = Contract("assets", pa.schema([
    _ASSET,
    _col("kind", _STRING, "event, entity, association, reference, unknown"),
    _col("location", _STRING, "where it lies at the source"),
    _col("format", _STRING, "parquet, csv, …"),
    _col("row_count", _INT, "rows over the known source partitions", "row"),
    _col("bytes", _INT, "size over the known source partitions", "byte"),
    _col("n_columns", _INT, "columns of the newest partition"),
    _col("first_partition", _STRING, "oldest source partition in reach", null=True),
    _col("last_partition", _STRING, "newest source partition", null=True),
    _col("freshness_hours", _FLOAT, "end of the partition less end of the newest source partition", "hour", null=True),
    _col("schema_fingerprint", _STRING, "hash of column names and types", null=True),
    _col("schema_change", _STRING, "what changed against the source partition before", null=True),
    _col("owner", _STRING, "from the manifest", null=True),
    _col("tier", _STRING, "from the manifest", null=True),
    _col("description", _STRING, "one sentence"),
    _col("potential_uses", _STRINGS, "what such data serves"),
    _col("pii_level", _STRING, "none, indirect, direct, unknown"),
    _col("status", _STRING, "ok, unchanged, degraded, quarantined, missing"),
    _col("last_good_partition", _STRING, "newest usable source partition", null=True),
]))

INVENTORY = Contract("inventory", pa.schema([
    _col("rank", _INT, "1 is worth most"),
    _ASSET,
    _col("value", _FLOAT, "sum over use cases; null where unvalued", _MONEY, null=True),
    _col("ci_low", _FLOAT, "2.5 % point", _MONEY, null=True),
    _col("ci_high", _FLOAT, "97.5 % point", _MONEY, null=True),
    _col("unit", _STRING, "currency and window"),
    _col("forecast", _FLOAT, "median of the next window's value", _MONEY, null=True),
    _col("present_value", _FLOAT, "discounted value over the forecast's horizons less cost", "currency", null=True),
    _col("cost", _FLOAT, "bytes stored and read", _MONEY),
    _col("net_value", _FLOAT, "value less cost", _MONEY, null=True),
    _col("quality_score", _FLOAT, "0..1, higher is better", null=True),
    _col("usage", _STRING, "use cases that read it, comma separated"),
    _col("pii_level", _STRING, "none, indirect, direct, unknown"),
    _col("status", _STRING, "of the asset in this partition"),
    _col("value_status", _STRING, "valued, not_distinguishable, predicted, unvalued"),
    _col("action", _STRING, "what to do"),
    _col("reason", _STRING, "why, in one sentence"),
    _col("at_stake", _FLOAT, "money per window that the action concerns", _MONEY, null=True),
]), ledger=True)

RUN_METRICS = Contract("run_metrics", pa.schema([
    _col("step", _STRING, "task of the DAG, or champion: the end of train"),
    _col("asset_id", _STRING, "asset, or null for the whole step", null=True),
    _col("seconds", _FLOAT, "wall-clock time", "second"),
    _col("bytes_read", _INT, "read from shared storage", "byte"),
    _col("bytes_written", _INT, "written to shared storage", "byte"),
    _col("peak_rss", _INT, "largest resident memory of the process so far", "byte"),
]), ledger=True, per="step")

REPORT = Contract("report", pa.schema([]), ledger=True, open=True)
DATA_DOCS = Contract("data_docs", pa.schema([]), ledger=True, open=True)

CONTRACTS: dict[str, Contract] = {c.name: c for c in (
    DISCOVERED, SNAPSHOT, HISTORY, PROFILE_STATES, PROFILES, COLUMNS, TABLE_KINDS, RELATIONS, PARTITION_CHECKS, CHECKS,
    CHECK_INDEX, GATE, ASSET_STATES, FEATURES, WINDOW_FEATURES, LABELS, MODEL, MODEL_METRICS, EMBEDDINGS, TEXT_VECTORS,
    EXPLANATIONS, CHAMPIONS, VALUES, COLUMN_VALUES, COALITION_PAYOFFS, FORECASTS, FORECAST_SCORES, ASSETS, INVENTORY,
    RUN_METRICS, REPORT, DATA_DOCS)}
