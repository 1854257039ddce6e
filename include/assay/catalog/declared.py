"""Whose word counts of what is declared: that of the first catalogue in the manifest's order, then the source's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import pyarrow as pa


@dataclass(frozen=True)
class Words:
    """What is declared of a table, each word by whoever counts.

    Attributes:
        comment: What it is.
        owner: Who answers for it.
        tier: Its rank.
    """

    comment: str | None = None
    owner: str | None = None
    tier: str | None = None


def table_words(declared: pa.Table | None, catalogues: Sequence[str]) -> dict[str, Words]:
    """What is declared of tables, by asset.

    Args:
        declared: Contract `declared`, where there is one.
        catalogues: Names of the manifest's catalogues, in its order.
    """
    found: dict[str, Words] = {}
    for row in _ranked(declared, catalogues):
        if row["column"] is None:
            known = found.get(row["asset_id"], Words())
            new = {field.name: row[field.name] for field in fields(known) if getattr(known, field.name) is None}
            found[row["asset_id"]] = replace(known, **new)
    return found


def column_comments(declared: pa.Table | None, catalogues: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
    """What is declared of columns, by asset.

    Args:
        declared: Contract `declared`, where there is one.
        catalogues: Names of the manifest's catalogues, in its order.
    """
    found: dict[str, dict[str, str]] = {}
    for row in _ranked(declared, catalogues):
        if row["column"] is not None and row["comment"]:
            found.setdefault(row["asset_id"], {}).setdefault(row["column"], row["comment"])
    return found


def _ranked(declared: pa.Table | None, catalogues: Sequence[str]) -> list[dict[str, Any]]:
    """Rows, those first whose word counts."""
    rank = {name: place for place, name in enumerate(catalogues)}
    rows = declared.to_pylist() if declared is not None else []
    return sorted(rows, key=lambda row: rank.get(row["origin"], len(rank)))
