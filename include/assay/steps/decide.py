"""Proposals to merge or archive an asset, and what a person has decided about them.

The task `propose` hands every proposal that nobody was asked about to a run of its own of the DAG `decisions_<platform>`. There
a person decides, however late; `record` writes down who decided what, for the nights after the one that proposed it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

from assay.contracts.enums import Decision
from assay.contracts.refs import ArtifactRef, Night
from assay.storage import ArtifactStore, Recipe, code_fingerprint, fingerprint, open_store

logger = logging.getLogger(__name__)

MODULES = ("assay.steps.decide",)
APPROVE, REJECT = "Approve", "Reject"  # Airflow's own words for them
ASKED = ("partition", "asset_id", "action", "rule", "grounds", "reason")  # what is known of a proposal
_UNFIT = re.compile(r"[^A-Za-z0-9_.~-]+")  # for the id of a run


def earlier_decisions(store: ArtifactStore, platform: str, partition: str) -> list[ArtifactRef]:
    """What was decided about the proposals of earlier partitions, in the order of these."""
    from assay.contracts.schemas import DECISIONS

    found = [artifact for artifact in store.artifacts(platform, DECISIONS) if artifact.partition < partition]
    return [store.get(DECISIONS, platform, one.partition, one.name)
            for one in sorted(found, key=lambda artifact: (artifact.partition, artifact.name))]


def propose(night: Night, inventory: ArtifactRef) -> list[dict[str, Any]]:
    """The proposals of a night that wait for a person, each as the run of `decisions_<platform>` that asks about it.

    A run is named by asset, action and grounds: the same question is never asked twice, however many nights it waits. Nobody
    is asked about a partition behind which a newer one has been run.

    Args:
        night: The run.
        inventory: Contract `inventory`.

    Returns:
        Per proposal `trigger_run_id`, and as `conf` what is known of it: `ASKED`, `stake` and `subject`.
    """
    from assay.contracts.schemas import INVENTORY
    from assay.inventory.wording import amount

    store = open_store()
    if max(store.partitions(INVENTORY, night.platform)) > night.partition:
        logger.info("a newer partition has been run: nobody is asked about %s", night.partition)
        return []
    asked = []
    for row in store.read(inventory).to_pylist():
        if row["decision"] == Decision.WAITING:
            known = {name: row[name] for name in ASKED if name in row} | {"partition": night.partition}
            stake = "unknown" if row["at_stake"] is None else f"{amount(row['at_stake'])} {row['unit']}"
            asked.append({"trigger_run_id": _run_id(row), "conf": known | {
                "stake": stake, "subject": f"{row['action'].capitalize()} {row['asset_id']}?"}})
    logger.info("%d proposals wait for a decision", len(asked))
    return asked


def _run_id(row: Mapping[str, Any]) -> str:
    what = fingerprint(row["asset_id"], row["action"], row["grounds"])[:12]
    return f"{row['action']}__{_UNFIT.sub('_', row['asset_id'])[:120]}__{what}"


def record(platform: str, proposal: Mapping[str, str], answer: Mapping[str, Any]) -> ArtifactRef:
    """Write down who decided what, as `decisions/<asset>/<rule>` of the partition that proposed it.

    Args:
        platform: Name of the manifest.
        proposal: What is known of the proposal, `ASKED`.
        answer: Airflow's: `chosen_options`, `params_input` with a `note`, `responded_at`, `responded_by_user`.
    """
    import pyarrow as pa

    from assay.contracts.schemas import DECISIONS

    user, (chosen,) = answer["responded_by_user"] or {}, answer["chosen_options"]
    row = {name: proposal[name] for name in ASKED} | {
        "decision": str(Decision.APPROVED if chosen == APPROVE else Decision.REJECTED),
        "decided_by": user.get("name") or user.get("id") or "unknown", "decided_at": _instant(answer["responded_at"]),
        "note": str((answer["params_input"] or {}).get("note") or "").strip()}
    logger.info("%s of %s was %s by %s", row["action"], row["asset_id"], row["decision"], row["decided_by"])
    return open_store().publish(
        DECISIONS, pa.Table.from_pylist([row], schema=DECISIONS.schema), platform=platform, partition=proposal["partition"],
        name=f"{proposal['asset_id']}/{proposal['rule']}", recipe=Recipe((), fingerprint(row), code_fingerprint(*MODULES)))


def _instant(moment: Any) -> str:
    """A moment as ISO 8601 in UTC, to the second; it crosses XCom as an object or as text."""
    from datetime import UTC, datetime

    found = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return found.astimezone(UTC).isoformat(timespec="seconds")
