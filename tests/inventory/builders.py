"""A small shop's artifacts, built by hand through the contracts, for tests of what comes after valuation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import yaml

from assay.config.manifest import Platform
from assay.contracts import schemas
from assay.contracts.contract import Contract
from assay.contracts.refs import ArtifactRef, CaseRef, Night
from assay.inventory.advice import default_rules
from assay.storage import ArtifactStore, Recipe, fingerprint

PLATFORM = "corner_shop"
PARTITION = "2017-12-23"
RULES = default_rules()
CASE = "next_week"
MANIFEST: dict[str, Any] = {
    "platform": PLATFORM, "title": "Corner shop", "note": "Made up for tests, simulated from no real shop.", "currency": "USD",
    "sources": [{"name": "landing", "type": "files", "path": "/nowhere"}],
    "use_cases": [{
        "name": CASE, "entity": {"user": "household_id", "item": "product_id"},
        "outcome": {"asset": "landing.transactions", "time": "ts", "amount": "sales_value", "window_days": 7},
        "payoff": {"type": "captured_sales", "top_k": 10, "margin": 0.25, "incrementality": 0.1},
    }],
    "costs": {"storage_gb_month": 0.023, "read_gb": 0.005},
    "assets": {"landing.transactions": {"owner": "store-systems", "tier": "gold", "description": "What was bought."}},
}
ASSETS = ["landing.campaigns", "landing.coupons", "landing.demographics", "landing.products", "landing.products_copy",
          "landing.promotions", "landing.transactions"]
# value, interval, removal loss
WORTH: dict[str, tuple[float, float, float, float]] = {
    "landing.transactions": (8421.5, 7900.0, 8960.0, 6010.0),
    "landing.products": (2210.0, 1890.0, 2515.0, 640.0),
    "landing.promotions": (1320.4, 980.0, 1660.0, 505.0),
    "landing.demographics": (96.0, -40.0, 231.0, 12.0),
    "landing.coupons": (41.2, -90.0, 170.0, 3.0),
    "landing.campaigns": (-212.0, -330.0, -95.0, -250.0),
}


def manifest(**changes: Any) -> Platform:
    """The shop's manifest with `changes` at its top level."""
    return Platform.model_validate(MANIFEST | changes)


def table(contract: Contract, rows: list[dict[str, Any]]) -> pa.Table:
    """`rows` as a table of `contract`; nullable columns may be left out."""
    for field in contract.schema:
        assert field.nullable or all(field.name in row for row in rows), f"{contract.name}.{field.name} is missing"
    return contract.conform(pa.Table.from_pylist(rows, schema=contract.schema))


def value_row(asset_id: str, value: float | None, low: float | None = None, high: float | None = None, *, case: str = CASE,
              unit: str = "USD/week", status: str | None = None, reason: str | None = None, removal_loss: float | None = None,
              share: float | None = None, draws: list[float] | None = None) -> dict[str, Any]:
    if status is None:
        unclear = low is not None and high is not None and low <= 0 <= high
        status = "unvalued" if value is None else "not_distinguishable" if unclear else "valued"
    return {"use_case": case, "asset_id": asset_id, "value": value, "ci_low": low, "ci_high": high, "unit": unit,
            "removal_loss": removal_loss, "share": share, "status": status, "reason": reason, "draws": draws}


def values(factor: float = 1.0) -> pa.Table:
    """Tonight's values times `factor`; products_copy is a player of nothing."""
    total = sum(w[0] for w in WORTH.values())
    # draws from 4 % below to 4 % above the value: those of the total are, too
    rows = [value_row(a, v * factor, lo * factor, hi * factor, removal_loss=loss * factor, share=v / total,
                      draws=(v * factor * np.linspace(0.96, 1.04, 1000)).tolist())
            for a, (v, lo, hi, loss) in sorted(WORTH.items())]
    rows.append(value_row("landing.products_copy", None, reason="it is a copy of landing.products"))
    return table(schemas.VALUES, rows)


def column_values() -> pa.Table:
    """What two columns of one asset share, and one that has nothing."""
    def row(column: str, value: float | None) -> dict[str, Any]:
        return {"use_case": CASE, "asset_id": "landing.transactions", "column": column, "value": value, "unit": "USD/week",
                "ci_low": None if value is None else 0.9 * value, "ci_high": None if value is None else 1.1 * value,
                "share": None, "status": "unvalued" if value is None else "valued", "reason": None}

    return table(schemas.COLUMN_VALUES, [row("(rows and keys)", 6000.0), row("sales_value", 2000.0), row("basket_id", None)])


def discovered() -> pa.Table:
    rows = []
    for asset in ASSETS:
        labels = ["2017-12-16", "2017-12-22"] if asset != "landing.campaigns" else ["2017-12-09", "2017-12-16"]
        for label in labels:
            torn = asset == "landing.promotions" and label == labels[-1]
            rows.append({
                "asset_id": asset, "source_partition": label, "status": "unreadable" if torn else "ok",
                "reason": "torn file" if torn else None, "location": f"/landing/{asset}", "format": "parquet",
                "files": [f"ds={label}/part-0.parquet"], "bytes": 4_000_000, "row_count": None if torn else 12_345,
                "fingerprint": fingerprint(asset, label), "schema": json.dumps({"product_id": "BIGINT", "price": "DOUBLE"}),
                "schema_change": None, "rhythm_days": 7.0})
    return table(schemas.DISCOVERED, rows)


def gate() -> pa.Table:
    return table(schemas.GATE, [
        {"asset_id": r["asset_id"], "source_partition": r["source_partition"], "row_count": r["row_count"] or 0,
         "bytes": 3_000_000, "usable": r["status"] == "ok", "newest": False, "reason": r["reason"]}
        for r in discovered().to_pylist()])


def states() -> pa.Table:
    special = {
        "landing.promotions": {"status": "degraded", "reason": "the partition 2017-12-22 can't be read (torn file)",
                               "last_good_partition": "2017-12-16"},
        "landing.campaigns": {"status": "unchanged", "last_good_partition": "2017-12-16"},
    }
    return table(schemas.ASSET_STATES, [
        {"asset_id": a, "status": "ok", "reason": None, "last_good_partition": "2017-12-22"}
        | special.get(a, {}) for a in ASSETS])


def kinds() -> pa.Table:
    pii = {"landing.demographics": "direct", "landing.transactions": "indirect"}
    return table(schemas.TABLE_KINDS, [
        {"asset_id": a, "kind": "event" if a == "landing.transactions" else "entity", "time_column": None,
         "primary_key": ["product_id"], "description": f"Rows of {a}.", "potential_uses": ["search"],
         "use_reasons": ["it says what items are"],
         "domain": "product_attributes", "domain_confidence": 0.9,
         "pii_level": pii.get(a, "none")} for a in ASSETS])


def columns() -> pa.Table:
    return table(schemas.COLUMNS, [
        {"asset_id": "landing.demographics", "column": name, "dtype": "VARCHAR", "semantic_type": pii or "category",
         "semantic_confidence": 0.9, "pii_type": pii, "pii_confidence": 0.9, "role": "attribute", "distinct_count": 5,
         "description": "A column."} for name, pii in [("email", "email"), ("age", None), ("<b>phone</b>", "phone")]])


def relations() -> pa.Table:
    return table(schemas.RELATIONS, [
        {"kind": "duplicate", "from_asset": "landing.products", "from_columns": ["product_id"],
         "to_asset": "landing.products_copy", "to_columns": ["product_id"], "coverage": 1.0, "confidence": 1.0},
        {"kind": "foreign_key", "from_asset": "landing.transactions", "from_columns": ["product_id"],
         "to_asset": "landing.products", "to_columns": ["product_id"], "coverage": 1.0, "confidence": 1.0}])


def checks() -> pa.Table:
    return table(schemas.CHECKS, [
        {"asset_id": "landing.transactions", "column": "price", "expectation": "expect_column_values_to_be_between",
         "severity": "warning", "dimension": "accuracy", "success": False, "observed": "-3 <script>alert(1)</script>",
         "unexpected_count": 12, "unexpected_ratio": 0.001, "source_partition": "2017-12-22"},
        {"asset_id": "landing.promotions", "column": None, "expectation": "expect_table_row_count_to_be_between",
         "severity": "critical", "dimension": "completeness", "success": False, "observed": "0", "unexpected_count": None,
         "unexpected_ratio": None, "source_partition": "2017-12-22"},
        {"asset_id": "landing.products", "column": "price", "expectation": "expect_column_values_to_not_be_null",
         "severity": "critical", "dimension": "completeness", "success": True, "observed": None, "unexpected_count": 0,
         "unexpected_ratio": 0.0, "source_partition": "2017-12-22"}])


def scores(whole: float = 0.97) -> pa.Table:
    """Two dimensions of each asset, one of them with its part."""
    common = {"weight": 1.0, "asked": 2, "failed": 1}
    return table(schemas.QUALITY_SCORES, [
        common | {"asset_id": asset, "dimension": dimension, "part": part, "score": score} for asset in ASSETS
        for dimension, part, score in ((None, None, whole), ("completeness", None, 1.0), ("accuracy", None, 2 * whole - 1),
                                       ("accuracy", "checks", 2 * whole - 1))])


def forecast_row(asset_id: str, horizon: int, p10: float, p50: float, p90: float, *, case: str = CASE,
                 target: str = "2017-12-30") -> dict[str, Any]:
    return {"use_case": case, "asset_id": asset_id, "horizon": horizon, "target_partition": target, "p10": p10, "p50": p50,
            "p90": p90, "column": None, "model": "naive", "windows": 1, "reason": "The last known value."}


def usage() -> pa.Table:
    """What a log says of three assets; it is silent of the others, which an honest step would list as unused."""
    common = {"column": None, "window_days": 90, "log_days": 364}
    counts = {"landing.transactions": ("used", 1312, 4, 5, "2017-12-23"), "landing.coupons": ("idle", 0, 0, 0, "2017-06-30"),
              "landing.campaigns": ("unused", 0, 0, 0, None)}
    return table(schemas.USAGE, [
        common | {"asset_id": asset, "status": status, "reads": reads, "writes": writes, "distinct_users": users,
                  "last_used": last}
        for asset, (status, reads, writes, users, last) in counts.items()])


def coverage() -> pa.Table:
    def row(kind: str, name: str | None, statements: int, reason: str | None = None) -> dict[str, Any]:
        return {"kind": kind, "name": name, "reason": reason, "statements": statements, "shapes": 1, "users": 1}

    return table(schemas.LOG_COVERAGE, [
        row("parsed", None, 1300), row("unknown_table", "scratch.<b>mine</b>", 7, "no such table"),
        row("unparsed", "select from", 12, "it can't be parsed as duckdb")])


def metrics() -> pa.Table:
    return table(schemas.MODEL_METRICS, [
        {"use_case": CASE, "model": model, "split": "outcome", "metric": metric, "value": value}
        for model, metric, value in [("outcome", "log_loss", 0.2134), ("base_rate", "log_loss", 0.2811),
                                     ("outcome", "auc", 0.8012), ("base_rate", "auc", 0.5)]])


class Shop:
    """The shop's storage: publishes what earlier steps would have."""

    def __init__(self, folder: Path) -> None:
        self.platforms = folder / "platforms"
        (self.platforms / PLATFORM).mkdir(parents=True)
        self.write_manifest(MANIFEST)
        self.store = ArtifactStore((folder / "storage").as_uri())

    def write_manifest(self, content: dict[str, Any]) -> None:
        (self.platforms / PLATFORM / "platform.yaml").write_text(yaml.safe_dump(content, sort_keys=False))

    def put(self, contract: Contract, content: pa.Table, partition: str = PARTITION, name: str = "") -> ArtifactRef:
        recipe = Recipe((), fingerprint(content.to_pylist()), "test")
        return self.store.publish(contract, content, platform=PLATFORM, partition=partition, name=name, recipe=recipe)

    def night(self, partition: str = PARTITION) -> Night:
        ref = self.put(schemas.DISCOVERED, discovered(), partition)
        return Night(PLATFORM, partition, (CASE,), False, "", ref, (tuple(ASSETS),))

    def value(self, content: pa.Table, partition: str = PARTITION) -> CaseRef:
        return CaseRef(CASE, self.put(schemas.VALUES, content, partition, CASE))

    def classified(self, partition: str = PARTITION) -> list[ArtifactRef]:
        return [self.put(schemas.COLUMNS, columns(), partition), self.put(schemas.TABLE_KINDS, kinds(), partition),
                self.put(schemas.RELATIONS, relations(), partition)]

    def gated(self, partition: str = PARTITION) -> list[ArtifactRef]:
        return [self.put(schemas.GATE, gate(), partition), self.put(schemas.ASSET_STATES, states(), partition),
                self.put(schemas.CHECKS, checks(), partition)]

    def used(self, partition: str = PARTITION) -> list[ArtifactRef]:
        return [self.put(schemas.USAGE, usage(), partition),
                self.put(schemas.LINEAGE, schemas.LINEAGE.schema.empty_table(), partition),
                self.put(schemas.LOG_COVERAGE, coverage(), partition)]

    def forecast(self, night: Night, values: list[CaseRef]) -> list[ArtifactRef]:
        """What the step `forecast` publishes of a night."""
        from assay.steps.forecast import forecast

        day = night.partition
        return forecast(night, values, self.classified(day), self.gated(day), self.used(day))
