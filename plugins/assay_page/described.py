"""What the JSON API answers, for its OpenAPI description: columns of contracts with their meaning and unit."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from pydantic import BaseModel, Field, create_model

from assay.contracts import schemas
from assay.contracts.contract import Contract
from assay.views.catalogue import OF_ASSETS


def _kind(arrow: pa.DataType) -> Any:
    if pa.types.is_list(arrow):
        return list[_kind(arrow.value_type)]  # type: ignore[misc]
    for is_such, kind in ((pa.types.is_boolean, bool), (pa.types.is_integer, int), (pa.types.is_floating, float)):
        if is_such(arrow):
            return kind
    return dict[str, Any] if pa.types.is_struct(arrow) else str


def _fields(contract: Contract, names: tuple[str, ...] = (), *, null: bool = False) -> dict[str, Any]:
    """Fields of a model: those named, all by default; `null` where a row may lack them altogether."""
    out: dict[str, Any] = {}
    for column in contract.schema:
        if not names or column.name in names:
            told = {name.decode(): text.decode() for name, text in (column.metadata or {}).items()}
            meaning = ", in ".join(filter(None, (told.get("description"), told.get("unit"))))
            kind = _kind(column.type) | None if column.nullable or null else _kind(column.type)
            out[column.name] = (kind, Field(description=meaning))
    return out


def _model(name: str, contract: Contract, **more: Any) -> type[BaseModel]:
    return create_model(name, **(_fields(contract) | more))


Asset = create_model("Asset", **(
    _fields(schemas.INVENTORY) | _fields(schemas.ASSETS, OF_ASSETS, null=True) | {
        "share": (float | None, Field(description="of the value of all assets together")),
        "trend": (list[list[Any]], Field(description="partition and value, oldest first; partitions in which other use cases "
                                                     "were valued are left out")),
        "forecast_low": (float | None, Field(description="10 % quantile of the next window")),
        "forecast_high": (float | None, Field(description="90 % quantile of the next window")),
        "personal": (list[str], Field(description="columns with personal data, each with its kind"))}))


class Inventory(BaseModel):
    """A page of the ranked assets of one partition."""

    platform: str
    partition: str
    unit: str = Field(description="of all money: currency and window")
    value: float | None = Field(description="of all assets of the partition together; null where none is valued")
    cost: float = Field(description="of all assets of the partition together")
    total: int = Field(description="rows that the filters leave, over all pages")
    offset: int
    limit: int
    notices: list[str] = Field(description="what to know of the artifacts themselves")
    rows: list[Asset]  # type: ignore[valid-type]


class PlatformEntry(BaseModel):
    """A platform that the user may see."""

    platform: str
    title: str
    currency: str
    partitions: int = Field(description="that have an inventory")
    newest: str | None = Field(description="of these; null before the first night")


class Platforms(BaseModel):
    """All of them."""

    platforms: list[PlatformEntry]


class Day(BaseModel):
    """How a partition stands."""

    partition: str
    status: str = Field(description="ok, degraded, failed, running, missing")
    troubled: list[str] = Field(description="assets that are degraded, quarantined or missing")
    assets: int | None
    value: float | None
    unit: str | None


class Days(BaseModel):
    """Every day of a range."""

    platform: str
    days: list[Day]


_NAMED = {"Value": schemas.VALUES, "Forecast": schemas.FORECASTS, "ForecastScore": schemas.FORECAST_SCORES,
          "QualityScore": schemas.QUALITY_SCORES, "Incident": schemas.INCIDENTS, "Check": schemas.CHECKS,
          "Anomaly": schemas.ANOMALIES, "Suspect": schemas.SUSPECTS, "Relation": schemas.RELATIONS,
          "Lineage": schemas.LINEAGE, "Usage": schemas.USAGE, "Change": schemas.CHANGES}
_MODELS = {name: _model(name, contract) for name, contract in _NAMED.items() if name != "Value"}
_MODELS["Value"] = create_model("Value", **{name: field for name, field in _fields(schemas.VALUES).items() if name not in (
    "draws", "estimator", "evaluations", "standard_error")})
_MODELS["Column"] = create_model("Column", **(_fields(schemas.COLUMNS, null=True) | {
    "profile": (dict[str, Any] | None, Field(description="statistics, top_values, histogram; masked where personal")),
    "values": (list[dict[str, Any]], Field(description="rows of column_values, one a use case"))}))
_LISTS = {"columns": "Column", "values": "Value", "forecasts": "Forecast", "forecast_scores": "ForecastScore",
          "quality": "QualityScore", "incidents": "Incident", "checks": "Check", "anomalies": "Anomaly", "suspects": "Suspect",
          "relations": "Relation", "lineage": "Lineage", "usage": "Usage", "changes": "Change"}
AssetDetails = create_model("AssetDetails", platform=(str, ...), partition=(str, ...), unit=(str, ...), asset=(Asset, ...),
                            history=(list[dict[str, Any]], Field(description="use_case, partition, value, ci_low, ci_high")),
                            has_docs=(bool, Field(description="whether there are Data Docs")), notices=(list[str], ...),
                            **{name: (list[_MODELS[model]], ...) for name, model in _LISTS.items()})


class Money(BaseModel):
    """Where the money comes from."""

    platform: str
    partition: str
    unit: str
    use_cases: list[dict[str, Any]] = Field(description="use_case, payoff, unit, total, assets, unvalued")
    assets: list[dict[str, Any]] = Field(description="asset_id, value, cost, net_value, by rank")
    notices: list[str]


class Models(BaseModel):
    """How good models are."""

    platform: str
    partition: str
    use_cases: list[dict[str, Any]] = Field(description="use_case, champion, metrics, serving, calibration, assets, features, "
                                                       "forecasters")
    notices: list[str]


class Problem(BaseModel):
    """Why there is no answer."""

    detail: str = Field(description="one sentence that says what would do")
