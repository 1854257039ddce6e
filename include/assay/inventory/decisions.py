"""What people have decided about proposals: it holds as long as a proposal rests on the same grounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from assay.contracts.enums import Decision

Decisions = Mapping[tuple[str, str, str], "Decided"]


@dataclass(frozen=True)
class Decided:
    """One decision.

    Attributes:
        action: What was proposed.
        decision: approved or rejected.
        by: Who decided.
        at: When, as Airflow has recorded it.
        note: What they said of it, empty where nothing.
    """

    action: str
    decision: str
    by: str
    at: str
    note: str

    @property
    def sentence(self) -> str:
        """Who decided what, in one sentence."""
        who = f"by {self.by} on {self.at[:10]}"
        said = f" ({self.note.rstrip('. ')})" if self.note.strip() else ""
        if self.decision == Decision.APPROVED:
            return f"Approved {who}{said}, waiting to be done."
        return f"A proposal to {self.action} it was rejected {who}{said}."


def decisions_of(ledgers: Iterable[pa.Table]) -> Decisions:
    """Asset, action and grounds -> what was decided last.

    Args:
        ledgers: Tables of contract `decisions`, in the order of their partitions.
    """
    return {(row["asset_id"], row["action"], row["grounds"]):
            Decided(row["action"], row["decision"], row["decided_by"], row["decided_at"], row["note"])
            for table in ledgers for row in table.to_pylist()}
