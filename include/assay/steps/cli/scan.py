"""`python -m assay scan URI` and `init`: what a source holds, and a manifest for it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from assay.config.settings import REPOSITORY
from assay.errors import ConfigError
from assay.steps.cli.run import open_console, quiet

_MOST = 10  # lines below a heading


def scan(uri: str, *, as_json: bool, workspace: Path, logs: Path) -> int:
    """Print what lies below a URI.

    Args:
        uri: Folder, file or database.
        as_json: Everything, as JSON, instead of a table.
        workspace: Folder for what scans compute.
        logs: Folder of the log file.

    Raises:
        AssayError: For any bad input.
    """
    found = _look(uri, workspace, logs)
    if as_json:
        Console(soft_wrap=True).print_json(json.dumps(found, ensure_ascii=False), indent=1, highlight=False)
    else:
        console = open_console()
        for part in _render(found):
            console.print(part)
    return 0


def init(uri: str, name: str, *, folder: Path, currency: str, workspace: Path, logs: Path) -> int:
    """Write a manifest for a source, with what was found there as comments.

    Args:
        uri: Folder, file or database.
        name: Of the platform.
        folder: Where platforms lie; the manifest becomes `<folder>/<name>/platform.yaml`.
        currency: Three capitals.
        workspace: Folder for what scans compute.
        logs: Folder of the log file.

    Raises:
        AssayError: For any bad input, and where there is such a platform.
    """
    from assay.steps.proposal import write_manifest

    path = folder / name / "platform.yaml"
    if path.exists():
        raise ConfigError(str(path), f"a platform {name!r} that is there already", "name another one, or remove it first")
    text = write_manifest(_look(uri, workspace, logs), name, currency)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    shown = path.relative_to(REPOSITORY) if path.is_relative_to(REPOSITORY) else path
    Console().print(f"{shown}: read its comments, then make run PLATFORM={name}", markup=False, highlight=False)
    return 0


def _look(uri: str, workspace: Path, logs: Path) -> dict[str, Any]:
    from assay.steps.scan import platform_name, whole_uri
    from assay.steps.scan import scan as scanned

    logs.mkdir(parents=True, exist_ok=True)
    with quiet(logs / f"scan-{platform_name(whole_uri(uri))}.log"):
        return scanned(uri, workspace)


def _render(found: dict[str, Any]) -> Iterator[Table | Text]:
    """A table of assets, then relations, what changed, what is unusual or probably wrong, and what can't be read."""
    table = Table(title=Text(found["source"]), box=box.SIMPLE_HEAD, pad_edge=False, title_justify="left", padding=(0, 1, 0, 0))
    for name in ("asset", "rows", "columns", "partitions", "kind, key", "personal", "serves"):
        table.add_column(name, overflow="fold", justify="right" if name in ("rows", "columns") else "left")
    for asset in found["assets"]:
        table.add_row(*_cells(asset))
    yield table
    references = [row for row in found["relations"] if row["kind"] != "duplicate"]
    if references:
        yield Text("relations", style="bold")
        for row in references:
            yield Text(f"  {_side(row, 'from')} → {_side(row, 'to')}  {row['kind']}, {row['coverage']:.0%} covered")
    copies = [row for row in found["relations"] if row["kind"] == "duplicate"]
    for row in copies:
        yield Text(f"  {_short(row['from_asset'])} is a copy of {_short(row['to_asset'])}", style="yellow")
    yield from _listed("changed", [
        f"{_short(row['asset_id'])} {row['source_partition']}: {row['kind'].replace('_', ' ')}"
        f"{': ' + row['column'] if row['column'] else ''} ({row['before'] or '–'} → {row['after'] or '–'})"
        for row in found["changes"]])
    yield from _listed("unusual in the newest partition", [
        f"{_short(row['asset_id'])}{': ' + row['column'] if row['column'] else ''}: {row['reason']}"
        for row in found["anomalies"]])
    yield from _listed("probably wrong in the newest partition", [
        f"{_short(row['asset_id'])}: {row['columns'][-1]}: {row['reason']}; {row['found_in'][0]}" for row in found["suspects"]])
    said = [asset for asset in found["assets"] if asset["reason"]]
    if said:
        yield Text("to be looked at", style="bold")
        for asset in said:
            yield Text(f"  {_short(asset['asset_id'])} ({asset['status']}): {asset['reason']}")


def _listed(title: str, lines: Sequence[str]) -> Iterator[Text]:
    """A heading and its lines, the first ten of them; nothing where there are none."""
    if not lines:
        return
    yield Text(title, style="bold")
    yield from (Text(f"  {line}") for line in lines[:_MOST])
    if len(lines) > _MOST:
        yield Text(f"  and {len(lines) - _MOST} more; --json prints all")


def _cells(asset: dict[str, Any]) -> list[Text]:
    first, last = asset["first_partition"], asset["last_partition"]
    labels = f"{first} to {last}, {asset['partitions']}" if last else "–"
    kind = ", ".join([asset.get("kind", asset["status"]), *(asset.get("primary_key") or [])])
    personal = sorted({column["pii_type"] for column in asset["columns"] if column["pii_type"]})
    level = asset.get("pii_level", "")
    about = Text(f"{level}\n{', '.join(personal)}" if personal else level, style="magenta" if level == "direct" else "")
    return [Text(_short(asset["asset_id"]), style="bold"), Text(f"{asset['newest_row_count']:,}"),
            Text(str(asset["n_columns"])), Text(labels), Text(kind), about, Text(", ".join(asset.get("potential_uses") or []))]


def _side(row: dict[str, Any], side: str) -> str:
    return f"{_short(row[f'{side}_asset'])}({', '.join(row[f'{side}_columns'])})"


def _short(asset_id: str) -> str:
    """An asset's name without its source, of which a scan has one."""
    return asset_id.partition(".")[2]
