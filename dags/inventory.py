"""`inventory_<platform>`, one DAG per manifest: from what the sources hold to a ranked, valued inventory.

This file only wires: every task calls one function of `assay.steps`, imported inside the task, and hands on references.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from inspect import getdoc
from itertools import chain
from typing import TYPE_CHECKING, Any

from airflow.sdk import DAG, CronPartitionTimetable, ExceptionRetryPolicy, Param, RetryAction, RetryRule, task
from airflow.sdk.exceptions import AirflowSkipException

from assay.config import Platform, usable_platforms
from assay.errors import SourceEnded
from assets import artifact
from starting import StartRun

if TYPE_CHECKING:
    from assay.contracts.refs import ArtifactRef, CaseRef, Night

RETRY_POLICY = ExceptionRetryPolicy(rules=[
    RetryRule(exception="assay.errors.SourceUnavailable", action=RetryAction.RETRY, reason="an outage may pass"),
    RetryRule(exception="assay.errors.AssayError", action=RetryAction.FAIL, reason="bad input stays bad: mend it, then clear"),
    RetryRule(exception="builtins.OSError", action=RetryAction.RETRY, reason="storage or network may come back"),
])
DEFAULTS = {
    "owner": "assay", "retries": 2, "retry_delay": timedelta(seconds=30), "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=10), "retry_policy": RETRY_POLICY,
}
def _flat(groups: Iterable[Iterable[ArtifactRef]]) -> list[ArtifactRef]:
    """References of all mapped instances in one list; Airflow hands their results over lazily."""
    return list(chain.from_iterable(list(group) for group in groups))


@task
def discover(platform: str, *, dag_run: Any = None, params: Any = None, ti: Any = None,
             outlet_events: Any = None) -> list[list[str]]:
    """**Data collection.** Resolves the run's partition, once, and lists what the sources hold, with schema and drift.

    Returns the batches of assets that the mapped tasks work on; the XCom `night` tells every later task what this run is.
    """
    from assay.steps import discover as step

    try:
        night = step.discover(platform, partition_key=dag_run.partition_key, requested=params["partition"],
                              use_cases=list(params["use_cases"]), retrain=params["retrain"], note=params["note"] or "",
                              retune=params["retune"], audit=params["audit"])
    except SourceEnded as ended:
        if dag_run.run_type == "manual":
            raise
        raise AirflowSkipException(str(ended)) from ended
    ti.xcom_push("night", night)
    _announce(outlet_events, night, night.discovered)
    return [list(batch) for batch in night.batches]


@task
def ingest(night: Night, batch: list[str]) -> list[ArtifactRef]:
    """**Data collection.** Copies each asset's source partitions into shared storage; a bad file harms its asset alone."""
    from assay.steps import ingest as step

    return step.ingest(night, batch)


@task
def profile(night: Night, histories: list[ArtifactRef]) -> list[ArtifactRef]:
    """**Preprocessing and analysis.** Counts values per column into mergeable states; personal values are masked."""
    from assay.steps import profile as step

    return step.profile(night, list(histories))


@task
def classify(night: Night, states: Iterable[list[ArtifactRef]]) -> list[ArtifactRef]:
    """**Identify purpose.** Finds each column's meaning, personal data and role, and how the assets are related."""
    from assay.steps import classify as step

    return step.classify(night, _flat(states))


@task
def usage(night: Night) -> list[ArtifactRef]:
    """**Identify purpose.** Reads the platform's query logs: who uses which asset, what is never used, what flows where."""
    from assay.steps import usage as step

    return step.usage(night)


@task
def check(night: Night, histories: list[ArtifactRef]) -> list[ArtifactRef]:
    """**Data quality.** Runs the Great Expectations suites of the platform on every partition in reach; writes Data Docs."""
    from assay.steps import check as step

    return step.check(night, list(histories))


@task
def gate(night: Night, histories: Iterable[list[ArtifactRef]], checks: Iterable[list[ArtifactRef]], *,
         outlet_events: Any = None) -> list[ArtifactRef]:
    """**Data quality.** Decides which partitions are usable; a failed critical expectation falls back to the last good one."""
    from assay.steps import gate as step

    gated = step.gate(night, _flat(histories), _flat(checks))
    _announce(outlet_events, night, gated[2])
    return gated


@task
def build_features(night: Night, gated: list[ArtifactRef], classified: list[ArtifactRef]) -> list[CaseRef]:
    """**Preprocessing.** Builds point-in-time features per asset: nothing that was not known at the cut-off is read."""
    from assay.steps import build_features as step

    return step.build_features(night, gated, classified)


@task
def train(night: Night, features: list[CaseRef]) -> list[CaseRef]:
    """**Model training.** Fits the outcome model, one encoder per asset, on windows up to the cut-off; the best one serves."""
    from assay.steps import champion
    from assay.steps import train as step

    models = step.train(night, features)
    champion.choose(night, features, models)
    return models


@task
def extract(night: Night, features: list[CaseRef], models: list[CaseRef]) -> list[CaseRef]:
    """**Feature extraction.** Writes the model's embeddings of entities and assets, and explains some of its predictions."""
    from assay.steps import extract as step

    return step.extract(night, features, models)


@task
def value(night: Night, features: list[CaseRef], models: list[CaseRef], classified: list[ArtifactRef], *,
          outlet_events: Any = None) -> list[CaseRef]:
    """**Prediction.** Money each asset and column earns: Shapley and Owen values on the held-out window, with intervals."""
    from assay.steps import value as step

    values = step.value(night, features, models, classified)
    if night.audit:
        from assay.steps import audit

        audit.audit(night, features, models, values)
    published = [case.ref for case in values if case.ref is not None]
    if published:
        _announce(outlet_events, night, *published)
    return values


@task
def forecast(night: Night, values: list[CaseRef], classified: list[ArtifactRef], gated: list[ArtifactRef],
             used: list[ArtifactRef], *, outlet_events: Any = None) -> list[ArtifactRef]:
    """**Future value and evaluation.** Forecasts values by what did best before, and scores earlier forecasts."""
    from assay.steps import forecast as step

    forecasts = step.forecast(night, values, classified, gated, used)
    _announce(outlet_events, night, forecasts[0])
    return forecasts


@task
def publish(night: Night, classified: list[ArtifactRef], gated: list[ArtifactRef], values: list[CaseRef],
            forecasts: list[ArtifactRef], used: list[ArtifactRef], *, outlet_events: Any = None) -> ArtifactRef:
    """**The inventory.** Ranks the assets with an action and a reason each, and writes the catalogue and the report."""
    from assay.steps import publish as step
    from assay.steps.headline import headline

    inventory = step.publish(night, classified, gated, values, forecasts, used)
    _announce(outlet_events, night, inventory, **headline(inventory))
    return inventory


@task
def propose(night: Night, inventory: ArtifactRef) -> list[dict[str, Any]]:
    """**Operations.** Lists what would merge or archive an asset: `ask` starts a run of `decisions_<platform>` for each."""
    from assay.steps import decide as step

    return step.propose(night, inventory)


@task
def late(night: Night) -> list[dict[str, Any]]:
    """**Operations.** Lists partitions whose data came late: `rerun` runs them again, some each night."""
    from assay.steps import late as step

    return step.late_runs(night)


@task
def reconcile(night: Night) -> None:
    """**Operations.** Folds the ledgers of later partitions again where this one was run after them."""
    from assay.steps import late as step

    step.fold_later(night)


@task
def notify(night: Night) -> None:
    """**Operations.** Tells those whom the manifest names of new and resolved incidents, each once."""
    from assay.steps import notify as step

    step.notify(night)


@task
def export(night: Night) -> list[ArtifactRef]:
    """**Operations.** Writes the inventory in the formats of other tools that the manifest names."""
    from assay.steps import export as step

    return step.export(night)


def _announce(events: Any, night: Night, *refs: ArtifactRef, **extra: Any) -> None:
    """Attach rows and partition to the event of the task's Airflow asset; partitioned events need their key."""
    event = events[artifact(night.platform, refs[0].contract)]
    event.extra = {"partition": night.partition, "rows": sum(ref.row_count for ref in refs), **extra}
    event.add_partitions(night.partition)


def _form(manifest: Platform) -> dict[str, Param]:
    """The trigger form."""
    names = [case.name for case in manifest.use_cases]
    return {
        "partition": Param(
            None, type=["null", "string"], format="date", title="Partition",
            description="Local day to take stock of, YYYY-MM-DD. Empty: the newest whole day of the source. "
                        "A partition key given under Advanced Options wins over this field."),
        "use_cases": Param(
            names, type="array", items={"type": "string", "enum": names} if names else {"type": "string"}, examples=names,
            title="Use cases",
            description="Decisions for which the assets are valued. The catalogue is made in any case; none chosen means all."),
        "retrain": Param(
            False, type="boolean", title="Train again",
            description="Train the models even where data, configuration and code are unchanged. Off: reuse what stands."),
        "retune": Param(
            False, type="boolean", title="Search parameters",
            description="Search the models' parameters on the validation window of the base models; what is found serves from "
                        "this partition on, if it is better. It changes no value, and takes minutes."),
        "audit": Param(
            False, type="boolean", title="Audit by training again",
            description="Train again without the two most and the two least valuable assets of each use case, and write what "
                        "that earns beside what the masked model says into model_metrics. It changes no value."),
        "note": Param(
            "", type=["null", "string"], maxLength=500, title="Note",
            description="Why you start this run; kept with it, changes no result."),
    }


def _describe(manifest: Platform) -> str:
    cases = "\n".join(f"- `{case.name}`: {case.payoff.type}" for case in manifest.use_cases) or "- none: assets stay `unvalued`"
    return f"""### {manifest.title or manifest.platform}

{manifest.note}

Each run takes stock of one *partition*, a local day ({manifest.timezone}): what data assets there are, what state they are
in, what each is worth in {manifest.currency}, what it will be worth, and what to do about it. Scheduled runs work on the day
before; the same partition run twice gives the same bytes.

Use cases:

{cases}
"""


def _mapped(step: Any) -> Any:
    """`step` with its docstring as documentation, which Airflow gives only to tasks that are not mapped."""
    return step.override(doc_md=getdoc(step.function))


def build(manifest: Platform) -> DAG:
    """The DAG of one platform."""

    def outlet(contract: str) -> dict[str, Any]:
        return {"outlets": [artifact(manifest.platform, contract)]}

    with DAG(
        dag_id=f"inventory_{manifest.platform}",
        description=f"Nightly inventory of {manifest.title or manifest.platform}",
        doc_md=_describe(manifest),
        schedule=CronPartitionTimetable(manifest.schedule, timezone=manifest.timezone, run_offset=-1, key_format="%Y-%m-%d"),
        start_date=datetime(2000, 1, 1),  # a run before it would end "success" without a single task
        catchup=False,
        max_active_runs=1,  # ledgers fold partitions in the order in which they are run
        default_args=DEFAULTS,
        params=_form(manifest),
        tags=["assay", "inventory"],
    ) as dag:
        batches = discover.override(**outlet("discovered"))(manifest.platform)
        night = batches["night"]
        histories = _mapped(ingest).partial(night=night).expand(batch=batches)
        states = _mapped(profile).partial(night=night).expand(histories=histories)
        classified = classify(night, states)
        used = usage(night)
        checks = _mapped(check).partial(night=night).expand(histories=histories)
        gated = gate.override(**outlet("checks"))(night, histories, checks)
        features = build_features(night, gated, classified)
        models = train(night, features)
        extract(night, features, models)
        values = value.override(**outlet("values"))(night, features, models, classified)
        forecasts = forecast.override(**outlet("forecasts"))(night, values, classified, gated, used)
        inventory = publish.override(**outlet("inventory"))(night, classified, gated, values, forecasts, used)
        StartRun.partial(
            task_id="ask", trigger_dag_id=f"decisions_{manifest.platform}", skip_when_already_exists=True,
            doc_md="**Operations.** Asks a person about each proposal, once, in a run of its own for which no night waits.",
        ).expand_kwargs(propose(night, inventory))
        if manifest.notify:
            inventory >> notify(night)
        if manifest.exports:
            inventory >> export(night)
        if manifest.late_data.mode == "recompute":
            inventory >> reconcile(night)
            found = late(night)
            inventory >> found
            StartRun.partial(
                task_id="rerun", trigger_dag_id=dag.dag_id, skip_when_already_exists=True,
                doc_md="**Operations.** Starts a run for each partition whose data came late; they wait for this one to end.",
            ).expand_kwargs(found)
    return dag


DAGS = [build(manifest) for manifest in usable_platforms()]
