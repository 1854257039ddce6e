"""The inventory as a CSV file for spreadsheets: one line an asset, the most valuable first.

RFC 4180 in UTF-8 with a byte order mark, without which spreadsheets take Chinese for another encoding. Nothing that data or
a catalogue say is a formula: a text that a spreadsheet would compute begins with an apostrophe.
"""

from __future__ import annotations

import csv
import io
from typing import Any

from assay.contracts.schemas import ASSETS, INVENTORY
from assay.exports.described import Asset, Described

FILE = "inventory.csv"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# names as in the contracts of inventory and assets, what both tell once
HEAD = (*INVENTORY.schema.names, *(name for name in ASSETS.schema.names if name not in INVENTORY.schema.names))


def spreadsheet(described: Described) -> dict[str, bytes]:
    """The one file, by name."""
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow(HEAD)
    for asset in sorted(described.assets, key=lambda asset: (asset.worth["rank"], asset.asset_id)):
        writer.writerow([_cell(asset, name) for name in HEAD])
    return {FILE: b"\xef\xbb\xbf" + lines.getvalue().encode()}


def _cell(asset: Asset, name: str) -> str:
    """What is not known is empty; numbers are written so that they are read back as they are."""
    value: Any = asset.worth[name] if name in asset.worth else asset.facts[name]
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(value)
    text = "; ".join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) and not isinstance(value, int) else text
