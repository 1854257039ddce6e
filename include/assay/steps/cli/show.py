"""`python -m assay show`: what the page and its JSON API show, on the terminal."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Sequence
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from assay.config import load_platform
from assay.inventory.wording import amount, interval, percent, size, widest
from assay.steps.cli.run import check_date, open_console
from assay.storage import open_store
from assay.views.asset import asset_view
from assay.views.catalogue import Catalogue, catalogue, counts
from assay.views.models import models
from assay.views.money import money
from assay.views.reading import Reader
from assay.views.runs import days
from assay.views.selection import Selection, select

_Row = dict[str, Any]


def show_inventory(platform: str, partition: str | None, selection: Selection, limit: int, *, as_json: bool) -> int:
    """Print the assets that a selection leaves.

    Args:
        platform: Name of the manifest.
        partition: Local day, by default the newest that has an inventory.
        selection: Which rows, and in which order.
        limit: Most rows to print.
        as_json: Print what the JSON API answers.

    Raises:
        AssayError: For any bad input.
    """
    found = catalogue(Reader(open_store()), load_platform(platform), check_date(partition) if partition else None)
    rows = select(found.rows, found.texts, selection)
    if as_json:
        return _as_json({"platform": platform, "partition": found.partition, "unit": found.unit, "total": len(rows),
                         "rows": rows[:limit], "notices": found.notices})
    table = _table("#", "asset", f"value, {found.unit}", "interval", "next window", "quality", "personal data", "action",
                   "at stake")
    for row in rows[:limit]:
        around = widest(row["ci_low"], row["ci_high"])
        table.add_row(*map(Text, (
            str(row["rank"]), row["asset_id"], _money(row["value"], around) or row["value_status"],
            interval(row["ci_low"], row["ci_high"]), _money(row["forecast"], around),
            "–" if row["quality_score"] is None else percent(row["quality_score"]), row["pii_level"], row["action"],
            _money(row["at_stake"]))))
    return _print(table, _headline(found, len(rows), limit), found.notices)


def show_asset(platform: str, asset: str, partition: str | None, *, as_json: bool) -> int:
    """Print what is known of one asset.

    Raises:
        AssayError: For any bad input.
    """
    view = asset_view(Reader(open_store()), load_platform(platform), asset, check_date(partition) if partition else None)
    if as_json:
        return _as_json(dataclasses.asdict(view))
    row = view.asset
    facts = _table("", "")
    for name, told in (
        ("what it is", row["description"]), ("kind", row["kind"]), ("about", row["domain"]), ("owner", row["owner"]),
        ("rows", None if row["row_count"] is None else f"{row['row_count']:,}"),
        ("size", None if row["bytes"] is None else size(row["bytes"])), ("newest", row["last_partition"]),
        ("status", row["status"]), (f"value, {view.unit}", _money(row["value"]) or row["value_status"]),
        ("interval", interval(row["ci_low"], row["ci_high"])), ("used by", row["usage"]),
        ("action", f"{row['action']}: {row['reason']}"),
        *((f"lost without it, {own['use_case']}", f"{_money(own['removal_loss'])} {own['unit']}") for own in view.values
          if own["removal_loss"] is not None),
        *((f"incident since {own['opened']}", own["reason"]) for own in view.incidents),
    ):
        facts.add_row(Text(name), Text(str(told or "–")))
    columns = _table("column", "type", "meaning", "personal data", "missing", "different", "value")
    for own in view.columns:
        profile = own["profile"] or {}
        share = profile["null_count"] / profile["row_count"] if profile.get("row_count") else None
        worth = ", ".join(f"{_money(value['value'])} {value['use_case']}" for value in own["values"]
                          if value["value"] is not None)
        columns.add_row(*map(Text, (own["column"], own.get("dtype") or "", own.get("semantic_type") or "",
                                    own.get("pii_type") or "", "–" if share is None else percent(share),
                                    f"{profile['distinct_count']:,}" if profile else "–", worth)))
    _print(facts, f"{asset}, {platform} {view.partition}", [])
    return _print(columns, "", view.notices)


def show_runs(platform: str, since: str | None, until: str | None, *, as_json: bool) -> int:
    """Print how partitions stand, as far as shared storage tells.

    Raises:
        AssayError: For any bad input.
    """
    found = days(Reader(open_store()), load_platform(platform).platform, since, until)
    if as_json:
        return _as_json({"platform": platform, "days": found})
    table = _table("partition", "status", "assets", "value", "not as they should be")
    for day in found:
        table.add_row(*map(Text, (day["partition"], day["status"], "–" if day["assets"] is None else f"{day['assets']:,}",
                                  "–" if day["value"] is None else f"{_money(day['value'])} {day['unit']}",
                                  ", ".join(day["troubled"]))))
    return _print(table, f"{platform}: {len(found):,} days" if found else f"{platform}: no partition has been run yet", [])


def show_view(question: str, platform: str, partition: str | None) -> int:
    """Print `money` or `models` as JSON, as the API answers it.

    Raises:
        AssayError: For any bad input.
    """
    ask = {"money": money, "models": models}[question]
    view: Any = ask(Reader(open_store()), load_platform(platform), check_date(partition) if partition else None)
    return _as_json(dataclasses.asdict(view))


def _money(value: float | None, beside: float = 0.0) -> str:
    return "" if value is None else amount(value, beside)


def _headline(found: Catalogue, shown: int, limit: int) -> str:
    number = counts(found)
    worth = "nothing is valued" if found.total is None else f"{amount(found.total)} {found.unit}"
    cut = f", the first {limit:,} of {shown:,} that fit" if shown > limit else ""
    return f"{found.platform} {found.partition}: {worth}, {number['assets']:,} assets{cut}"


def _table(*names: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_header=any(names))
    for name in names:
        table.add_column(Text(name), overflow="fold")
    return table


def _print(table: Table, headline: str, notices: Sequence[str]) -> int:
    console = open_console()
    for line in filter(None, (headline, *notices)):
        console.print(Text(line), soft_wrap=True)
    console.print(table)
    return 0


def _as_json(found: _Row) -> int:
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1, default=str) + "\n")
    return 0
