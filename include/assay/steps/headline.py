"""What an inventory says in two numbers, for the event of its Airflow asset."""

from __future__ import annotations

from assay.contracts.refs import ArtifactRef
from assay.storage import open_store


def headline(inventory: ArtifactRef) -> dict[str, float]:
    """Sum of the values that are known, in the platform's currency per window, and how many assets have one."""
    known = [v for v in open_store().read(inventory, columns=["value"]).column("value").to_pylist() if v is not None]
    return {"valued": len(known), "total_value": round(sum(known), 2)}
