"""Parse the DAG files as Airflow's dag processor does and print what they hold as JSON; run in a process of its own."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "dags"


def parse() -> dict[str, Any]:
    from airflow.dag_processing.dagbag import BundleDagBag

    bag = BundleDagBag(dag_folder=str(FOLDER), bundle_path=FOLDER, bundle_name="dags-folder")
    return {"dags": {dag_id: describe(dag) for dag_id, dag in bag.dags.items() if dag_id.startswith("inventory_")},
            "decisions": {name: describe_decisions(dag) for name, dag in bag.dags.items() if name.startswith("decisions_")},
            "import_errors": bag.import_errors}


def describe(dag: Any) -> dict[str, Any]:
    from airflow.serialization.serialized_objects import DagSerialization

    stored = DagSerialization.deserialize_dag(DagSerialization.serialize_dag(dag))  # what the scheduler works with
    return {
        "edges": {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks},
        "mapped": sorted(task.task_id for task in dag.tasks if task.is_mapped),
        "outlets": {task.task_id: [asset.uri for asset in task.outlets] for task in dag.tasks if task.outlets},
        "docs": {task.task_id: task.doc_md for task in dag.tasks} | {"": dag.doc_md},
        "retries": {task.task_id: task.retries for task in dag.tasks},
        "decisions": decisions(dag.get_task("ingest").retry_policy),
        "params": {name: dag.params.get_param(name).serialize() for name in dag.params},
        "templates": {name: list(dag.get_task(name).template_fields) for name in ("ask", "rerun") if dag.has_task(name)},
        "catchup": dag.catchup, "max_active_runs": dag.max_active_runs, "start": dag.start_date.date().isoformat(),
        "scheduled": scheduled(stored.timetable), "backfilled": backfilled(stored.timetable),
    }


def describe_decisions(dag: Any) -> dict[str, Any]:
    return {
        "edges": {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks},
        "docs": {task.task_id: task.doc_md for task in dag.tasks} | {"": dag.doc_md},
        "form": {name: dag.params.get_param(name).schema["title"] for name in dag.params},
        "timetable": type(dag.timetable).__name__, "max_active_runs": dag.max_active_runs,
        "options": dag.get_task("decide").options,
    }


def scheduled(timetable: Any) -> list[tuple[str, str]]:
    """When the first nights of 2018 run and what for."""
    from airflow.timetables.base import TimeRestriction
    from pendulum import datetime

    found, last = [], None
    for _ in range(2):
        last = timetable.next_dagrun_info_v2(last_dagrun_info=last,
                                             restriction=TimeRestriction(datetime(2018, 1, 1), None, catchup=True))
        found.append((last.run_after.isoformat(), last.partition_key))
    return found


def backfilled(timetable: Any) -> list[str]:
    """Partitions that a backfill over the change to summer time runs."""
    bounds = {"earliest": dt.datetime(2017, 3, 11, tzinfo=dt.UTC),
              "latest": dt.datetime(2017, 3, 13, 23, 59, 59, tzinfo=dt.UTC)}
    return [info.partition_key for info in timetable.iter_partition_dagrun_infos(**bounds)]


def decisions(policy: Any) -> dict[str, str]:
    """What becomes of a task after some failures."""
    from assay.errors import PartitionError, SourceUnavailable, UnreadableData

    errors = [SourceUnavailable("s3://lake", "no route"), OSError("disk"), PartitionError("x", "is no date", "write one"),
              UnreadableData("part-0.parquet", "torn"), RuntimeError("unknown")]
    return {type(error).__name__: policy.evaluate(error, 1, 2).action.value for error in errors}


if __name__ == "__main__":
    json.dump(parse(), sys.stdout)
