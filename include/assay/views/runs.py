"""How the partitions of a platform stand, day by day."""

from __future__ import annotations

from calendar import monthcalendar
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from assay.contracts import schemas
from assay.contracts.enums import AssetStatus
from assay.contracts.labels import parse_label
from assay.errors import PartitionError
from assay.views.reading import Published, Reader

MOST_DAYS = 3660
_GOOD = frozenset({AssetStatus.OK, AssetStatus.UNCHANGED})


class DayStatus(StrEnum):
    """How a partition stands."""

    OK = "ok"
    DEGRADED = "degraded"  # there is an inventory; some assets could not be read, or not as they should be
    FAILED = "failed"  # the newest run failed; an inventory that stands is of an earlier one
    RUNNING = "running"
    MISSING = "missing"  # nobody has run it


def days(reader: Reader, platform: str, since: str | None = None, until: str | None = None,
         runs: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """Every day of a range: partition, status, assets that are not as they should be, value and assets of the inventory.

    Args:
        reader: Of shared storage.
        platform: Name of the manifest.
        since: First day, by default the first with an inventory.
        until: Last day, by default the last with an inventory or a run.
        runs: State of the newest run by partition, as Airflow calls it, where it is known.

    Raises:
        PartitionError: If a day is no date, or the range is longer than ten years.
        StorageUnreachable: If shared storage doesn't answer.
    """
    known = reader.partitions(platform)
    # a run that succeeded without an inventory was skipped: the source has no such day
    states = {day: state for day, state in (runs or {}).items() if state != "success"}
    seen = sorted([*known, *states])
    if not seen:
        return []
    first, last = _day(since or seen[0]), _day(until or seen[-1])
    if (last - first).days >= MOST_DAYS:
        raise PartitionError(first.isoformat(), f"lies more than {MOST_DAYS:,} days before {last}", "ask for fewer days")
    every = [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]
    published = set(known)
    return [_told(reader, platform, day, states.get(day)) if day in published else
            {"partition": day, "status": _without(states.get(day)), "troubled": [], "assets": None, "value": None, "unit": None}
            for day in every]


def _day(text: str) -> date:
    found = parse_label(text)
    if found is None:
        raise PartitionError(text, "is not a date", "write it as YYYY-MM-DD")
    return found


def _without(state: str | None) -> DayStatus:
    if state in ("running", "queued"):
        return DayStatus.RUNNING
    return DayStatus.FAILED if state == "failed" else DayStatus.MISSING


def _told(reader: Reader, platform: str, day: str, state: str | None) -> dict[str, Any]:
    published = Published(reader, platform, day)
    key = ("day", platform, day, published.fingerprints((schemas.INVENTORY,)))
    told = reader.remember_small(key, partial(_summary, published))
    status = DayStatus.DEGRADED if told["troubled"] else DayStatus.OK
    if state in ("running", "queued"):
        status = DayStatus.RUNNING
    elif state == "failed":
        status = DayStatus.FAILED  # what stands is of an earlier run
    return {"partition": day, "status": status} | told


def _summary(published: Published) -> dict[str, Any]:
    rows = published.rows(schemas.INVENTORY, columns=("asset_id", "status", "value", "unit"))
    values = [row["value"] for row in rows if row["value"] is not None]
    return {"troubled": [row["asset_id"] for row in rows if row["status"] not in _GOOD], "assets": len(rows),
            "value": sum(values) if values else None, "unit": rows[0]["unit"] if rows else None}


def months(found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Days by month, the newest first: month (YYYY-MM), and its weeks from Monday on, None where a day isn't in the range."""
    by_month: dict[str, dict[int, Mapping[str, Any]]] = {}
    for day in found:
        by_month.setdefault(day["partition"][:7], {})[int(day["partition"][8:])] = day
    return [{"month": month, "weeks": [[by_month[month].get(number) for number in week]
                                       for week in monthcalendar(int(month[:4]), int(month[5:]))]}
            for month in sorted(by_month, reverse=True)]
