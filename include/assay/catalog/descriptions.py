"""One plain sentence per column and table, and what such data serves."""

from __future__ import annotations

from collections.abc import Mapping

from assay.catalog.facts import ColumnFacts, TableFacts
from assay.catalog.kinds import TableKind
from assay.catalog.semantic_types import SemanticType
from assay.contracts.enums import AssetKind, Role

_NOUNS = {
    SemanticType.USER_ID: "a user or household", SemanticType.ITEM_ID: "a product", SemanticType.ORDER_ID: "an order or basket",
    SemanticType.STORE_ID: "a store", SemanticType.CAMPAIGN_ID: "a campaign", SemanticType.COUPON_ID: "a coupon",
    SemanticType.MANUFACTURER_ID: "a manufacturer", SemanticType.OTHER_ID: "a thing",
}
_PHRASES = {
    SemanticType.EVENT_TIME: "moment that the row concerns", SemanticType.DATE: "date that the row concerns",
    SemanticType.VALID_FROM: "first day on which the row is valid", SemanticType.VALID_TO: "last day on which the row is valid",
    SemanticType.MONEY: "amount of money", SemanticType.DISCOUNT: "discount in money", SemanticType.QUANTITY: "quantity",
    SemanticType.CATEGORY: "category", SemanticType.BRAND: "brand", SemanticType.SIZE: "size",
    SemanticType.PLACEMENT: "place where something is shown", SemanticType.AGE_RANGE: "age",
    SemanticType.INCOME_RANGE: "income", SemanticType.HOUSEHOLD: "make-up of the household", SemanticType.STATUS: "status",
    SemanticType.TEXT: "free text", SemanticType.NUMBER: "number", SemanticType.FLAG: "yes or no",
    SemanticType.CONSTANT: "single value",
}
_KINDS = {
    AssetKind.EVENT: "Events", AssetKind.ENTITY: "One row per thing", AssetKind.REFERENCE: "Reference list",
    AssetKind.ASSOCIATION: "Pairs or groups that belong together", AssetKind.UNKNOWN: "Rows of unknown purpose",
}


def describe_column(column: ColumnFacts, role: Role, meaning: SemanticType) -> str:
    """One sentence on a column."""
    said = " ".join(column.words) or column.name
    what = f"identifier of {_NOUNS[meaning]}" if meaning in _NOUNS else _PHRASES[meaning]
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


def find_uses(kind: AssetKind, meanings: set[SemanticType]) -> list[str]:
    """What data of this kind and these meanings serves, in a fixed order."""
    user, item = SemanticType.USER_ID in meanings, SemanticType.ITEM_ID in meanings
    money = bool({SemanticType.MONEY, SemanticType.DISCOUNT} & meanings)
    person = bool({SemanticType.AGE_RANGE, SemanticType.INCOME_RANGE, SemanticType.HOUSEHOLD} & meanings)
    promotion = bool({SemanticType.CAMPAIGN_ID, SemanticType.COUPON_ID, SemanticType.PLACEMENT} & meanings)
    serves = {
        "retrieval": item and (user or kind is AssetKind.ENTITY),
        "ranking features": item or (user and kind is not AssetKind.REFERENCE),
        "personalisation": user,
        "pricing": item and money,
        "stock planning": item and (SemanticType.STORE_ID in meanings or SemanticType.QUANTITY in meanings),
        "marketing": promotion,
        "risk": (person or money) and not item and not promotion,
        "look-up": kind is AssetKind.REFERENCE,
    }
    return [use for use, holds in serves.items() if holds] or ["analysis"]


def _join(names: list[str] | tuple[str, ...], longest: int = 4) -> str:
    shown = list(names[:longest])
    if len(names) > longest:
        return ", ".join(shown) + f" and {len(names) - longest} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]
