"""One line per step on the terminal while a run works in this process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pluggy import HookimplMarker
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

hookimpl = HookimplMarker("airflow")


@dataclass
class _Step:
    """What is known of a step that isn't reported yet."""

    seconds: float = 0.0
    parts: int = 0


@dataclass
class ProgressLines:
    """Airflow listener: a spinner for the step at work, a line with its seconds when it is done.

    Attributes:
        console: Where to write.
        failures: (task id, exception) of every task that failed, in order.
    """

    console: Console
    failures: list[tuple[str, BaseException | str | None]] = field(default_factory=list)
    _open: dict[str, _Step] = field(default_factory=dict)
    _began: float = 0.0
    _spinner: Progress | None = None
    _row: Any = None

    @contextmanager
    def night(self, title: str) -> Iterator[None]:
        """Surround one run."""
        self.console.print(f"[bold]{escape(title)}[/bold]")
        self.failures.clear()
        columns = (TextColumn(" "), SpinnerColumn(), TextColumn("{task.description:<16}"), TimeElapsedColumn())
        with Progress(*columns, console=self.console, transient=True) as self._spinner:
            self._row = self._spinner.add_task("starting", total=None)
            yield
        for name in list(self._open):
            self._report(name)

    @hookimpl
    def on_task_instance_running(self, previous_state: Any, task_instance: Any) -> None:
        """A task begins: what it waited for is done."""
        for name in [n for n in self._open if n in task_instance.task.upstream_task_ids]:
            self._report(name)
        self._began = time.perf_counter()
        part = "" if task_instance.map_index < 0 else f" {task_instance.map_index + 1}"
        if self._spinner is not None:
            self._spinner.reset(self._row, description=f"{task_instance.task_id}{part}")

    @hookimpl
    def on_task_instance_success(self, previous_state: Any, task_instance: Any) -> None:
        """A task is done; a mapped one waits for its siblings."""
        self._add(task_instance)
        if task_instance.map_index < 0:
            self._report(task_instance.task_id)

    @hookimpl
    def on_task_instance_failed(self, previous_state: Any, task_instance: Any, error: BaseException | str | None) -> None:
        """A task failed: its line says so."""
        self._add(task_instance)
        self.failures.append((task_instance.task_id, error))
        self._report(task_instance.task_id, "[red]✗[/red]")

    def _add(self, task_instance: Any) -> None:
        step = self._open.setdefault(task_instance.task_id, _Step())
        step.seconds += time.perf_counter() - self._began
        step.parts += 1

    def _report(self, name: str, mark: str = "[green]✓[/green]") -> None:
        step = self._open.pop(name)
        parts = f"  [dim]{step.parts} batches[/dim]" if step.parts > 1 else ""
        self.console.print(f"  {mark} {name:<16}{step.seconds:>7.1f} s{parts}")
