"""`python -m assay run`: nights through the real DAG in this process, then the inventory on the terminal.

All tasks share the process, so that TensorFlow is imported once. Whatever Airflow and libraries write goes to a log file.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console

from assay.config import load_platform
from assay.config.settings import REPOSITORY
from assay.contracts.labels import parse_label
from assay.errors import AssayError, PartitionError, RunFailed
from assay.steps.cli.home import common_settings

if TYPE_CHECKING:
    from assay.steps.cli.progress import ProgressLines

SPACING_DAYS = 7
_STARTERS = "^(ask|rerun)$"  # tasks that start other runs, which would never come without a scheduler
SAFE_WIDTH = 120  # of a log or pipe, which has no width of its own


def open_console() -> Console:
    """Where answers are printed: as wide as the terminal, or as is safe for a log or pipe, which has no width of its own."""
    console = Console()
    return console if console.is_terminal else Console(width=SAFE_WIDTH)


def run(platform: str, partition: str | None = None, *, earlier: int = 3, report: Path, home: Path, logs: Path) -> int:
    """Run `earlier` weekly-spaced partitions and then `partition`; print the inventory of the last one.

    Args:
        platform: Name of the manifest.
        partition: Local day, by default the newest whole one.
        earlier: How many partitions before it; those before the first day of the source are left out.
        report: Where the HTML report is copied to.
        home: Airflow's folder.
        logs: Folder of the log file.

    Raises:
        AssayError: For any bad input, and RunFailed where a task fails.
    """
    from assay.steps.discover import resolve

    load_platform(platform)
    newest = resolve(platform, check_date(partition) if partition else None)
    log = logs / f"run-{platform}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with quiet(log) as terminal:
        console = Console(file=terminal, width=None if terminal.isatty() else SAFE_WIDTH)
        console.print(f"[dim]details in {_shown(log)}[/dim]")
        nights = _Nights(platform, home, console, log)
        for day in [*_weeks_before(platform, newest, earlier), newest]:
            nights.run(day)
        _show(platform, newest, report, console)
    return 0


def check_date(partition: str) -> str:
    """`partition` itself.

    Raises:
        PartitionError: If it is no date.
    """
    if parse_label(partition) is None:
        raise PartitionError(partition, "is no date", "write it as YYYY-MM-DD, such as 2017-12-31")
    return partition


def _weeks_before(platform: str, newest: str, count: int) -> list[str]:
    """The partitions a week apart before `newest` that the source has, ascending."""
    from assay.steps.discover import resolve

    found = []
    for week in range(count, 0, -1):
        day = (dt.date.fromisoformat(newest) - dt.timedelta(days=SPACING_DAYS * week)).isoformat()
        try:
            found.append(resolve(platform, day))
        except PartitionError:
            continue  # before the first day of the source: there is nothing to look back on
    return found


@contextmanager
def quiet(log: Path) -> Iterator[TextIO]:
    """Send everything written to stdout and stderr, by C libraries too, to `log`; yields the terminal."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    with log.open("w", encoding="utf-8") as sink, os.fdopen(os.dup(1), "w", encoding="utf-8") as terminal:
        os.dup2(sink.fileno(), 1)
        os.dup2(sink.fileno(), 2)
        try:
            yield terminal
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for number, descriptor in enumerate(kept, start=1):
                os.dup2(descriptor, number)
                os.close(descriptor)


class _Nights:
    """An embedded Airflow that runs one DAG."""

    def __init__(self, platform: str, home: Path, console: Console, log: Path) -> None:
        self._platform, self._log = platform, log
        self._dag, self._progress = prepare(platform, home, console)

    def run(self, partition: str) -> None:
        """Run one partition.

        Raises:
            RunFailed: If a task failed, or if there was none to run.
        """
        title = f"{self._platform} {partition}"
        with self._progress.night(title):
            done = self._dag.test(run_conf={"partition": partition}, mark_success_pattern=_STARTERS)
        if self._progress.failures:
            task, error = self._progress.failures[0]
            what = str(error) if isinstance(error, AssayError) else f"{type(error).__name__}: {error}"
            raise RunFailed(title, f"task {task}: {what}", f"the traceback is in {_shown(self._log)}")
        if str(done.state) != "success" or not done.get_task_instances():
            raise RunFailed(title, f"the run ended {done.state!s} without a failed task", f"see {_shown(self._log)}")


def prepare(platform: str, home: Path, console: Console) -> tuple[Any, ProgressLines]:
    """The platform's DAG, ready for `dag.test()` on a database in `home`, and the listener that reports its tasks.

    Airflow reads its settings when it is first imported: nothing may have imported it before with others.

    Raises:
        RunFailed: If the DAG can't be loaded.
    """
    os.environ.update(common_settings(home))
    from airflow.dag_processing.dagbag import BundleDagBag
    from airflow.sdk.listener import get_listener_manager
    from airflow.utils.db import initdb

    from assay.steps.cli.progress import ProgressLines

    folder = REPOSITORY / "dags"
    with console.status("preparing Airflow"):
        initdb()
        bag = BundleDagBag(dag_folder=str(folder), bundle_path=folder, bundle_name="dags-folder")
    dag = bag.dags.get(f"inventory_{platform}")
    if dag is None:
        raise RunFailed(f"inventory_{platform}", f"its DAG can't be loaded ({bag.import_errors})", "mend dags/inventory.py")
    for task in dag.tasks:
        task.retries = 0  # without a scheduler a retry would wait in this loop
    progress = ProgressLines(console)
    get_listener_manager().add_listener(progress)
    return dag, progress


def _show(platform: str, partition: str, report: Path, console: Console) -> None:
    """Print the inventory of `partition` and copy its report."""
    from assay.contracts.schemas import INVENTORY, VALUES
    from assay.inventory.console import render, summary
    from assay.steps.cli.copied import copy_report
    from assay.storage import open_store

    store = open_store()
    manifest = load_platform(platform)
    inventory = store.read(store.get(INVENTORY, platform, partition))
    copy_report(store, platform, partition, report)
    console.print()
    console.print(render(inventory, title=f"{manifest.title or platform}, {partition}", caption=manifest.note))
    refs = {case.name: store.find(VALUES, platform, partition, case.name) for case in manifest.use_cases}
    console.print(summary(inventory, {name: store.read(ref) for name, ref in refs.items() if ref is not None}), markup=False)
    console.print(f"report: {_shown(report)}")


def _shown(path: Path) -> str:
    """`path` as seen from the repository's folder."""
    return str(path.relative_to(REPOSITORY)) if path.is_relative_to(REPOSITORY) else str(path)
