"""How many things an association links a user or an item to, and which of them are in force."""

from __future__ import annotations

from dataclasses import dataclass

from assay.engine import quote
from assay.features.blocks.base import Feature, Known, Token, free_name, keys_as_roles


@dataclass(frozen=True)
class Validity:
    """An entity asset that says from when to when a linked thing is in force.

    Attributes:
        asset_id: The entity asset.
        key: Its primary key.
        valid_from: First day in force.
        valid_to: Last day in force.
        kinds: Categories that the things in force are counted by being the largest of.
    """

    asset_id: str
    key: str
    valid_from: str
    valid_to: str
    kinds: tuple[str, ...]

    def in_force(self, known: Known) -> str:
        """A query of the things in force during the outcome window."""
        kinds = "".join(f", CAST({quote(c)} AS VARCHAR) AS {quote(c)}" for c in self.kinds)
        return (f"SELECT {quote(self.key)} AS _thing{kinds} FROM {known.view(self.asset_id)} "
                f"WHERE {self._days(known, self.valid_from)} > -{known.horizon_days} "
                f"AND coalesce({self._days(known, self.valid_to)}, 0) <= 0")

    def _days(self, known: Known, column: str) -> str:
        """Days from a date column to the cut-off; negative in the future."""
        return f"date_diff('day', CAST({quote(column)} AS DATE), {known.cutoff_sql})"

    def sources(self) -> tuple[tuple[str, str], ...]:
        """Columns that decide what is in force."""
        return ((self.asset_id, self.valid_from), (self.asset_id, self.valid_to))


@dataclass(frozen=True)
class Links:
    """Links of one association asset, counted by user or by item.

    Attributes:
        asset_id: The association.
        key: (entity role, column).
        things: Other key columns: their different values are counted.
        thing: The key column that `validity` speaks of.
        validity: Counts only what is in force; None counts everything.
    """

    asset_id: str
    key: tuple[str, str]
    things: tuple[str, ...]
    thing: str | None = None
    validity: Validity | None = None

    @property
    def token(self) -> Token:
        """With validity a token of both assets, else of the association alone."""
        if self.validity is None:
            return Token(f"{self.asset_id}|{self.key[0]}", (self.asset_id,), (self.key[0],), (
                Feature("rows", "number", ()),
                *(Feature(f"different_{t}", "number", ((self.asset_id, t),)) for t in self.things)))
        sources = self.validity.sources()
        return Token(f"{self.asset_id}~{self.validity.asset_id}|{self.key[0]}",
                     tuple(sorted((self.asset_id, self.validity.asset_id))), (self.key[0],), (
                         Feature("in_force", "number", sources),
                         *(Feature(self._name(k), "category", (*sources, (self.validity.asset_id, k)))
                           for k in self.validity.kinds)))

    def _name(self, kind: str) -> str:
        return free_name(kind, [self.key[0], "in_force"])

    def sql(self, known: Known) -> str:
        """One row per key with a link (in force)."""
        column = f"_l.{quote(self.key[1])}"
        if self.validity is None:
            counts = "".join(f", CAST(count(DISTINCT {quote(t)}) AS FLOAT) AS {quote(f'different_{t}')}" for t in self.things)
            return (f"SELECT {keys_as_roles([self.key], '_l.')}, CAST(count(*) AS FLOAT) AS rows{counts} "
                    f"FROM {known.view(self.asset_id)} AS _l GROUP BY {column}")
        kinds = "".join(f", max(_v.{quote(k)}) AS {quote(self._name(k))}" for k in self.validity.kinds)
        return (f"SELECT {keys_as_roles([self.key], '_l.')}, CAST(count(DISTINCT _v._thing) AS FLOAT) AS in_force{kinds} "
                f"FROM {known.view(self.asset_id)} AS _l JOIN ({self.validity.in_force(known)}) AS _v "
                f"ON _v._thing = _l.{quote(str(self.thing))} GROUP BY {column}")
