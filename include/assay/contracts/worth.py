"""Contracts of what assets are worth: payoffs, values, forecasts and the inventory."""

from __future__ import annotations

import pyarrow as pa

from assay.contracts.contract import Contract
from assay.contracts.fields import ASSET, BOOL, FLOAT, INT, MONEY, STRING, STRINGS, USE_CASE, col

_TARGET = col("target_partition", STRING, "partition whose value is forecast")
_WORTH = [
    col("value", FLOAT, "Shapley value, or Owen value of a column; null where unvalued", MONEY, null=True),
    col("ci_low", FLOAT, "2.5 % point of the bootstrap", MONEY, null=True),
    col("ci_high", FLOAT, "97.5 % point of the bootstrap", MONEY, null=True),
    col("unit", STRING, "currency and window, e.g. USD/week"),
    col("share", FLOAT, "value as a share of v(N)", null=True),
    col("status", STRING, "valued, not_distinguishable, predicted, unvalued"),
    col("reason", STRING, "why it is not valued, or whose value it shares", null=True),
]
VALUES = Contract("values", pa.schema([
    USE_CASE,
    ASSET,
    *_WORTH,
    col("removal_loss", FLOAT, "v(N) - v(N without it)", MONEY, null=True),
    col("draws", pa.list_(FLOAT), "the bootstrap's, from which the interval comes; summed draw by draw over use cases", MONEY,
        null=True),
    col("estimator", STRING, "exact, or kernel_shap where there are too many assets to play all coalitions", null=True),
    col("evaluations", INT, "coalitions played", null=True),
    col("standard_error", FLOAT, "of the value, by the sampling of coalitions alone; the interval covers it", MONEY, null=True),
]), per="use case")
COLUMN_VALUES = Contract("column_values", pa.schema([
    USE_CASE,
    ASSET,
    col("column", STRING, "column, or (rows and keys): that there are rows, and what they refer to; an asset's add up to it"),
    *_WORTH,
]), per="use case")

COALITION_PAYOFFS = Contract("coalition_payoffs", pa.schema([
    col("coalition", STRINGS, "assets that the model sees; coalitions stand in the order of play"),
    col("cluster", STRING, "entity over which the bootstrap draws"),
    col("payoff", FLOAT, "money earned on the outcome window", MONEY),
]), per="use case")

_SUBJECT = [USE_CASE, ASSET, col("column", STRING, "column whose value is forecast; null for the asset as a whole", null=True)]
_HORIZON = col("horizon", INT, "days after the partition", "day")
_QUANTILES = [
    col("p10", FLOAT, "10 % quantile", MONEY),
    col("p50", FLOAT, "median", MONEY),
    col("p90", FLOAT, "90 % quantile", MONEY),
]
_MODEL = col("model", STRING, "naive, moving_average, exponential_smoothing, local_level, network or combination")
ASSET_SIGNALS = Contract("asset_signals", pa.schema([
    ASSET,
    col("failed", FLOAT, "share of its expectations that the newest partition fails, 0..1; null where none was asked",
        null=True),
    col("unusual", INT, "what is unusual in the newest partition"),
    col("age", INT, "days from the newest usable source partition to the partition; null without dates", "day", null=True),
    col("rows", INT, "rows of the newest usable source partition; null where there is none", "row", null=True),
    col("reads", INT, "statements of the query log that read it; null without a log", null=True),
]))
FORECAST_TRIALS = Contract("forecast_trials", pa.schema([*_SUBJECT, _HORIZON, _TARGET, _MODEL, *_QUANTILES]), ledger=True)
FORECAST_BACKTESTS = Contract("forecast_backtests", pa.schema([
    USE_CASE,
    col("kind", STRING, "asset or column: whose values were forecast"),
    _HORIZON,
    _MODEL,
    col("origins", INT, "earlier partitions whose trials could be compared with what came"),
    col("forecasts", INT, "trials that were compared"),
    col("error", FLOAT, "mean absolute error", MONEY),
    col("naive_error", FLOAT, "that of the last known value, on the same trials", MONEY),
    col("ratio", FLOAT, "error / naive_error, below 1 is better; null where the last known value was always right", null=True),
    col("ratio_low", FLOAT, "2.5 % point of the ratio, by bootstrap over origins", null=True),
    col("ratio_high", FLOAT, "97.5 % point, likewise", null=True),
    col("recent_ratio", FLOAT, "ratio over the newest origins alone", null=True),
    col("in_use", BOOL, "forecasts of this partition come from it"),
]), ledger=True)
FORECASTS = Contract("forecasts", pa.schema([
    *_SUBJECT,
    _HORIZON,
    _TARGET,
    *_QUANTILES,
    _MODEL,
    col("windows", INT, "outcome windows whose value was known, none of which overlap"),
    col("reason", STRING, "why this forecaster is in use, in one sentence"),
]), ledger=True, version=2)

FORECAST_SCORES = Contract("forecast_scores", pa.schema([
    *_SUBJECT,
    col("made_on", STRING, "partition of the forecast"),
    _TARGET,
    _MODEL,
    col("p50", FLOAT, "what was forecast", MONEY),
    col("realised", FLOAT, "what came", MONEY),
    col("naive", FLOAT, "last value known when the forecast was made", MONEY),
    col("covered", BOOL, "realised lies within p10..p90"),
]), ledger=True, version=2)

USE_CASE_STATES = Contract("use_case_states", pa.schema([
    USE_CASE,
    col("reason", STRING, "why it stopped in the run of this partition; null where it was valued", null=True),
]), ledger=True)

INVENTORY = Contract("inventory", pa.schema([
    col("rank", INT, "1 is worth most"),
    ASSET,
    col("value", FLOAT, "sum over use cases; null where unvalued", MONEY, null=True),
    col("ci_low", FLOAT, "2.5 % point", MONEY, null=True),
    col("ci_high", FLOAT, "97.5 % point", MONEY, null=True),
    col("unit", STRING, "currency and window"),
    col("forecast", FLOAT, "median of the next window's value", MONEY, null=True),
    col("present_value", FLOAT, "discounted value over the forecast's horizons less cost", "currency", null=True),
    col("cost", FLOAT, "bytes stored and read", MONEY),
    col("net_value", FLOAT, "value less cost", MONEY, null=True),
    col("quality_score", FLOAT, "0..1, higher is better", null=True),
    col("usage", STRING, "use cases that read it, comma separated; where there is a query log, after a semicolon who used it"),
    col("pii_level", STRING, "none, indirect, direct, unknown"),
    col("status", STRING, "of the asset in this partition"),
    col("value_status", STRING, "valued, not_distinguishable, predicted, unvalued"),
    col("action", STRING, "what to do"),
    col("reason", STRING, "why, in one sentence"),
    col("at_stake", FLOAT, "money per window that the action concerns", MONEY, null=True),
    col("rule", STRING, "name of the rule of advice that decided"),
    col("grounds", STRING, "what that rule compares, without numbers that move every night; decisions hold while it stays"),
    col("decision", STRING, "of a proposal: waiting, approved; rejected where one was that came first", null=True),
    col("decided", STRING, "who decided what, in one sentence", null=True),
]), ledger=True, version=3)

DECISIONS = Contract("decisions", pa.schema([
    col("partition", STRING, "of the inventory that proposed it"),
    ASSET,
    col("action", STRING, "what was proposed: merge, archive"),
    col("rule", STRING, "name of the rule of advice that proposed it"),
    col("grounds", STRING, "what the proposal rests on, as in the inventory"),
    col("reason", STRING, "why it was proposed, in one sentence"),
    col("decision", STRING, "approved or rejected"),
    col("decided_by", STRING, "login, as Airflow has recorded it"),
    col("decided_at", STRING, "when, as Airflow has recorded it, ISO 8601 in UTC"),
    col("note", STRING, "what was said of it, empty where nothing"),
]), ledger=True, per="asset and rule")

RECORDS = Contract("records", pa.schema([
    ASSET,
    col("block", STRING, "basic, business, management, value, quality"),
    col("element", STRING, "element of GB/T 40685-2021, in English"),
    col("element_zh", STRING, "the same in Chinese"),
    col("value", STRING, "as text; null where it is not known", null=True),
    col("unit", STRING, "of the value", null=True),
]), ledger=True)
