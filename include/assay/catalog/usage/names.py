"""Which asset a name in a statement means: a table with or without schema and catalogue, or files by their path."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from assay.catalog.discovery import table_of
from assay.config import Platform

EXACT, BY_PATH, BY_LAST_PART = 1.0, 0.9, 0.8  # how sure a name is of its asset
_SUFFIX = re.compile(r"(?:\.(?:parquet|csv|tsv|json|jsonl|ndjson|orc|avro|gz|zst|snappy|bz2))+\Z")


@dataclass(frozen=True, eq=False)
class Table:
    """A table of the catalogue, as statements see it.

    Attributes:
        name: `<source>.<table>`.
        columns: Column in small letters -> its name, in the table's order.
        assets: Asset id -> its columns; one asset, or the column groups that the manifest splits the table into.
        folder: Where its files lie, in small letters, split at slashes.
        keys: Columns that are only in the names of its partitions' folders, such as ds.
    """

    name: str
    columns: Mapping[str, str]
    assets: Mapping[str, frozenset[str]]
    folder: tuple[str, ...]
    keys: tuple[str, ...] = ()

    @property
    def schema(self) -> str:
        """What stands between source and table in its name, in small letters: a schema or folder, or nothing."""
        return ".".join(self.name.lower().split(".")[1:-1])

    def groups(self, named: Collection[str]) -> list[str]:
        """The assets that have a named column for themselves; all of them if none has, or if nothing tells."""
        shared = frozenset.intersection(*self.assets.values())
        own = [asset for asset, columns in self.assets.items() if set(named) & (columns - shared)]
        return own if own and len(self.assets) > 1 else list(self.assets)


@dataclass(frozen=True)
class Match:
    """What a name in a statement means.

    Attributes:
        name: As the statement has it, in small letters.
        table: The table of the catalogue, or None.
        confidence: 0..1, higher is surer; 1 for an unknown name, which is what it is.
        candidates: Tables that it may be, where there are several.
    """

    name: str
    table: Table | None
    confidence: float = EXACT
    candidates: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The table's name in the catalogue, else the name in the statement."""
        return self.table.name if self.table else self.name

    def ends(self, column: str | None, named: Collection[str]) -> list[str]:
        """Assets at one end of a flow, or the name of what is none.

        Args:
            column: The column at this end, or None.
            named: Columns of the table that flows between the same tables name.
        """
        if self.table is None:
            return [self.name]
        if column is not None:
            return [asset for asset in self.table.groups({column}) if column in self.table.assets[asset]] or [self.table.name]
        return self.table.groups(named)


class Catalogue:
    """The tables that a night has discovered.

    Args:
        tables: All of them, in any order.
    """

    def __init__(self, tables: list[Table]) -> None:
        self.tables = {table.name: table for table in sorted(tables, key=lambda t: t.name)}
        self._full = {name.lower(): table for name, table in self.tables.items()}
        self._last: dict[str, list[Table]] = {}
        for name, table in self._full.items():
            self._last.setdefault(name.rpartition(".")[2], []).append(table)
        self._sources = {name.partition(".")[0] for name in self._full}

    def match(self, *parts: str) -> Match:
        """The table that a dotted name means: by its last two parts, else by the last one and whatever lies above it.

        A schema that is called like a source is taken at its word; of tables in several sources none is guessed.

        Args:
            *parts: Service or catalogue, database, schema and table in small letters, as far as they are given.
        """
        name = ".".join(part for part in parts if part)
        for tail in (name, ".".join(parts[-2:])):
            if tail in self._full:
                return Match(name, self._full[tail])
        schema = parts[-2] if len(parts) > 1 else ""
        found, sure = [] if schema in self._sources else self._last.get(parts[-1], []), BY_LAST_PART
        if within := [table for table in found if schema and table.schema == schema]:
            found, sure = within, EXACT
        else:  # a table of another schema is meant only where there is no other
            found = [table for table in found if not table.schema] or found
        if named := [table for table in found if table.name.lower().partition(".")[0] in parts[:-1]]:
            found, sure = named, EXACT
        return _only(name, found, sure)

    def match_path(self, path: str) -> Match:
        """The table whose files a path or glob names: by folder and, of several, by what lies above it.

        Args:
            path: In small letters, with or without a scheme.
        """
        parts = [part for part in path.partition("://")[2].split("/") if part] if "://" in path else path.strip("/").split("/")
        folders = [part for part in parts if "=" not in part and set(part) - set("*?[]{}.")]
        ends = [(folders[:end], _SUFFIX.sub("", folders[end - 1])) for end in range(len(folders), max(len(folders) - 2, 0), -1)]
        for above, last in ends:  # the file itself, then its folder
            found = self._last.get(last, [])
            if found:
                shared = {table.name: _shared(table.folder[:-1], tuple(above[:-1])) for table in found}
                best = max(shared.values())
                return _only(path, [t for t in found if shared[t.name] == best], EXACT if best else BY_PATH)
        return Match(path, None)


def _only(name: str, found: list[Table], confidence: float) -> Match:
    if len(found) == 1:
        return Match(name, found[0], confidence)
    return Match(name, None, candidates=tuple(table.name for table in found))


def _shared(folder: tuple[str, ...], path: tuple[str, ...]) -> int:
    """How many folders above the last one are the same."""
    count = 0
    for ours, theirs in zip(reversed(folder), reversed(path)):
        if ours != theirs:
            break
        count += 1
    return count


def catalogue_of(discovered: pa.Table, platform: Platform) -> Catalogue:
    """The tables of a night.

    Args:
        discovered: Contract `discovered`.
        platform: The manifest, which may split tables into column groups.
    """
    newest: dict[str, dict[str, Any]] = {}
    for row in sorted(discovered.to_pylist(), key=lambda r: (r["asset_id"], r["status"] == "ok", r["source_partition"])):
        newest[row["asset_id"]] = row
    assets: dict[str, dict[str, list[str]]] = {}
    folders: dict[str, tuple[str, ...]] = {}
    keys: dict[str, tuple[str, ...]] = {}
    for asset_id, row in sorted(newest.items()):
        name = table_of(platform, asset_id)
        assets.setdefault(name, {})[asset_id] = list(json.loads(row["schema"])) if row["schema"] else []
        folders[name], keys[name] = _folder(row)
    return Catalogue([
        Table(name, {c.lower(): c for columns in groups.values() for c in columns},
              {asset: frozenset(columns) for asset, columns in groups.items()}, folders[name], keys[name])
        for name, groups in assets.items()])


def _folder(row: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The table's own folder, and the key of the hive folders below it."""
    parts = [part for part in str(row["location"]).lower().split("/") if part]
    table = row["asset_id"].lower().split(".")[1]
    if parts and "=" in parts[-1]:
        return tuple(parts[:-1]), (parts[-1].partition("=")[0],)
    return tuple(parts if parts and parts[-1] == table else [*parts, table]), ()
