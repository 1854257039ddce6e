"""What every feature block is: a token of features that one query computes from what is known at a cut-off."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from typing import Literal, Protocol

from assay.engine import quote
from assay.features.catalogue import ColumnFacts

_NUMERIC = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "FLOAT",
            "DOUBLE", "DECIMAL")


@dataclass(frozen=True)
class Feature:
    """One column of a token.

    Attributes:
        name: Unique within the token.
        kind: number (float32, null where there is nothing to say), category (text) or sequence (a list).
        sources: (asset id, column) that it reads, join keys aside.
    """

    name: str
    kind: Literal["number", "category", "sequence"]
    sources: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Token:
    """Features that are seen together or not at all.

    Attributes:
        name: Unique within the use case.
        assets: All must be visible for the token to be; ascending.
        keys: Entity roles that identify its rows.
        features: Its columns.
    """

    name: str
    assets: tuple[str, ...]
    keys: tuple[str, ...]
    features: tuple[Feature, ...]

    def column(self, feature: Feature) -> str:
        """Name of the feature's column in a window's table."""
        return f"{self.name}.{feature.name}"


class Known(Protocol):
    """Views that hold only what is known at one cut-off.

    A view has its asset's columns and, for dated assets, `_age`: local days from the row's date to the cut-off, at least 1 for
    the past and 0 or less for what is announced.
    """

    horizon_days: int
    cutoff_sql: str
    candidates: str

    def view(self, asset_id: str) -> str:
        """Name of the asset's view."""
        ...


class Block(Protocol):
    """One token and the query that computes it."""

    @property
    def token(self) -> Token:
        """What the query returns, beside the key columns named by entity role."""
        ...

    def sql(self, known: Known) -> str:
        """A query with one row per key."""
        ...


def is_number(column: ColumnFacts) -> bool:
    """True if the column's values are numbers."""
    return column.dtype.upper().split("(")[0] in _NUMERIC


def number(column: str, alias: str) -> str:
    """Select `column`, an SQL expression, as float32; what is not finite becomes null."""
    return f"CASE WHEN isfinite(try_cast({column} AS DOUBLE)) THEN try_cast({column} AS FLOAT) END AS {quote(alias)}"


def free_name(name: str, taken: Collection[str]) -> str:
    """`name`, followed by underscores while it is taken: columns may be called like counts or like entity roles.

    Identifiers of the engine differ by more than case, so names do too.
    """
    known = {other.casefold() for other in taken}
    while name.casefold() in known:
        name += "_"
    return name


def keys_as_roles(keys: Iterable[tuple[str, str]], prefix: str = "") -> str:
    """Select list that renames key columns, (role, column), to their roles."""
    return ", ".join(f"{prefix}{quote(column)} AS {quote(role)}" for role, column in keys)


def tokens_to_json(tokens: Iterable[Token]) -> str:
    """Tokens as JSON, for the metadata of a feature table."""
    return json.dumps([asdict(token) for token in tokens], ensure_ascii=False, separators=(",", ":"))


def tokens_from_json(text: str | bytes) -> tuple[Token, ...]:
    """Inverse of `tokens_to_json`."""
    return tuple(
        Token(raw["name"], tuple(raw["assets"]), tuple(raw["keys"]), tuple(
            Feature(f["name"], f["kind"], tuple((a, c) for a, c in f["sources"])) for f in raw["features"]))
        for raw in json.loads(text))
