"""Paths in nested columns: fields of structs, elements of lists, keys and values of maps.

`address.city` is a field, `tags[]` are the elements of a list, `counts{key}` and `counts{value}` those of a map; they go on, as
in `orders[].items[].price`. A field whose name holds one of the characters that paths are made of stands in quotes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from assay.engine import literal, quote

_PLAIN = re.compile(r"""[^.\[\]{}"]+""")


@dataclass(frozen=True)
class Path:
    """What lies at the end of a path.

    Attributes:
        name: Unique among columns and paths of its table.
        dtype: DuckDB type.
        values: SQL of a relation `(v)`: a row for each row or element that holds it.
    """

    name: str
    dtype: str
    values: str


def paths_of(name: str, kind: Any, values: str, taken: Collection[str]) -> list[Path]:
    """The paths in a nested column, in the order of its type.

    Args:
        name: Of the column.
        kind: Its `duckdb.DuckDBPyType`.
        values: SQL of a relation `(v)`: the column.
        taken: Names of the table's columns, which a path may not have: it gets a prime then.
    """
    out: dict[str, Path] = {}
    for path in _walk(name, kind, values):
        free = path.name
        while free in taken or free in out:
            free += "'"
        out[free] = Path(free, path.dtype, path.values)
    return list(out.values())


def _walk(name: str, kind: Any, values: str) -> Iterator[Path]:
    if kind.id == "struct":
        for field, child in kind.children:
            below = field if _PLAIN.fullmatch(field) else quote(field)
            yield from _walk(f"{name}.{below}", child, f"(select struct_extract(v, {literal(field)}) as v from {values})")
    elif kind.id in ("list", "array"):
        child = kind.children[0][1]
        yield from _walk(f"{name}[]", child, f"(select unnest(v::{child}[]) as v from {values})")
    elif kind.id == "map":
        for (part, child), parts in zip(kind.children, ("map_keys", "map_values"), strict=True):
            yield from _walk(f"{name}{{{part}}}", child, f"(select unnest({parts}(v)) as v from {values})")
    else:
        yield Path(name, str(kind), values)


def is_nested(kind: Any) -> bool:
    """Whether values of a `duckdb.DuckDBPyType` hold others."""
    return kind.id in ("struct", "list", "array", "map")
