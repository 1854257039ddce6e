"""Classify assets without any hint: meaning, role and personal data of columns, kinds of tables, relations among them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import pyarrow as pa

from assay.catalog.composite import composite_key
from assay.catalog.declared import NOTHING, Declaration, DeclaredReference, believed_key
from assay.catalog.descriptions import describe_column, describe_table, find_uses
from assay.catalog.domains import find_domain
from assay.catalog.facts import TableFacts, read_facts
from assay.catalog.keys import unique_column
from assay.catalog.kinds import PROVEN, TableKind, find_kind
from assay.catalog.pii import PersonalData, find_personal, personal_level
from assay.catalog.relations import Relation, find_relations
from assay.catalog.roles import find_roles
from assay.catalog.rows import Rows
from assay.catalog.semantic_types import Meaning, SemanticType, identified
from assay.config.manifest import AssetOverride
from assay.contracts.enums import AssetKind, Role
from assay.contracts.schemas import COLUMNS, RELATIONS, TABLE_KINDS
from assay.errors import UnreadableData

logger = logging.getLogger(__name__)

_IMPERSONAL = frozenset({SemanticType.ITEM_ID, SemanticType.STORE_ID, SemanticType.CAMPAIGN_ID, SemanticType.COUPON_ID,
                         SemanticType.MANUFACTURER_ID})
_NO_OVERRIDE = AssetOverride()


@dataclass(frozen=True)
class Classification:
    """What was found out.

    Attributes:
        columns: After the contract COLUMNS, by asset in order of names, then in the table's order of columns.
        table_kinds: After the contract TABLE_KINDS, by asset.
        relations: After the contract RELATIONS, by kind and assets.
    """

    columns: pa.Table
    table_kinds: pa.Table
    relations: pa.Table


def classify(states: Mapping[str, pa.Table], overrides: Mapping[str, AssetOverride] | None = None,
             rows: Rows | None = None, declarations: Mapping[str, Declaration] | None = None) -> Classification:
    """Classify all assets of a platform together.

    Args:
        states: Profile state by asset id: merged from increments, or the newest of dated snapshots.
        overrides: What the manifest says of an asset wins; keys that are no asset are ignored.
        rows: Of the partitions that the states count. Without them no key and no relation of several columns is found.
        declarations: What sources declare of their tables, by asset.
    """
    given = overrides or {}
    said = {asset: (declarations or {}).get(asset, NOTHING) for asset in states}
    tables = {asset: read_facts(asset, states[asset], said[asset].comments) for asset in sorted(states)}
    found = {asset: _find_roles(table, given.get(asset, _NO_OVERRIDE), said[asset]) for asset, table in tables.items()}
    roles = {asset: {name: role for name, (role, _) in columns.items()} for asset, columns in found.items()}
    keys = {asset: believed_key(table, said[asset], rows) for asset, table in tables.items()}
    kinds = {asset: _identified(_find_kind(table, found[asset], given.get(asset, _NO_OVERRIDE), keys[asset]), table,
                                roles[asset], rows) for asset, table in tables.items()}
    personal = {asset: _find_personal(table, found[asset], kinds[asset], given.get(asset, _NO_OVERRIDE))
                for asset, table in tables.items()}
    column_rows = [_column_row(table, name, *found[asset][name], personal[asset][name])
                   for asset, table in tables.items() for name in table.columns]
    kind_rows = [_kind_row(table, kinds[asset], found[asset], personal[asset], given.get(asset, _NO_OVERRIDE))
                 for asset, table in tables.items()]
    references = {asset: declaration.references for asset, declaration in said.items()}
    relation_rows = [asdict(relation) for relation in _find_relations(tables, roles, kinds, rows, references)]
    return Classification(pa.Table.from_pylist(column_rows, schema=COLUMNS.schema),
                          pa.Table.from_pylist(kind_rows, schema=TABLE_KINDS.schema),
                          pa.Table.from_pylist(relation_rows, schema=RELATIONS.schema))


def _find_roles(table: TableFacts, override: AssetOverride, declared: Declaration) -> dict[str, tuple[Role, Meaning]]:
    """Roles with what the source declares and, above all, the manifest says in their place."""
    found = find_roles(table)
    for name in declared.keys & found.keys():
        if found[name][0] is not Role.KEY and found[name][0] is not Role.TIME:
            found[name] = Role.KEY, identified(table.columns[name])
    said = dict(override.roles)
    if override.time is not None:
        said.setdefault(override.time, Role.TIME)
    for name, role in said.items():
        if name in found:
            found[name] = role, found[name][1]
    return found


def _find_kind(table: TableFacts, found: Mapping[str, tuple[Role, Meaning]], override: AssetOverride,
               declared: tuple[str, ...]) -> TableKind:
    roles = {name: role for name, (role, _) in found.items()}
    meanings = {name: meaning.type for name, (_, meaning) in found.items()}
    time = override.time if override.time in table.columns else None
    kind = find_kind(table, roles, meanings, time, declared)
    key = table.columns.get(override.key) if override.key else None
    identity = (key.name,) if key is not None and key.distinct == table.rows > 0 else kind.primary_key
    return TableKind(override.kind or kind.kind, kind.time_column, identity)


def _identified(kind: TableKind, table: TableFacts, roles: Mapping[str, Role], rows: Rows | None) -> TableKind:
    """The kind with the columns that identify rows, where names alone told none."""
    if kind.primary_key:
        return kind
    single = unique_column(table, roles) if kind.kind is not AssetKind.EVENT or table.rows >= PROVEN else None
    if single is not None:
        return replace(kind, primary_key=(single,))
    try:
        return kind if rows is None else replace(kind, primary_key=composite_key(table, roles, rows))
    except UnreadableData as error:
        logger.warning("no key of several columns is looked for: %s", error)
        return kind


def _find_relations(tables: Mapping[str, TableFacts], roles: Mapping[str, Mapping[str, Role]], kinds: Mapping[str, TableKind],
                    rows: Rows | None, declared: Mapping[str, Sequence[DeclaredReference]]) -> list[Relation]:
    """Relations, once more without the rows of an asset that turn out unreadable."""
    for _ in tables:
        try:
            return find_relations(tables, roles, kinds, rows, declared)
        except UnreadableData as error:
            logger.warning("rows are not looked into: %s", error)
    return find_relations(tables, roles, kinds, None, declared)


def _find_personal(table: TableFacts, found: Mapping[str, tuple[Role, Meaning]], kind: TableKind,
                   override: AssetOverride) -> dict[str, PersonalData]:
    for name in sorted(set(override.personal) - set(table.columns)):  # misspelt, most likely, and then not masked
        logger.warning("the manifest tells the personal data of %s.%s, but there is no such column", table.asset_id, name)
    concerned = {found[name][1].type for name in kind.primary_key}
    return {name: find_personal(column, found[name][0], found[name][1].type, about_persons=not concerned & _IMPERSONAL,
                                said=override.personal.get(name))
            for name, column in table.columns.items()}


def _column_row(table: TableFacts, name: str, role: Role, meaning: Meaning, personal: PersonalData) -> dict[str, Any]:
    column = table.columns[name]
    return {"asset_id": table.asset_id, "column": name, "dtype": column.dtype, "semantic_type": meaning.type.value,
            "semantic_confidence": meaning.confidence, "pii_type": personal.kind, "pii_confidence": personal.confidence,
            "role": role.value, "distinct_count": column.distinct, "description": describe_column(column, role, meaning.type)}


def _kind_row(table: TableFacts, kind: TableKind, found: Mapping[str, tuple[Role, Meaning]],
              personal: Mapping[str, PersonalData], override: AssetOverride) -> dict[str, Any]:
    roles = {name: role for name, (role, _) in found.items()}
    meanings = {meaning.type for _, meaning in found.values()}
    domain, sure = find_domain(table, kind.kind, meanings)
    uses = find_uses(kind.kind, meanings, domain)
    return {"asset_id": table.asset_id, "kind": kind.kind.value, "domain": domain, "domain_confidence": sure,
            "time_column": kind.time_column,
            "primary_key": list(kind.primary_key), "description": override.description or describe_table(table, kind, roles),
            "potential_uses": [use for use, _ in uses], "use_reasons": [why for _, why in uses],
            "pii_level": personal_level(personal.values())}
