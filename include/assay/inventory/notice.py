"""What somebody is told of incidents: each once when it opens, and once when it has resolved itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import fsum
from typing import Any

from assay.contracts.enums import IncidentStatus, Severity
from assay.inventory.wording import amount

_Row = Mapping[str, Any]
_MOST = 20  # incidents that are told one by one


@dataclass(frozen=True)
class Notice:
    """One message about several incidents.

    Attributes:
        title: One line.
        lines: One an incident, the most money first.
    """

    title: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """As plain text."""
        return "\n".join([self.title, *(f"- {line}" for line in self.lines)])

    @property
    def html(self) -> str:
        """As a fragment of HTML; what comes from data is escaped."""
        return f"<p>{escape(self.title)}</p><ul>{''.join(f'<li>{escape(line)}</li>' for line in self.lines)}</ul>"


def untold(incidents: Sequence[_Row], told: Sequence[_Row], at_stake: float) -> list[_Row]:
    """Incidents of which somebody is still to be told: new ones, and the end of those that they were told of.

    Args:
        incidents: Rows of the contract `incidents`.
        told: Rows of the contract `notifications` that went the same way.
        at_stake: Money from which a warning is told; critical ones always are.
    """
    known = {(row["asset_id"], row["opened"], row["resolved"]) for row in told}
    out = []
    for row in incidents:
        over = row["status"] == IncidentStatus.RESOLVED
        matters = row["severity"] == Severity.CRITICAL or (row["at_stake"] or 0.0) >= at_stake
        due = (row["asset_id"], row["opened"], False) in known if over else matters
        if due and (row["asset_id"], row["opened"], over) not in known:
            out.append(row)
    return out


def notice(platform: str, partition: str, incidents: Sequence[_Row]) -> Notice:
    """One message about incidents, in the order in which they are given.

    Args:
        platform: Title or name of the platform.
        partition: Of the run.
        incidents: Rows of the contract `incidents`, at least one.
    """
    opened = [row for row in incidents if row["status"] != IncidentStatus.RESOLVED]
    counts = [f"{len(rows)} {word}" for rows, word in (
        (opened, "incident" if len(opened) == 1 else "incidents"), (incidents[len(opened):], "resolved")) if rows]
    known = [row["at_stake"] for row in opened if row["at_stake"] is not None]
    stake = f"; {amount(fsum(known))} {opened[0]['unit']} at stake" if known else ""
    lines = [_line(row) for row in incidents[:_MOST]]
    if len(incidents) > _MOST:
        lines.append(f"and {len(incidents) - _MOST} more")
    return Notice(f"{platform}, {partition}: {', '.join(counts)}{stake}", tuple(lines))


def _line(row: _Row) -> str:
    if row["status"] == IncidentStatus.RESOLVED:
        return f"{row['asset_id']}: resolved, was {row['reason']}"
    stake = "" if row["at_stake"] is None else f", {amount(row['at_stake'])} {row['unit']} at stake"
    since = "" if row["status"] == IncidentStatus.OPENED else f" since {row['opened']}"
    more = f" (and {len(row['reasons']) - 1} more)" if len(row["reasons"]) > 1 else ""
    owner = f", of {row['owner']}" if row["owner"] else ""
    return f"{row['asset_id']}{owner}: {row['severity']}{since}{stake}: {row['reason']}{more}"
