"""Paths from a user to an item over a thing that links both, such as household → campaign → coupon → product."""

from __future__ import annotations

from dataclasses import dataclass

from assay.engine import quote
from assay.features.blocks.base import Feature, Known, Token
from assay.features.blocks.links import Validity


@dataclass(frozen=True)
class LinkPath:
    """How many things link the user with the item, in force during the outcome window where that is known.

    Attributes:
        first: Asset that links user and thing; of a dated asset only the past counts.
        user: (entity role, column of `first`).
        thing_in_first: The thing's column there.
        second: Asset that links thing and item.
        item: (entity role, column of `second`).
        thing_in_second: The thing's column there.
        dated: True if `first` is dated.
        validity: When the thing is in force; None if nobody says.
    """

    first: str
    user: tuple[str, str]
    thing_in_first: str
    second: str
    item: tuple[str, str]
    thing_in_second: str
    dated: bool
    validity: Validity | None

    @property
    def token(self) -> Token:
        """Visible only if every asset on the path is."""
        assets = {self.first, self.second} | ({self.validity.asset_id} if self.validity else set())
        sources = ((self.first, self.thing_in_first), (self.second, self.thing_in_second),
                   *(self.validity.sources() if self.validity else ()))
        through = "~".join([self.first, *([self.validity.asset_id] if self.validity else []), self.second])
        return Token(f"{through}.{self.thing_in_second}|{self.user[0]}+{self.item[0]}", tuple(sorted(assets)),
                     (self.user[0], self.item[0]), (Feature("links", "number", sources),))

    def sql(self, known: Known) -> str:
        """One row per candidate that at least one thing links."""
        past = "WHERE _age >= 1" if self.dated else ""
        first = (f"SELECT DISTINCT {quote(self.user[1])} AS _user, {quote(self.thing_in_first)} AS _thing "
                 f"FROM {known.view(self.first)} {past}")
        if self.validity:
            first = f"SELECT _f.* FROM ({first}) AS _f SEMI JOIN ({self.validity.in_force(known)}) AS _v USING (_thing)"
        second = (f"SELECT DISTINCT {quote(self.thing_in_second)} AS _thing, {quote(self.item[1])} AS _item "
                  f"FROM {known.view(self.second)}")
        roles = f"_c.{quote(self.user[0])}, _c.{quote(self.item[0])}"
        return (f"SELECT {roles}, CAST(count(*) AS FLOAT) AS links FROM {known.candidates} AS _c "
                f"JOIN ({second}) AS _s ON _s._item = _c.{quote(self.item[0])} "
                f"JOIN ({first}) AS _f ON _f._user = _c.{quote(self.user[0])} AND _f._thing = _s._thing GROUP BY ALL")
