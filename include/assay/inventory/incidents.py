"""What is wrong with assets, one incident each, ordered by the money that it puts at stake.

An incident is opened when something is first found wrong with an asset, stays open as long as anything is, and resolves itself
when nothing is any more. What is at stake is the asset's value times the share of its newest rows that are affected: all of
them where the newest partition can't be used or as a whole isn't what it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from assay.contracts.enums import AnomalyKind, AssetStatus, IncidentStatus, Severity
from assay.contracts.quality import INCIDENTS
from assay.quality.validate import failure

_Row = Mapping[str, Any]
_UNUSABLE = frozenset({AssetStatus.QUARANTINED, AssetStatus.MISSING})
_SHARES = frozenset({AnomalyKind.NULL_SHARE, AnomalyKind.UNSEEN_SHARE, AnomalyKind.ZERO_SHARE, AnomalyKind.NEGATIVE_SHARE})


@dataclass(frozen=True)
class _Finding:
    """One thing that is wrong with an asset.

    Attributes:
        severity: critical where the newest partition is not used because of it.
        share: Of the newest partition's rows, 0..1.
        reason: One sentence.
        sure: It is known to be wrong, and doesn't just look unusual.
    """

    severity: Severity
    share: float
    reason: str
    sure: bool = True


def incidents(partition: str, states: pa.Table, checks: pa.Table, anomalies: Iterable[pa.Table], inventory: pa.Table,
              assets: pa.Table, earlier: pa.Table | None) -> pa.Table:
    """Contract `incidents`: those that are opened, still open, or resolved in this partition, the most money first.

    Args:
        partition: Of the run.
        states: Contract `asset_states`.
        checks: Contract `checks`.
        anomalies: Contract `anomalies`, of any assets.
        inventory: Contract `inventory`, which says what assets are worth.
        assets: Contract `assets`, which says who answers for them where their suites don't.
        earlier: The same of the newest earlier partition, if there is one.
    """
    found: dict[str, list[_Finding]] = defaultdict(list)
    for asset, finding in (*_of_states(states), *_of_checks(checks), *_of_anomalies(anomalies)):
        found[asset].append(finding)
    owners = {row["asset_id"]: row["owner"] for table in (assets, checks) for row in table.to_pylist() if row["owner"]}
    worth = {row["asset_id"]: (row["value"], row["unit"]) for row in inventory.to_pylist()}
    open_before = {row["asset_id"]: row for row in earlier.to_pylist() if row["status"] != IncidentStatus.RESOLVED} \
        if earlier is not None else {}
    rows = [_row(asset, partition, findings, worth.get(asset, (None, "")), open_before.get(asset))
            | {"owner": owners.get(asset)} for asset, findings in found.items()]
    rows += [before | {"partition": partition, "status": str(IncidentStatus.RESOLVED), "findings": 0, "reasons": [],
                       "affected_share": 0.0, "at_stake": None if before["at_stake"] is None else 0.0}
             for asset, before in open_before.items() if asset not in found]
    rows.sort(key=lambda row: (row["at_stake"] is None, -(row["at_stake"] or 0.0), row["severity"], row["asset_id"]))
    return pa.Table.from_pylist(rows, schema=INCIDENTS.schema)


def _row(asset: str, partition: str, findings: Sequence[_Finding], worth: tuple[float | None, str],
         before: _Row | None) -> dict[str, Any]:
    ordered = sorted(findings, key=lambda finding: (finding.severity, -finding.share, finding.reason))
    share, (value, unit) = max(finding.share for finding in findings), worth
    return {"asset_id": asset, "partition": partition, "opened": before["opened"] if before else partition,
            "status": str(IncidentStatus.OPEN if before else IncidentStatus.OPENED), "severity": str(ordered[0].severity),
            "confirmed": any(finding.sure for finding in findings), "findings": len(ordered), "affected_share": share,
            "at_stake": None if value is None else max(value, 0.0) * share, "unit": unit,
            "reason": ordered[0].reason, "reasons": list(dict.fromkeys(finding.reason for finding in ordered))}


def _of_states(states: pa.Table) -> Iterator[tuple[str, _Finding]]:
    """Assets that stand otherwise than they should."""
    for row in states.to_pylist():
        if row["reason"]:
            severity = Severity.CRITICAL if row["status"] in _UNUSABLE else Severity.WARNING
            yield row["asset_id"], _Finding(severity, 1.0, row["reason"])


def _of_checks(checks: pa.Table) -> Iterator[tuple[str, _Finding]]:
    """Expectations that the newest partition doesn't meet."""
    for row in checks.to_pylist():
        if not row["success"]:
            share = row["unexpected_ratio"] if row["unexpected_ratio"] is not None else 1.0
            yield row["asset_id"], _Finding(Severity(row["severity"]), share, failure(row))


def _of_anomalies(anomalies: Iterable[pa.Table]) -> Iterator[tuple[str, _Finding]]:
    """What is unusual; of shares the part beyond what is usual is affected."""
    for table in anomalies:
        for row in table.to_pylist():
            share = 1.0
            if row["kind"] in _SHARES:
                share = min(1.0, max(row["observed"] - max(row["high"], 0.0), row["low"] - row["observed"], 0.0))
            elif row["kind"] == AnomalyKind.ROWS and row["observed"] < row["low"]:
                share = 1 - row["observed"] / row["low"]
            of = f"{row['column']}: " if row["column"] else ""
            yield row["asset_id"], _Finding(Severity.WARNING, share, f"{of}{row['reason']}", sure=False)
