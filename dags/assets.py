"""Names under which Airflow knows what a platform publishes: one asset per artifact that others wait for."""

from __future__ import annotations

from airflow.sdk import Asset


def artifact(platform: str, contract: str) -> Asset:
    """The Airflow asset of one artifact, e.g. `complete_journey.inventory`; its events carry the partition as key."""
    return Asset(name=f"{platform}.{contract}", uri=f"assay://{platform}/{contract}", group="assay")
