"""`python -m assay evaluate`: how good models, values, forecasts and incidents were over a range of partitions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table

from assay.steps.cli.run import check_date, open_console

if TYPE_CHECKING:
    from assay.inventory.evaluation import Evaluation


def evaluate(platform: str, since: str, until: str, *, as_json: bool = False) -> int:
    """Print an evaluation.

    Args:
        platform: Name of the manifest.
        since: First partition.
        until: Last one, included.
        as_json: Print all of it as JSON, instead of tables.

    Raises:
        AssayError: For any bad input.
    """
    from assay.steps.evaluate import evaluate as judge
    from assay.storage import open_store

    found = judge(platform, check_date(since), check_date(until), open_store())
    if as_json:
        Console(soft_wrap=True).print_json(json.dumps(asdict(found)), indent=1, highlight=False)
        return 0
    console = open_console()
    for table in _tables(found):
        console.print(table)
    return 0


def _tables(found: Evaluation) -> list[Table]:
    incidents = found.incidents
    return [
        _table("models", ("use case", "window", "metric", "model", "nights", "mean", "from", "to"),
               [(m.use_case, m.split, m.metric, m.model, m.partitions, m.mean, m.low, m.high) for m in found.models]),
        _table("values", ("use case", "asset", "nights", "mean", "mean change", "within the interval"),
               [(v.use_case, v.asset_id, v.partitions, v.mean, v.change, _share(v.within)) for v in found.values]),
        _table("forecasts", ("use case", "of", "days ahead", "scored", "mean error", "of the last known", "skill", "in range"),
               [(f.use_case, f"{f.kind}s", f.days, f.forecasts, f.error, f.naive, f.skill, _share(f.covered))
                for f in found.forecasts]),
        _table("incidents", ("opened", "resolved", "critical", "confirmed", "median days"),
               [(incidents.opened, incidents.resolved, incidents.critical, _share(incidents.confirmed), incidents.days)]),
    ]


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, pad_edge=False, title_justify="left", padding=(0, 1, 0, 0))
    for place, head in enumerate(heads):
        table.add_column(head, justify="left" if not rows or isinstance(rows[0][place], str) else "right", overflow="fold")
    for row in rows:
        table.add_row(*("–" if cell is None else f"{cell:,.4g}" if isinstance(cell, float) else str(cell) for cell in row))
    return table


def _share(share: float | None) -> str | None:
    return None if share is None else f"{share:.0%}"
