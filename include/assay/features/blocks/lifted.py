"""A user's past events with things *like* the candidate: events lifted to an attribute of the thing."""

from __future__ import annotations

from dataclasses import dataclass

from assay.engine import quote
from assay.features.blocks.base import Feature, Known, Token
from assay.features.blocks.events import habit

WINDOWS = (28,)


@dataclass(frozen=True)
class LiftedHistory:
    """Counts, recency and money of a user's events with all items that share the candidate's attribute.

    Attributes:
        events: Dated asset that names user and item.
        user: (entity role, column of `events`).
        item: (entity role, column of `events`).
        entity: Entity asset that describes items.
        entity_key: Its primary key.
        attribute: The column of `entity` that is shared.
        measures: Additive columns of `events`.
    """

    events: str
    user: tuple[str, str]
    item: tuple[str, str]
    entity: str
    entity_key: str
    attribute: str
    measures: tuple[str, ...]

    def _habit(self) -> dict[str, tuple[str, str | None]]:
        return habit(WINDOWS, self.measures, (self.item[1],), (self.user[0], self.item[0]))

    @property
    def token(self) -> Token:
        """Visible only if the events and the entity are."""
        features = tuple(
            Feature(name, "number", ((self.entity, self.attribute), *(((self.events, column),) if column else ())))
            for name, (_, column) in self._habit().items())
        return Token(f"{self.events}~{self.entity}.{self.attribute}|{self.user[0]}+{self.item[0]}",
                     tuple(sorted((self.events, self.entity))), (self.user[0], self.item[0]), features)

    def sql(self, known: Known) -> str:
        """One row per candidate whose attribute the user has met."""
        user, item = quote(self.user[0]), quote(self.item[0])
        aggregates = ", ".join(f"CAST({sql} AS FLOAT) AS {quote(name)}" for name, (sql, _) in self._habit().items())
        alike = (f"SELECT {quote(self.entity_key)} AS _item, min(CAST({quote(self.attribute)} AS VARCHAR)) AS _alike "
                 f"FROM {known.view(self.entity)} WHERE {quote(self.attribute)} IS NOT NULL GROUP BY 1")
        habits = (f"SELECT _e.{quote(self.user[1])} AS _user, _l._alike, {aggregates} FROM {known.view(self.events)} AS _e "
                  f"JOIN ({alike}) AS _l ON _l._item = _e.{quote(self.item[1])} "
                  f"SEMI JOIN _w ON _w.{user} = _e.{quote(self.user[1])} AND _w._alike = _l._alike WHERE _e._age >= 1 "
                  "GROUP BY 1, 2")
        names = ", ".join(f"_h.{quote(name)}" for name in self._habit())
        # materialised: else the planner joins candidates and habits by user alone before it looks at the attribute
        return (f"WITH _w AS MATERIALIZED (SELECT _c.{user}, _c.{item}, _l._alike FROM {known.candidates} AS _c "
                f"JOIN ({alike}) AS _l ON _l._item = _c.{item}), _h AS MATERIALIZED ({habits}) "
                f"SELECT _w.{user}, _w.{item}, {names} FROM _w JOIN _h ON _h._user = _w.{user} AND _h._alike = _w._alike")
