"""`trigger` and `backfill`: partitions through the real scheduler, waited for and reported."""

from __future__ import annotations

import datetime as dt
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from assay.config import Platform, load_platform
from assay.errors import PartitionError, RunFailed, SourceEnded
from assay.steps.cli.client import AirflowClient
from assay.steps.cli.home import ServerHome
from assay.steps.cli.run import check_date

POLL_SECONDS = 1.0
_FINISHED = ("success", "failed")
_DONE_TASKS = ("success", "failed", "skipped", "upstream_failed", "removed")


@dataclass
class _Watch:
    """Follows one run and prints each task once, when all its instances are done."""

    client: AirflowClient
    dag_id: str
    run_id: str
    name: str
    _printed: set[str] = field(default_factory=set)

    def wait(self) -> None:
        """Until the run has ended.

        Raises:
            RunFailed: If a task failed, or the run had none.
        """
        while (state := self.client.run(self.dag_id, self.run_id)["state"]) not in _FINISHED:
            self._print(self.client.tasks(self.dag_id, self.run_id))
            time.sleep(POLL_SECONDS)
        tasks = self.client.tasks(self.dag_id, self.run_id)
        self._print(tasks)
        if not tasks:
            raise RunFailed(self.name, "the run had no task at all", "check the DAG's start_date and its import errors")
        failed = [task for task in tasks if task["state"] == "failed"]
        if failed:
            reason = self.client.reason(self.dag_id, self.run_id, failed[0])
            raise RunFailed(self.name, f"task {failed[0]['task_id']}: {reason}", "mend it and run the partition again")
        if state != "success":
            raise RunFailed(self.name, f"the run ended {state} without a failed task", f"look at {self.client.home.url}")
        if all(task["state"] == "skipped" for task in tasks):
            first = min(tasks, key=lambda task: (not task["duration"], task["start_date"] or ""))
            _say(f"{self.name}: skipped, {self.client.reason(self.dag_id, self.run_id, first)}")

    def _print(self, tasks: list[dict[str, Any]]) -> None:
        by_id: dict[str, list[dict[str, Any]]] = {}
        for task in tasks:
            by_id.setdefault(task["task_id"], []).append(task)
        done = [(name, found) for name, found in by_id.items()
                if name not in self._printed and all(task["state"] in _DONE_TASKS for task in found)]
        for name, found in sorted(done, key=lambda item: max(task["end_date"] or "" for task in item[1])):
            self._printed.add(name)
            if all(task["state"] in ("upstream_failed", "skipped") and not task["duration"] for task in found):
                continue  # it never began: the task that failed or skipped is told
            worst = next((s for s in ("failed", "skipped") if s in {t["state"] for t in found}), "success")
            parts = f"  {len(found)} batches" if len(found) > 1 else ""
            _say(f"  {name:<16}{worst:<16}{sum(task['duration'] or 0 for task in found):>7.1f} s{parts}")


def trigger(home: ServerHome, platform: str, partition: str | None = None, *, retrain: bool = False, note: str = "",
            retune: bool = False, audit: bool = False) -> int:
    """Run one partition, by default the newest.

    Raises:
        AssayError: If the input can't be used, Airflow doesn't answer, or the run fails.
    """
    load_platform(platform)
    if partition:
        check_date(partition)
    client = AirflowClient(home)
    dag_id = f"inventory_{platform}"
    client.unpause(dag_id)
    run_id = client.trigger(dag_id, partition, {"retrain": retrain, "retune": retune, "audit": audit, "note": note})
    name = f"{platform} {partition or 'newest partition'}"
    _say(f"{name}: {run_id}")
    started = time.perf_counter()
    _Watch(client, dag_id, run_id, name).wait()
    _say(f"{name}: success after {time.perf_counter() - started:.1f} s")
    return 0


def backfill(home: ServerHome, platform: str, since: str, until: str) -> int:
    """Run every partition from `since` to `until`, both included, one after the other.

    Raises:
        AssayError: If the input can't be used, Airflow doesn't answer, or a run fails; the others are waited for first.
    """
    _check_range(load_platform(platform), since, until)
    client = AirflowClient(home)
    dag_id = f"inventory_{platform}"
    for other in client.backfills(dag_id):
        if other["completed_at"] is None:
            days = " to ".join(str(other[end])[:10] for end in ("from_date", "to_date"))
            raise RunFailed(f"backfill of {since} to {until}", f"another backfill of {platform}, {days}, is under way",
                            f"wait for its end, or cancel it at {home.url}; partitions are run one after the other")
    client.unpause(dag_id)
    wanted = [run["partition_key"] for run in client.backfill(dag_id, since, until, dry_run=True)["backfills"]]
    if not wanted:
        raise RunFailed(f"backfill of {since} to {until}", "Airflow finds no partition to run",
                        "wait for runs of these partitions that are under way, or name other dates")
    before = {run["dag_run_id"] for run in client.runs(dag_id, "backfill")}
    client.backfill(dag_id, since, until)
    started = {run["partition_key"]: run["dag_run_id"] for run in client.runs(dag_id, "backfill")
               if run["dag_run_id"] not in before}
    problems = [f"{key}: Airflow started no run" for key in wanted if key not in started]
    for key in sorted(started):
        _say(f"{platform} {key}: {started[key]}")
        try:
            _Watch(client, dag_id, started[key], f"{platform} {key}").wait()
        except RunFailed as failure:
            sys.stderr.write(f"{failure}\n")
            problems.append(f"{key}: {failure.problem}")
    if problems:
        raise RunFailed(f"backfill of {since} to {until}", f"{len(problems)} of {len(wanted)} partitions: {problems[0]}",
                        "mend it and run these partitions again")
    _say(f"{platform}: {len(started)} partitions, success")
    return 0


def _check_range(manifest: Platform, since: str, until: str) -> None:
    """Refuse what no partition can be run for, before anything is started.

    Raises:
        PartitionError: If an end is no date, the first lies after the last or before the first day of the source, or the last
            one has not come to its end yet.
    """
    from assay.steps.discover import resolve

    if check_date(since) > check_date(until):
        raise PartitionError(since, f"lies after {until}", "give the earlier one as FROM and the later one as TO")
    today = dt.datetime.now(ZoneInfo(manifest.timezone)).date()
    if until >= today.isoformat():
        raise PartitionError(until, f"is a day that is not over yet in {manifest.timezone}",
                             f"name {today - dt.timedelta(days=1)} or an earlier one")
    with suppress(SourceEnded):  # each of its runs says so
        resolve(manifest.platform, since)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
