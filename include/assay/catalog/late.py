"""Source partitions that came or changed after nights had read what was there before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from assay.contracts.enums import LateKind

_Row = Mapping[str, Any]


@dataclass(frozen=True)
class Late:
    """A row of the contract LATE_DATA.

    Attributes:
        asset_id: The asset.
        source_partition: Label of its source partition.
        kind: Whether it came late, changed, or is gone.
        affected: Partitions that were run on what was there before, ascending.
    """

    asset_id: str
    source_partition: str
    kind: LateKind
    affected: tuple[str, ...]


def find_late(now: Iterable[_Row], before: Mapping[str, Iterable[_Row]]) -> list[Late]:
    """What nights read otherwise than it is now, by asset and label.

    Nothing is said of what is seen no more because it lies out of reach, of a source that can't be listed, and of a table
    without partitions, which is read as it is whatever the partition.

    Args:
        now: Rows of the newest `discovered`.
        before: Partition -> rows of its `discovered`, of earlier partitions.
    """
    current = {(row["asset_id"], row["source_partition"]): row for row in now if row["source_partition"]}
    first = dict(sorted(current, reverse=True))  # the smallest label of each asset comes last
    affected: dict[tuple[str, str, LateKind], list[str]] = defaultdict(list)
    for partition in sorted(before):
        known = {(row["asset_id"], row["source_partition"]): row for row in before[partition] if row["source_partition"]}
        last = dict(sorted(known))
        for place in sorted(current.keys() | known.keys()):
            asset, label = place
            if asset not in first or asset not in last or label < first[asset] or label > max(last[asset], partition):
                continue  # out of reach of one of the two
            kind = _differs(known.get(place), current.get(place))
            if kind is not None:
                affected[asset, label, kind].append(partition)
    return [Late(asset, label, kind, tuple(partitions)) for (asset, label, kind), partitions in sorted(affected.items())]


def _differs(before: _Row | None, now: _Row | None) -> LateKind | None:
    if now is not None and now["status"] == "outage":
        return None
    was, is_now = ((row["fingerprint"] or None) if row is not None and row["status"] == "ok" else None for row in (before, now))
    if was == is_now or (before is not None and before["status"] == "outage"):
        return None
    return LateKind.ARRIVED if was is None else LateKind.GONE if is_now is None else LateKind.CHANGED
