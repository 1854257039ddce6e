"""How assets are related: references to another table's key, copies of a table, parts of it, and totals of it.

References are found by `references`, those of several columns by `composite_references`. One is kept when only a part of the
values is found (a table may describe a third of all households), with its coverage and a lower confidence.

A key without an owner, that no table describes row by row, is owned by the association that lists it: where an association
holds at least 90 % of the values that an event table refers to, and its own name starts with the key's, that is a reference
too, many to many and with lower confidence (redeemed coupons -> the products a coupon is good for).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assay.catalog.composite_references import composite_references
from assay.catalog.declared import DeclaredReference
from assay.catalog.derivations import derivations
from assay.catalog.facts import TableFacts, singular
from assay.catalog.kinds import TableKind
from assay.catalog.naming import Names, stem
from assay.catalog.overlaps import Overlap, find_copies, find_parts
from assay.catalog.references import Reference, ReferenceSearch
from assay.catalog.rows import Rows
from assay.catalog.sketches import Sketch, inclusion, sketch
from assay.contracts.enums import AssetKind, RelationKind, Role

_LISTED = 0.9
_DERIVED = 0.9  # confidence of a table of totals


@dataclass(frozen=True)
class Relation:
    """A row of the contract RELATIONS."""

    kind: RelationKind
    from_asset: str
    from_columns: tuple[str, ...]
    to_asset: str
    to_columns: tuple[str, ...]
    coverage: float
    confidence: float


def find_relations(tables: Mapping[str, TableFacts], roles: Mapping[str, Mapping[str, Role]], kinds: Mapping[str, TableKind],
                   rows: Rows | None = None,
                   declared: Mapping[str, Sequence[DeclaredReference]] | None = None) -> list[Relation]:
    """All relations among assets, ordered by kind, assets and columns.

    Args:
        tables: Facts by asset.
        roles: Of each column by asset.
        kinds: By asset, with the columns that identify rows.
        rows: Of the assets; without them no relation of several columns, no part and no total is found.
        declared: References that sources declare, by asset; they stand in place of what is found of the same columns.
    """
    sketches = {(asset, name): sketch(column) for asset in sorted(tables) for name, column in tables[asset].columns.items()}
    copies = find_copies(tables, sketches, rows)
    originals = {asset: tables[asset] for asset in sorted(tables) if asset not in {copy.source for copy in copies}}
    keys = [sketches[asset, kinds[asset].primary_key[0]] for asset in originals if len(kinds[asset].primary_key) == 1]
    search = ReferenceSearch(tables, roles, keys)
    references = [reference for place in sorted(sketches) for reference in search.of(sketches[place])]
    identities = {asset: kinds[asset].primary_key for asset in originals}
    found = [*map(_reference, references), *_lists(originals, roles, kinds, sketches, keys, references)]
    if rows is not None:
        found += [Relation(RelationKind.FOREIGN_KEY, r.source, r.columns, r.target, r.key, round(r.coverage, 6),
                           round(r.confidence, 6)) for r in composite_references(tables, sketches, identities, rows)]
    certain = list(_declared(declared or {}, sketches, rows))
    told = {(r.from_asset, frozenset(r.from_columns)) for r in certain}
    referring = [*certain, *(r for r in found if (r.from_asset, frozenset(r.from_columns)) not in told)]
    out = [*map(_overlap, copies), *referring]
    if rows is not None:
        out += map(_overlap, find_parts(originals, sketches, rows))
        out += [Relation(RelationKind.DERIVED, d.source, d.columns, d.target, d.others, round(d.agreement, 6), _DERIVED)
                for d in derivations(originals, [(r.from_asset, r.from_columns, r.to_asset, r.to_columns) for r in referring],
                                     identities, rows)]
    return sorted(out, key=lambda r: (r.kind, r.from_asset, r.from_columns, r.to_asset, r.to_columns))


def _reference(found: Reference) -> Relation:
    (asset, column), (target, key) = found.source.place, found.target.place
    return Relation(RelationKind.FOREIGN_KEY, asset, (column,), target, (key,), round(found.coverage, 6),
                    round(found.confidence, 6))


def _declared(declared: Mapping[str, Sequence[DeclaredReference]], sketches: Mapping[tuple[str, str], Sketch],
              rows: Rows | None) -> Iterator[Relation]:
    """Declared references between columns that are there: certain, with the share of values that is found."""
    for asset, references in sorted(declared.items()):
        for found in references:
            ends = [*((asset, column) for column in found.columns), *((found.target, column) for column in found.to_columns)]
            if not all(end in sketches for end in ends):
                continue
            if len(found.columns) == 1:
                covered = inclusion(sketches[ends[0]], sketches[ends[1]])
            elif rows is not None and asset in rows and found.target in rows:
                shared = rows.shared(asset, found.columns, found.target, found.to_columns)
                covered = shared.found / max(shared.distinct, 1)
            else:
                covered = min(inclusion(sketches[asset, column], sketches[found.target, to])
                              for column, to in zip(found.columns, found.to_columns, strict=True))
            yield Relation(RelationKind.FOREIGN_KEY, asset, found.columns, found.target, found.to_columns, round(covered, 6),
                           1.0)


def _overlap(found: Overlap) -> Relation:
    kind = RelationKind.SUBSET if found.part else RelationKind.DUPLICATE
    return Relation(kind, found.source, found.columns, found.target, found.others, 1.0, found.confidence)


def _lists(originals: Mapping[str, TableFacts], roles: Mapping[str, Mapping[str, Role]], kinds: Mapping[str, TableKind],
           sketches: Mapping[tuple[str, str], Sketch], keys: Sequence[Sketch],
           references: Sequence[Reference]) -> list[Relation]:
    """References of events to associations that list a key which no table describes."""
    owned = {_core(key, originals[key.place[0]]) for key in keys}
    referring = {reference.source.place for reference in references}
    out = []
    for target, table in originals.items():
        if kinds[target].kind is not AssetKind.ASSOCIATION:
            continue
        for name in table.columns:
            key = sketches[target, name]
            core = _core(key, table)
            if roles[target][name] is not Role.KEY or core in owned or not core:
                continue
            if tuple(singular(word) for word in table.words)[: len(core)] != core:
                continue
            for asset in originals:
                column = sketches.get((asset, name))
                if kinds[asset].kind is not AssetKind.EVENT or column is None or column.place in referring:
                    continue
                covered = inclusion(column, key)
                if covered >= _LISTED:
                    out.append(_reference(Reference(column, key, 1.0, covered, 0.6 * covered)))
    return out


def _core(key: Sketch, table: TableFacts) -> tuple[str, ...]:
    """What a key names: `product` for `product_id` anywhere and for `id` in `products`."""
    return stem(Names(table).of(key.column)) or tuple(singular(word) for word in table.words)
