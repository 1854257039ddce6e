"""What an entity asset says of a thing: its columns as they stood at the cut-off."""

from __future__ import annotations

from dataclasses import dataclass

from assay.engine import quote
from assay.features.blocks.base import Feature, Known, Token, free_name, keys_as_roles, number


@dataclass(frozen=True)
class Attributes:
    """The describing columns of one entity asset.

    Attributes:
        asset_id: An asset whose primary key is the thing.
        key: (entity role, column).
        numbers: Numeric columns.
        categories: Columns taken as categories, as text.
    """

    asset_id: str
    key: tuple[str, str]
    numbers: tuple[str, ...]
    categories: tuple[str, ...]

    @property
    def token(self) -> Token:
        """Named by the asset; one feature a column."""
        return Token(self.asset_id, (self.asset_id,), (self.key[0],), (
            *(Feature(self._name(c), "number", ((self.asset_id, c),)) for c in self.numbers),
            *(Feature(self._name(c), "category", ((self.asset_id, c),)) for c in self.categories)))

    def _name(self, column: str) -> str:
        return free_name(column, [self.key[0]])

    def sql(self, known: Known) -> str:
        """One row per thing; of rows that repeat a key the smallest stands, whatever the order of the file."""
        columns = [*(number(quote(c), self._name(c)) for c in self.numbers),
                   *(f"CAST({quote(c)} AS VARCHAR) AS {quote(self._name(c))}" for c in self.categories)]
        order = ", ".join(quote(c) for c in (*self.numbers, *self.categories))
        return (f"SELECT {keys_as_roles([self.key])}, {', '.join(columns)} FROM {known.view(self.asset_id)} "
                f"WHERE {quote(self.key[1])} IS NOT NULL "
                f"QUALIFY row_number() OVER (PARTITION BY {quote(self.key[1])} ORDER BY {order}) = 1")
