"""A user's last events one by one, for the encoder that reads them in their order."""

from __future__ import annotations

from dataclasses import dataclass

from assay.engine import quote
from assay.features.blocks.base import Feature, Known, Token, free_name

ITEMS, AGES, BEGINS = "items", "ages", "begins"


@dataclass(frozen=True)
class EventSequence:
    """What a user did last, oldest event first; rows of one session with one item are one event.

    Attributes:
        asset_id: A dated asset that names user and item.
        user: (entity role, column).
        item: Column of the item.
        session: Key column whose rows happened together; None takes a day's rows as one session.
        measures: Additive columns that are summed.
        last: Most events.
    """

    asset_id: str
    user: tuple[str, str]
    item: str
    session: str | None
    measures: tuple[str, ...]
    last: int

    @property
    def token(self) -> Token:
        """Lists of equal length: items as text, ages in days, whether a session begins, measures."""
        session = ((self.asset_id, self.session),) if self.session else ()
        return Token(f"{self.asset_id}|{self.user[0]}|sequence", (self.asset_id,), (self.user[0],), (
            Feature(ITEMS, "sequence", ()), Feature(AGES, "sequence", ()), Feature(BEGINS, "sequence", session),
            *(Feature(self._name(measure), "sequence", ((self.asset_id, measure),)) for measure in self.measures)))

    def _name(self, measure: str) -> str:
        return free_name(measure, (ITEMS, AGES, BEGINS, self.user[0]))

    def sql(self, known: Known) -> str:
        """One row per user with a past event."""
        user, item = quote(self.user[1]), quote(self.item)
        session = f"CAST({quote(self.session)} AS VARCHAR)" if self.session else "''"
        sums = [f"sum(try_cast({quote(m)} AS DECIMAL(18, 4)))" for m in self.measures]
        events = (f"SELECT {user} AS _user, _age, {session} AS _session, CAST({item} AS VARCHAR) AS _item"
                  f"{''.join(f', {total} AS _m{n}' for n, total in enumerate(sums))} FROM {known.view(self.asset_id)} "
                  f"WHERE _age >= 1 AND {user} IS NOT NULL AND {item} IS NOT NULL GROUP BY ALL")
        order = "_age DESC, _session, _item"
        begins = f"lag((_age, _session)) OVER (PARTITION BY _user ORDER BY {order}) IS DISTINCT FROM (_age, _session)"
        back = "row_number() OVER (PARTITION BY _user ORDER BY _age, _session DESC, _item DESC)"
        lists = {ITEMS: "_item", AGES: "CAST(_age AS SMALLINT)", BEGINS: "_begins"} | {
            self._name(m): f"CAST(coalesce(_m{n}, 0) AS FLOAT)" for n, m in enumerate(self.measures)}
        columns = ", ".join(f"list({sql} ORDER BY {order}) AS {quote(name)}" for name, sql in lists.items())
        return (f"SELECT _user AS {quote(self.user[0])}, {columns} FROM (SELECT *, {begins} AS _begins FROM ({events}) "
                f"QUALIFY {back} <= {self.last}) GROUP BY _user")
