"""Where the money comes from: from nothing to the full model asset by asset, by use case, and beside what assets cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assay.config.manifest import Platform
from assay.contracts import schemas
from assay.views.catalogue import catalogue
from assay.views.reading import Published, Reader

_WORTH = ("asset_id", "value", "ci_low", "ci_high", "unit", "share", "status", "reason", "removal_loss")
_Row = dict[str, Any]


@dataclass(frozen=True)
class MoneyView:
    """The money of one partition.

    Attributes:
        platform: Name of the manifest.
        partition: Local day.
        unit: Of `assets`.
        use_cases: Per use case: name, payoff (its type), unit, total (what the decision earns with all assets, less with none),
            assets (of `values` with a value, the highest first), unvalued (asset and reason).
        assets: asset_id, value, cost, net_value of the inventory's assets, by rank.
        notices: What a reader should know of the artifacts themselves.
    """

    platform: str
    partition: str
    unit: str
    use_cases: list[_Row]
    assets: list[_Row]
    notices: list[str]


def money(reader: Reader, platform: Platform, partition: str | None = None) -> MoneyView:
    """Where the money of a partition comes from.

    Raises:
        ArtifactMissing: If there is no inventory of the partition.
        StorageUnreachable: If shared storage doesn't answer.
    """
    found = catalogue(reader, platform, partition)
    published = Published(reader, platform.platform, found.partition)
    cases = []
    for case in platform.use_cases:
        rows = published.rows(schemas.VALUES, case.name, _WORTH)
        valued = sorted((row for row in rows if row["value"] is not None), key=lambda row: (-row["value"], row["asset_id"]))
        cases.append({
            "use_case": case.name, "payoff": case.payoff.type, "unit": rows[0]["unit"] if rows else None,
            "total": sum(row["value"] for row in valued) if valued else None, "assets": valued,
            "unvalued": [{"asset_id": row["asset_id"], "reason": row["reason"]} for row in rows if row["value"] is None]})
    assets = [{name: row[name] for name in ("asset_id", "value", "cost", "net_value")} for row in found.rows]
    return MoneyView(platform.platform, found.partition, found.unit, cases, assets, [*found.notices, *published.notices()])
