"""The rows of a catalogue as a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from assay.contracts import schemas
from assay.errors import ArtifactMissing
from assay.views.catalogue import OF_ASSETS, OF_INVENTORY
from assay.views.reading import Published

COLUMNS = (*OF_INVENTORY, *OF_ASSETS)
FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes a text for a formula by


def as_csv(rows: Sequence[dict[str, Any]]) -> bytes:
    """Comma-separated values in UTF-8 with a mark that spreadsheets know it by; lists are JSON.

    A text that a spreadsheet would take for a formula stands behind an apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in COLUMNS])
    return out.getvalue().encode("utf-8-sig")


def as_json(rows: Sequence[dict[str, Any]]) -> bytes:
    """A JSON list of objects."""
    return json.dumps([{name: row[name] for name in COLUMNS} for row in rows], ensure_ascii=False).encode()


def as_parquet(published: Published, rows: Sequence[dict[str, Any]]) -> bytes:
    """Parquet with the contracts' types, and meaning and unit of each column in its metadata.

    Raises:
        ArtifactMissing: If the inventory or the list of assets has not been published.
        StorageUnreachable: If shared storage doesn't answer.
    """
    names = [str(row["asset_id"]) for row in rows]
    table = _picked(published, schemas.INVENTORY, OF_INVENTORY, names)
    details = _picked(published, schemas.ASSETS, ("asset_id", *OF_ASSETS), names)
    for name in details.column_names[1:]:
        table = table.append_column(details.schema.field(name), details.column(name))
    out = io.BytesIO()
    pq.write_table(table, out, compression="snappy")
    return out.getvalue()


def _picked(published: Published, contract: Any, columns: Sequence[str], names: Sequence[str]) -> pa.Table:
    """The rows of `names`, in their order: by slices, since everything else of pyarrow would load pandas into a web server."""
    table = published.table(contract, columns=columns)
    if table is None:
        raise ArtifactMissing(f"{contract.name} of {published.platform} on {published.partition}", published.reader.store.root)
    places = {name: place for place, name in enumerate(table.column("asset_id").to_pylist())}
    return pa.concat_tables([table.slice(0, 0), *(table.slice(places[name], 1) for name in names)]).combine_chunks()


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULAS) else value
