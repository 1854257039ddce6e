"""`decisions_<platform>`: a person approves or rejects what an inventory proposes, one run a proposal.

This file only wires. A run waits for its answer for as long as it takes; it holds no worker meanwhile, and no night.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import DAG, Param, task

from assay.config import Platform, usable_platforms

MOST_WAITING = 1000  # runs of a platform that may wait at once


@task(retries=2)
def record(platform: str, answer: dict[str, Any], *, params: Any = None) -> None:
    """Writes down who decided what; the nights after the one that proposed it read it."""
    from assay.steps import decide as step

    step.record(platform, dict(params), answer)


def _form() -> dict[str, Param]:
    """What is known of a proposal; the task `ask` of a night fills it in."""
    said = {"asset_id": "Asset", "action": "What is proposed", "rule": "Rule of advice", "grounds": "What it rests on",
            "reason": "Why", "stake": "Money at stake, per window", "subject": "Question"}
    return {"partition": Param(type="string", format="date", title="Partition of the inventory that proposes it")} | {
        name: Param(type="string", title=title) for name, title in said.items()}


def build(manifest: Platform) -> DAG:
    """The DAG of one platform."""
    with DAG(
        dag_id=f"decisions_{manifest.platform}",
        description=f"Proposals about the data of {manifest.title or manifest.platform} that wait for a person",
        doc_md=f"### {manifest.title or manifest.platform}\n\nEach run is one proposal to merge or archive an asset. Approve "
               "or reject it under *Required Actions*, with a note if you like. "
               f"`inventory_{manifest.platform}` starts these runs.",
        schedule=None,
        start_date=datetime(2000, 1, 1),
        max_active_runs=MOST_WAITING,
        is_paused_upon_creation=False,  # it does nothing by itself, and questions that wait in a queue are never seen
        default_args={"owner": "assay"},
        params=_form(),
        tags=["assay", "decisions"],
    ) as dag:
        decide = HITLOperator(
            task_id="decide", options=["Approve", "Reject"], subject="{{ params.subject }}",
            body="{{ params.reason }}\n\nAt stake: {{ params.stake }}. Proposed by the rule `{{ params.rule }}` in the "
                 "inventory of {{ params.partition }}. Your answer changes no data: it is kept, and shown in later "
                 "inventories. Rejected, it is not proposed again while this holds: {{ params.grounds }}.",
            params={"note": Param("", type=["null", "string"], maxLength=500, title="Note",
                                  description="Why you decide so; kept with the decision.")},
            doc_md="Waits for a person to approve or reject the proposal, for as long as it takes.",
            # Airflow takes an answer that comes in the very second in which the task is parked for a crash: ask again
            retries=3, retry_delay=timedelta(seconds=5))
        record(manifest.platform, decide.output)
    return dag


DAGS = [build(manifest) for manifest in usable_platforms()]
