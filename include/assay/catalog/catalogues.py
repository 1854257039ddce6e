"""What another catalogue says of the night's assets: its names matched to them, its words and flows as rows of artifacts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assay.catalog.usage.names import Catalogue, Match, Table
from assay.contracts.described import DescribedTable, Flow, Parts

_Row = dict[str, Any]
_Ends = tuple[str, str | None, str, str | None]


@dataclass(frozen=True)
class Told:
    """What one catalogue says.

    Attributes:
        declared: Rows of the contract `declared`, by asset and column.
        lineage: Rows of the contract `declared_lineage`, by both ends.
        tables: Tables that it describes.
        matched: Of these, tables that are assets.
        unlisted: Names of tables that no source lists, ascending.
        ambiguous: A sentence on each name that doesn't tell which table is meant, ascending.
    """

    declared: list[_Row]
    lineage: list[_Row]
    tables: int
    matched: int
    unlisted: list[str]
    ambiguous: list[str]


def tell(origin: str, described: Iterable[DescribedTable], catalogue: Catalogue) -> Told:
    """Bring what a catalogue says to the assets that the night has discovered.

    Args:
        origin: Name of the catalogue in the manifest.
        described: Its tables, in any order.
        catalogue: What the sources hold.
    """
    tables = sorted(described, key=lambda table: table.identity)
    names = _Names(tables, catalogue)
    by_table: dict[str, list[DescribedTable]] = {}
    for table in tables:
        if (found := names.match(table.parts).table) is not None:
            by_table.setdefault(found.name, []).append(table)
    rows = [row for name, said in sorted(by_table.items()) for row in _declared(origin, catalogue.tables[name], said, names)]
    unknown = {".".join(table.parts) for table in tables if names.unlisted(table.parts)}
    rows.sort(key=lambda row: (row["asset_id"], row["column"] or ""))
    return Told(rows, _lineage(origin, tables, names), len(tables), sum(map(len, by_table.values())), sorted(unknown),
                sorted(names.ambiguous))


class _Names:
    """What every name of a catalogue means, where each table of ours is meant by one name alone.

    A table may be described several times under one name (by the database and by what builds it). Where several names fit it,
    the surest one counts, and of these one that is described; several such are one sentence and mean nothing.

    Args:
        tables: What the catalogue describes.
        catalogue: What the sources hold.
    """

    def __init__(self, tables: Sequence[DescribedTable], catalogue: Catalogue) -> None:
        described = {_small(table.parts) for table in tables}
        mentioned = {_small(parts) for table in tables
                     for parts in (*(flow.source for flow in table.flows), *(key.table for key in table.references))}
        found = {parts: _match(catalogue, parts) for parts in sorted(described | mentioned)}
        doubtful = {parts for parts, match in found.items() if match.candidates}
        self.ambiguous = {f"{found[parts].name} may be {' or '.join(found[parts].candidates)}"
                          for parts in doubtful & described}
        fitting: dict[str, list[Parts]] = {}
        for parts, match in found.items():
            if match.table is not None:
                fitting.setdefault(match.table.name, []).append(parts)
        lost: set[Parts] = set()
        for name, several in fitting.items():
            ranks = {parts: (found[parts].confidence, parts in described) for parts in several}
            best = [parts for parts in several if ranks[parts] == max(ranks.values())]
            lost |= set(several) - set(best)
            if len(best) > 1:
                lost |= set(best)
                doubtful |= set(best)
                if described & set(best):
                    self.ambiguous.add(f"{' and '.join('.'.join(parts) for parts in best)} may all be {name}")
        self._doubtful = doubtful
        self._found = {parts: Match(match.name, None) if parts in lost else match for parts, match in found.items()}

    def match(self, parts: Parts) -> Match:
        """What a name means."""
        return self._found[_small(parts)]

    def unlisted(self, parts: Parts) -> bool:
        """Whether no source lists a table of that name."""
        return self.match(parts).table is None and _small(parts) not in self._doubtful


def _small(parts: Parts) -> Parts:
    return tuple(part.lower() for part in parts)


def _match(catalogue: Catalogue, parts: Parts) -> Match:
    """By the path of its files, where the name is one."""
    return catalogue.match_path(parts[-1]) if "/" in parts[-1] else catalogue.match(*parts)


def _column(table: Table, name: str) -> str | None:
    """The table's own column of a name in any case; of a part of a value, the column that holds the value."""
    small = name.lower()
    return table.columns.get(small) or table.columns.get(small.partition(".")[0])


# -- words and keys ---------------------------------------------------------------------------------------------------


def _declared(origin: str, table: Table, said: Sequence[DescribedTable], names: _Names) -> Iterable[_Row]:
    """Rows on one table, for each of the assets that it gives."""
    plain = {"origin": origin, "comment": None, "owner": None, "tier": None, "key_position": None, "refers_to_asset": None,
             "refers_to_column": None, "row_estimate": None, "view": any(one.view for one in said)}
    words = {key: next((value for one in said if (value := getattr(one, key))), None) for key in ("comment", "owner", "tier")}
    comments: dict[str, str] = {}
    for one in said:
        for name, comment in sorted(one.column_comments.items()):
            if (column := table.columns.get(name.lower())) is not None:
                comments.setdefault(column, comment)
    key = [_column(table, name) for name in next((one.primary_key for one in said if one.primary_key), ())]
    targets = _targets(table, said, names)
    for asset, columns in table.assets.items():
        if any(words.values()) or plain["view"]:
            yield plain | words | {"asset_id": asset, "column": None}
        for column in sorted(columns & {*comments, *targets, *key}):
            to_asset, to_column = targets.get(column, (None, None))
            yield plain | {"asset_id": asset, "column": column, "comment": comments.get(column),
                           "key_position": key.index(column) if column in key else None,
                           "refers_to_asset": to_asset, "refers_to_column": to_column}


def _targets(table: Table, said: Sequence[DescribedTable], names: _Names) -> dict[str, tuple[str, str]]:
    """Asset and column that each referring column refers to, where both ends are known."""
    found: dict[str, tuple[str, str]] = {}
    for reference in (key for one in said for key in one.references):
        target = names.match(reference.table).table
        for name, to_name in zip(reference.columns, reference.to_columns, strict=True):
            column, to_column = _column(table, name), _column(target, to_name) if target else None
            if target is not None and column is not None and to_column is not None:
                holders = [asset for asset, columns in target.assets.items() if to_column in columns]
                found.setdefault(column, (holders[0] if len(holders) == 1 else target.name, to_column))
    return found


# -- flows ------------------------------------------------------------------------------------------------------------


def _lineage(origin: str, tables: Sequence[DescribedTable], names: _Names) -> list[_Row]:
    found: dict[_Ends, float] = {}
    for table in tables:
        target = names.match(table.parts)
        by_source: dict[Parts, list[Flow]] = {}
        for flow in table.flows:
            by_source.setdefault(_small(flow.source), []).append(flow)
        for parts, flows in by_source.items():
            for ends, sure in _between(names.match(parts), target, flows).items():
                found[ends] = max(sure, found.get(ends, 0.0))
    ordered = sorted(found.items(), key=lambda item: tuple((part is not None, part or "") for part in item[0]))
    return [{"from_asset": start, "from_column": column, "to_asset": end, "to_column": into, "origin": origin,
             "confidence": sure} for (start, column, end, into), sure in ordered]


def _between(source: Match, target: Match, flows: Sequence[Flow]) -> Mapping[_Ends, float]:
    """Flows between two tables, of the whole and of columns; one whose column is gone is a flow of the whole."""
    found: dict[_Ends, float] = {}
    pairs: dict[tuple[str | None, str | None], float] = {(None, None): 1.0}
    for flow in flows:
        pair = (_end_column(source, flow.column), _end_column(target, flow.into))
        if pair[1] is not None and (pair[0] is None) == (flow.column is None):
            pairs[pair] = max(flow.confidence, pairs.get(pair, 0.0))
    starts, ends = ({column for column in side if column} for side in zip(*pairs, strict=True))
    for (column, into), said in pairs.items():
        for start in source.ends(column, starts):
            for end in target.ends(into, ends):
                if (start, column) != (end, into):  # the same table, described twice
                    found[start, column, end, into] = min(source.confidence, target.confidence, said)
    return found


def _end_column(match: Match, name: str | None) -> str | None:
    if name is None or match.table is None:
        return name
    return _column(match.table, name)
