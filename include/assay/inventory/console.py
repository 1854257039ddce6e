"""The ranked inventory as a table for the terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from rich import box
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from assay.contracts.enums import Action, Decision
from assay.inventory.total import case_totals
from assay.inventory.wording import amount, interval, widest

ACTION_STYLES = {
    Action.INVEST: "bold green", Action.KEEP: "green", Action.REPAIR: "bold red", Action.MERGE: "cyan",
    Action.PROTECT: "bold magenta", Action.ARCHIVE: "yellow", Action.REVIEW: "yellow",
}


def render(inventory: pa.Table, *, title: str = "", caption: str = "") -> Table:
    """A table of rank, asset, value with interval, forecast, quality, status, action and reason.

    It fills the terminal that prints it; texts wrap, so that it stays whole at 80 columns.

    Args:
        inventory: Contract `inventory`.
        title: Above the table.
        caption: Below the table, e.g. what the number means.
    """
    rows = inventory.to_pylist()
    unit = rows[0]["unit"] if rows else ""
    table = Table(title=escape(title) or None, caption=escape(caption) or None, box=box.SIMPLE_HEAD, pad_edge=False,
                  caption_justify="left", title_justify="left", padding=(0, 1, 0, 0))
    table.add_column("#", justify="right", style="dim")
    table.add_column("asset", overflow="fold")
    table.add_column(f"value\n{unit}" if unit else "value", justify="right")
    table.add_column("next\nwindow", justify="right", no_wrap=True)
    table.add_column("quality\nstatus", no_wrap=True)
    table.add_column("action", no_wrap=True)
    table.add_column("why", overflow="fold")
    for row in rows:
        table.add_row(*_cells(row))
    return table


def summary(inventory: pa.Table, values: Mapping[str, pa.Table]) -> str:
    """One line with what all assets are worth together and its parts by use case; empty where nothing is valued.

    Args:
        inventory: Contract `inventory`.
        values: `values` per use case.
    """
    rows = [row for row in inventory.to_pylist() if row["value"] is not None]
    if not rows:
        return ""
    parts = ", ".join(f"{name} {amount(total)} {unit}" for name, total, unit in case_totals(values))
    return f"total: {amount(math.fsum(row['value'] for row in rows))} {rows[0]['unit']} ({parts})"


def _cells(row: dict[str, Any]) -> list[Text]:
    dim = Text("–", style="dim")
    return [
        Text(str(row["rank"])), Text(row["asset_id"]), _value(row),
        dim if row["forecast"] is None else Text(amount(row["forecast"], _largest(row))),
        _quality(row), Text(row["action"], style=ACTION_STYLES.get(row["action"], "")), _why(row),
    ]


def _why(row: dict[str, Any]) -> Text:
    """The reason, and how a proposal stands."""
    text = Text(row["reason"])
    if row["decided"]:
        text.append(f" {row['decided']}", style="dim")
    return text.append(" Waits for a decision.", style="dim") if row["decision"] == Decision.WAITING else text


def _value(row: dict[str, Any]) -> Text:
    """The value with its interval below; a word where there is none, never 0."""
    if row["value"] is None:
        return Text(row["value_status"], style="dim")
    text = Text(amount(row["value"], _largest(row)), style="bold" if row["value_status"] == "valued" else "")
    if row["ci_low"] is not None:
        text.append(f"\n{interval(row['ci_low'], row['ci_high'])}", style="dim not bold")
    return text


def _largest(row: dict[str, Any]) -> float:
    return widest(row["ci_low"], row["ci_high"])


def _quality(row: dict[str, Any]) -> Text:
    """The score, and the status below it."""
    text = Text("–" if row["quality_score"] is None else f"{row['quality_score']:.0%}")
    return text.append(f"\n{row['status']}", style="dim" if row["status"] in ("ok", "unchanged") else "red")
