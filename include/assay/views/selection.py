"""Which assets of a catalogue are shown, and in which order: search, filters, sorting."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

SORTS = ("rank", "asset_id", "value", "forecast", "present_value", "cost", "net_value", "quality_score", "at_stake",
         "row_count", "bytes", "freshness_hours")
FILTERS = ("action", "status", "kind", "pii_level")
_Row = dict[str, Any]


@dataclass(frozen=True)
class Selection:
    """Which rows are shown, and in which order.

    Attributes:
        search: Words that must all occur in a row's name, description, columns, owner, use or reason; case, width of letters
            and the place within a word don't matter, which is what Chinese needs, too.
        action: Actions, all if empty.
        status: Statuses, all if empty.
        kind: Kinds of tables, all if empty.
        pii_level: Levels of personal data, all if empty.
        sort: One of `SORTS`; unknown values come last either way.
        descending: Largest first.
    """

    search: str = ""
    action: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    pii_level: tuple[str, ...] = ()
    sort: str = "rank"
    descending: bool = False


def select(rows: Sequence[_Row], texts: Sequence[str], selection: Selection) -> list[_Row]:
    """The rows that a selection leaves, sorted.

    Args:
        rows: Of a catalogue, by rank.
        texts: What is searched of each of them.
        selection: Which ones, and in which order.
    """
    filters = ((name, getattr(selection, name)) for name in FILTERS)
    chosen = [(name, wanted) for name, wanted in filters if wanted]
    words = fold(selection.search).split()
    left = list(rows)
    if words or chosen:
        left = [row for row, text in zip(rows, texts)
                if all(word in text for word in words) and all(row[name] in wanted for name, wanted in chosen)]
    if selection.sort == "rank" and not selection.descending:
        return left
    known = [row for row in left if row[selection.sort] is not None]
    known.sort(key=lambda row: row[selection.sort], reverse=selection.descending)
    return known + [row for row in left if row[selection.sort] is None]


def fold(text: str) -> str:
    """A text as it is compared: small letters, of one width, without accents."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in plain if not unicodedata.combining(character))
