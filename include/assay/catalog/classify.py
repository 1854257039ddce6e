"""Classify assets without any hint: meaning, role and personal data of columns, kinds of tables, relations among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from assay.catalog.descriptions import describe_column, describe_table, find_uses
from assay.catalog.facts import TableFacts, read_facts
from assay.catalog.kinds import TableKind, find_kind
from assay.catalog.pii import PersonalData, find_personal, personal_level
from assay.catalog.relations import find_relations
from assay.catalog.roles import find_roles
from assay.catalog.semantic_types import Meaning, SemanticType
from assay.config.manifest import AssetOverride
from assay.contracts.enums import Role
from assay.contracts.schemas import COLUMNS, RELATIONS, TABLE_KINDS

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


def classify(states: Mapping[str, pa.Table], overrides: Mapping[str, AssetOverride] | None = None) -> Classification:
    """Classify all assets of a platform together.

    Args:
        states: Profile state by asset id: merged from increments, or the newest of dated snapshots.
        overrides: What the manifest says of an asset wins; keys that are no asset are ignored.
    """
    given = overrides or {}
    tables = {asset: read_facts(asset, states[asset]) for asset in sorted(states)}
    found = {asset: _find_roles(table, given.get(asset, _NO_OVERRIDE)) for asset, table in tables.items()}
    roles = {asset: {name: role for name, (role, _) in columns.items()} for asset, columns in found.items()}
    kinds = {asset: _find_kind(table, found[asset], given.get(asset, _NO_OVERRIDE)) for asset, table in tables.items()}
    personal = {asset: _find_personal(table, found[asset], kinds[asset], given.get(asset, _NO_OVERRIDE))
                for asset, table in tables.items()}
    column_rows = [_column_row(table, name, *found[asset][name], personal[asset][name])
                   for asset, table in tables.items() for name in table.columns]
    kind_rows = [_kind_row(table, kinds[asset], found[asset], personal[asset], given.get(asset, _NO_OVERRIDE))
                 for asset, table in tables.items()]
    relation_rows = [asdict(relation) for relation in find_relations(tables, roles, kinds)]
    return Classification(pa.Table.from_pylist(column_rows, schema=COLUMNS.schema),
                          pa.Table.from_pylist(kind_rows, schema=TABLE_KINDS.schema),
                          pa.Table.from_pylist(relation_rows, schema=RELATIONS.schema))


def _find_roles(table: TableFacts, override: AssetOverride) -> dict[str, tuple[Role, Meaning]]:
    """Roles with what the manifest says in their place."""
    found = find_roles(table)
    said = dict(override.roles)
    if override.time is not None:
        said.setdefault(override.time, Role.TIME)
    for name, role in said.items():
        if name in found:
            found[name] = role, found[name][1]
    return found


def _find_kind(table: TableFacts, found: Mapping[str, tuple[Role, Meaning]], override: AssetOverride) -> TableKind:
    roles = {name: role for name, (role, _) in found.items()}
    meanings = {name: meaning.type for name, (_, meaning) in found.items()}
    time = override.time if override.time in table.columns else None
    kind = find_kind(table, roles, meanings, time)
    key = table.columns.get(override.key) if override.key else None
    identity = (key.name,) if key is not None and key.distinct == table.rows > 0 else kind.primary_key
    return TableKind(override.kind or kind.kind, kind.time_column, identity)


def _find_personal(table: TableFacts, found: Mapping[str, tuple[Role, Meaning]], kind: TableKind,
                   override: AssetOverride) -> dict[str, PersonalData]:
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
    return {"asset_id": table.asset_id, "kind": kind.kind.value, "time_column": kind.time_column,
            "primary_key": list(kind.primary_key), "description": override.description or describe_table(table, kind, roles),
            "potential_uses": find_uses(kind.kind, {meaning.type for _, meaning in found.values()}),
            "pii_level": personal_level(personal.values())}
