"""One plain sentence per column and table, and what such data serves."""

from __future__ import annotations

from collections.abc import Mapping

from assay.catalog.facts import ColumnFacts, TableFacts
from assay.catalog.kinds import TableKind
from assay.catalog.semantic_types import SemanticType, says
from assay.contracts.enums import AssetKind, Role

_KINDS = {
    AssetKind.EVENT: "Events", AssetKind.ENTITY: "One row per thing", AssetKind.REFERENCE: "Reference list",
    AssetKind.ASSOCIATION: "Pairs or groups that belong together", AssetKind.UNKNOWN: "Rows of unknown purpose",
}


def describe_column(column: ColumnFacts, role: Role, meaning: SemanticType) -> str:
    """One sentence on a column."""
    said = " ".join(column.words) or column.name
    what = says(meaning)
    never = ", the same in every row" if role is Role.CONSTANT and meaning is not SemanticType.CONSTANT else ""
    return f"{said[:1].upper()}{said[1:]}: {what}{never}."


def describe_table(table: TableFacts, kind: TableKind, roles: Mapping[str, Role]) -> str:
    """One sentence on a table."""
    name = table.asset_id.split(".", 1)[-1].replace("_", " ").replace(".", ", ")
    keys = [column for column, role in roles.items() if role is Role.KEY and column not in kind.primary_key]
    told = [column for column, role in roles.items() if role in (Role.MEASURE, Role.ATTRIBUTE)]
    parts = [f"{_KINDS[kind.kind]} in {name}"]
    if kind.primary_key:
        parts.append(f"identified by {_join(kind.primary_key)}")
    if keys:
        parts.append(f"by {_join(keys)}")
    if kind.time_column:
        parts.append(f"dated by {kind.time_column}")
    if told:
        parts.append(f"with {_join(told)}")
    return ", ".join(parts) + "."


def find_uses(kind: AssetKind, meanings: set[SemanticType], domain: str) -> list[tuple[str, str]]:
    """What data of this kind and these meanings serves, in a fixed order, each with its reason."""
    user, item = SemanticType.USER_ID in meanings, SemanticType.ITEM_ID in meanings
    money = bool({SemanticType.MONEY, SemanticType.DISCOUNT, SemanticType.PRICE, SemanticType.COST} & meanings)
    person = bool({SemanticType.AGE, SemanticType.INCOME, SemanticType.HOUSEHOLD, SemanticType.BALANCE} & meanings)
    promotion = bool({SemanticType.CAMPAIGN_ID, SemanticType.COUPON_ID, SemanticType.LOCATION} & meanings)
    told = bool({SemanticType.NAME, SemanticType.TEXT, SemanticType.IMAGE, SemanticType.REVIEW} & meanings)
    stored = bool({SemanticType.STORE_ID, SemanticType.QUANTITY, SemanticType.STOCK} & meanings)
    serves = (
        ("search", SemanticType.QUERY in meanings or (item and told),
         "it holds what is searched for" if SemanticType.QUERY in meanings else "it says in words or pictures what items are"),
        ("retrieval", item and (user or kind is AssetKind.ENTITY),
         "it says which items users met" if user else "it lists the items that can be found"),
        ("ranking features", item or (user and kind is not AssetKind.REFERENCE),
         f"it describes {'users and items' if user and item else 'items' if item else 'users'}"),
        ("personalisation", user, "its rows belong to users"),
        ("pricing", item and money, "it tells what items cost or earn"),
        ("stock planning", item and stored, "it tells how much of an item is where"),
        ("marketing", promotion or domain == "marketing", "it tells what was promoted where or to whom"),
        ("risk", (person or money or SemanticType.OUTCOME in meanings) and not item and not promotion,
         "it tells what persons have, owe or did"),
        ("health care", domain == "health", "it describes patients or their treatment"),
        ("look-up", kind is AssetKind.REFERENCE, "it is a short list that others refer to"),
    )
    return [(use, why) for use, holds, why in serves if holds] or [("analysis", "nothing more is known of it")]


def _join(names: list[str] | tuple[str, ...], longest: int = 4) -> str:
    shown = list(names[:longest])
    if len(names) > longest:
        return ", ".join(shown) + f" and {len(names) - longest} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]
