"""A record of each asset as GB/T 40685-2021 asks for one: basic, business, management and value elements, and quality.

Source: GB/T 40685-2021 (data asset management), GB/T 37550-2019 (quality dimensions).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from assay.contracts.enums import Dimension, RelationKind
from assay.contracts.worth import RECORDS
from assay.quality.scores import dimension_scores

_Row = Mapping[str, Any]

# element -> its name in the standard's language, by block
ELEMENTS: Mapping[str, Mapping[str, str]] = {
    "basic": {
        "identifier": "资产标识", "description": "资产描述", "kind": "资产类型", "location": "存储位置", "format": "数据格式",
        "rows": "记录数", "bytes": "数据量", "columns": "字段数", "first_partition": "起始日期",
        "last_partition": "更新日期", "freshness_hours": "更新滞后（小时）"},
    "business": {
        "domain": "业务主题", "potential_uses": "潜在用途", "use_reasons": "用途依据", "use_cases": "使用场景",
        "related_assets": "关联资产"},
    "management": {
        "owner": "责任人", "tier": "资产等级", "status": "资产状态", "personal_data": "个人信息",
        "schema_change": "结构变更", "last_good_partition": "最近可用版本"},
    "value": {
        "value": "当前价值", "interval": "价值区间", "forecast": "下期价值", "present_value": "现值", "cost": "成本",
        "net_value": "净价值", "value_status": "价值状态", "action": "处置建议", "reason": "建议依据"},
    "quality": {
        "score": "质量得分", Dimension.CONFORMITY: "规范性", Dimension.COMPLETENESS: "完整性",
        Dimension.ACCURACY: "准确性", Dimension.CONSISTENCY: "一致性", Dimension.TIMELINESS: "时效性",
        Dimension.ACCESSIBILITY: "可访问性"},
}


def records(assets: pa.Table, inventory: pa.Table, relations: pa.Table, scores: pa.Table) -> pa.Table:
    """Contract `records`: every element of every asset, those that are not known without a value.

    Args:
        assets: Contract `assets`.
        inventory: Contract `inventory`, of the same assets.
        relations: Contract `relations`.
        scores: Contract `quality_scores`.
    """
    ranked = {row["asset_id"]: row for row in inventory.to_pylist()}
    related = _related(relations.to_pylist())
    quality = dimension_scores(scores)
    rows = [row for asset in assets.to_pylist()
            for row in _of_asset(asset, ranked.get(asset["asset_id"], {}), related[asset["asset_id"]],
                                 quality.get(asset["asset_id"], {}))]
    return pa.Table.from_pylist(rows, schema=RECORDS.schema)


def _related(rows: Sequence[_Row]) -> dict[str, list[str]]:
    """Assets that each asset refers to or is a copy of, in words, ascending."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        how = "copy of" if row["kind"] == RelationKind.DUPLICATE else row["kind"].replace("_", " ")
        found[row["from_asset"]].add(f"{how} {row['to_asset']}")
    return defaultdict(list, {asset: sorted(said) for asset, said in found.items()})


def _of_asset(asset: _Row, ranked: _Row, related: Sequence[str], quality: Mapping[str, float]) -> Iterator[dict[str, Any]]:
    said: Mapping[str, Mapping[str, Any]] = {
        "basic": {"identifier": asset["asset_id"], "rows": asset["row_count"], "columns": asset["n_columns"], **asset},
        "business": {**asset, "use_cases": ranked.get("usage"), "related_assets": related},
        "management": {**asset, "personal_data": asset["pii_level"]},
        "value": {**ranked, "interval": _interval(ranked)},
        "quality": {"score": ranked.get("quality_score"), **quality},
    }
    for block, elements in ELEMENTS.items():
        for element, name in elements.items():
            yield {"asset_id": asset["asset_id"], "block": block, "element": str(element), "element_zh": name,
                   "value": _text(said[block].get(element)), "unit": _unit(block, element, ranked)}


def _interval(ranked: _Row) -> str | None:
    return None if ranked.get("ci_low") is None else f"{ranked['ci_low']:.2f} to {ranked['ci_high']:.2f}"


def _text(value: Any) -> str | None:
    """A value as text; what is empty is not known."""
    if value is None or value == "" or value == []:
        return None
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _unit(block: str, element: str, ranked: _Row) -> str | None:
    if block == "value" and element in ("value", "interval", "forecast", "cost", "net_value"):
        return ranked.get("unit")
    if block == "value" and element == "present_value":
        return str(ranked["unit"]).split("/", 1)[0] if ranked.get("unit") else None
    return {"rows": "row", "bytes": "byte", "freshness_hours": "hour"}.get(element)
