"""`python -m assay reconcile`: fold ledgers again after a backfill, and say what that did."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table

from assay.steps.cli.run import SAFE_WIDTH, check_date, quiet

if TYPE_CHECKING:
    from assay.storage.rehearsal import Published


def reconcile(platform: str, since: str | None = None, until: str | None = None, *, dry_run: bool = False, logs: Path) -> int:
    """Fold the ledgers of a range of partitions again where they no longer hold; print what was made anew.

    Args:
        platform: Name of the manifest.
        since: First partition, by default the first that was run.
        until: Last one, included, by default the newest that was run.
        dry_run: Fold in memory, and change nothing.
        logs: Folder of the log file.

    Raises:
        AssayError: For any bad input.
    """
    from assay.steps.reconcile import reconcile as fold

    first, last = (check_date(day) if day else None for day in (since, until))
    logs.mkdir(parents=True, exist_ok=True)
    with quiet(logs / f"reconcile-{platform}.log") as terminal:
        console = Console(file=terminal, width=None if terminal.isatty() else SAFE_WIDTH)
        done = fold(platform, first, last, rehearse=dry_run)
        if done.published:
            console.print(_table(done.published))
        for partition, reason in done.skipped.items():
            console.print(f"{partition} stays as it is: {reason}", markup=False, soft_wrap=True)
        looked = f"{len(done.partitions)} partitions looked at, {done.partitions[0]} to {done.partitions[-1]}" \
            if done.partitions else "no partition of the range was run"
        nights, changed = len({one.partition for one in done.published}), sum(one.changed for one in done.published)
        folded = "; every ledger holds" if not done.published and not done.skipped else \
            f"; {len(done.published)} artifacts of {nights} {'would be' if dry_run else 'were'} made anew, {changed} of them " \
            "with other content"
        console.print(f"{platform}: {looked}{folded if done.partitions else ''}", markup=False, highlight=False, soft_wrap=True)
    return 0


def _table(published: list[Published]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name in ("partition", "with other content", "as it was"):
        table.add_column(name, overflow="fold")
    for partition in sorted({one.partition for one in published}):
        cells = [", ".join(f"{one.contract}/{one.name}" if one.name else one.contract for one in published
                           if one.partition == partition and one.changed is changed) for changed in (True, False)]
        table.add_row(partition, *(cell or "–" for cell in cells))
    return table
