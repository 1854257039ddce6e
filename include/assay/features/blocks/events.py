"""Counts, recency and money of past events, for a thing or a pair of things."""

from __future__ import annotations

from dataclasses import dataclass

from assay.engine import quote
from assay.features.blocks.base import Feature, Known, Token, free_name, keys_as_roles

WINDOWS = (7, 28, 91)
_HALF_LIFE_SCALE = 1_000_000  # decayed counts are summed as integers, so that the sum doesn't depend on its order


def habit(windows: tuple[int, ...], measures: tuple[str, ...], things: tuple[str, ...],
          roles: tuple[str, ...]) -> dict[str, tuple[str, str | None]]:
    """Aggregates over rows with `_age` in days: name, none of `roles` -> (SQL, column read or None for the mere rows).

    Money is summed as decimal and weights as integers: floating-point sums would depend on the order of the rows.
    """
    past = "_age >= 1"
    found: dict[str, tuple[str, str | None]] = {"rows": (f"count(*) FILTER ({past})", None)}
    for days in windows:
        found[f"rows_{days}d"] = (f"count(*) FILTER ({past} AND _age <= {days})", None)
    found["days"] = (f"count(DISTINCT _age) FILTER ({past})", None)
    found["recency"] = (f"min(_age) FILTER ({past})", None)
    found["tenure"] = (f"max(_age) FILTER ({past})", None)
    found["decayed"] = (
        f"sum(CAST({_HALF_LIFE_SCALE} * exp(-_age / 28.0) AS BIGINT)) FILTER ({past}) / {float(_HALF_LIFE_SCALE)}", None)
    for measure in measures:
        exact = f"sum(try_cast({quote(measure)} AS DECIMAL(18, 4)))"
        found[free_name(measure, [*found, *roles])] = (f"{exact} FILTER ({past})", measure)
        found[free_name(f"{measure}_28d", [*found, *roles])] = (f"{exact} FILTER ({past} AND _age <= 28)", measure)
    for thing in things:
        found[free_name(f"different_{thing}", [*found, *roles])] = (f"count(DISTINCT {quote(thing)}) FILTER ({past})", thing)
    return found


@dataclass(frozen=True)
class EventHistory:
    """How often, how recently and for how much the events of one asset happened to its keys.

    Attributes:
        asset_id: A dated asset.
        keys: (entity role, column) that the events are counted by.
        measures: Additive columns that are summed.
        things: Other key columns whose different values are counted.
    """

    asset_id: str
    keys: tuple[tuple[str, str], ...]
    measures: tuple[str, ...]
    things: tuple[str, ...]

    def _roles(self) -> tuple[str, ...]:
        return tuple(role for role, _ in self.keys)

    def _habit(self) -> dict[str, tuple[str, str | None]]:
        return habit(WINDOWS, self.measures, self.things, self._roles())

    @property
    def token(self) -> Token:
        """Named by the asset and the roles that it counts for."""
        features = tuple(Feature(name, "number", ((self.asset_id, column),) if column else ())
                         for name, (_, column) in self._habit().items())
        return Token(f"{self.asset_id}|{'+'.join(self._roles())}", (self.asset_id,), self._roles(), features)

    def sql(self, known: Known) -> str:
        """One row per key with a past event."""
        aggregates = ", ".join(f"CAST({sql} AS FLOAT) AS {quote(name)}" for name, (sql, _) in self._habit().items())
        columns = ", ".join(quote(column) for _, column in self.keys)
        return (f"SELECT {keys_as_roles(self.keys)}, {aggregates} FROM {known.view(self.asset_id)} "
                f"WHERE _age >= 1 GROUP BY {columns}")
