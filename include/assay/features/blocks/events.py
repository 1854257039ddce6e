"""Counts, recency and money of past events, for a thing or a pair of things."""

from __future__ import annotations

from dataclasses import dataclass

from assay.engine import quote
from assay.features.blocks.base import Feature, Known, Token, free_name, keys_as_roles

WINDOWS = (7, 28, 91)
_FADING_SCALE = 1_000_000  # decayed counts are summed as integers, so that the sum doesn't depend on its order


def habit(windows: tuple[int, ...], measures: tuple[str, ...], things: tuple[str, ...], roles: tuple[str, ...], *,
          rhythm: bool = True) -> dict[str, tuple[str, str | None]]:
    """Aggregates over past rows with `_age` in days: name, none of `roles` -> (SQL, column read or None for the mere rows).

    Money is summed as decimal, weights and ages as integers: floating-point sums would depend on the order of the rows.

    Args:
        windows: Days back that rows are counted within.
        measures: Additive columns that are summed and averaged.
        things: Key columns whose different values are counted.
        roles: Names that are taken.
        rhythm: Also say how regularly it happens and whether it is due again: the last days, the usual gap between two days,
            how long ago the last one is in usual gaps (`overdue`), the spread of the ages.
    """
    days, recency, tenure = "count(DISTINCT _age)", "min(_age)", "max(_age)"
    found: dict[str, tuple[str, str | None]] = {"rows": ("count(*)", None)}
    for back in windows:
        found[f"rows_{back}d"] = (f"count(*) FILTER (_age <= {back})", None)
    found |= {"days": (days, None), "recency": (recency, None), "tenure": (tenure, None), "decayed": (_decayed(28), None)}
    if rhythm:
        ages = "list_sort(list_distinct(list(_age)))"
        spread = "sqrt(greatest(0, (sum(_age * _age) - sum(_age) * sum(_age) / count(*)) / count(*)))"
        found |= {
            "days_91d": ("count(DISTINCT _age) FILTER (_age <= 91)", None), "decayed_84": (_decayed(84), None),
            "recency_2": (f"{ages}[2]", None), "recency_3": (f"{ages}[3]", None), "spread": (spread, None),
            "gap": (f"({tenure} - {recency}) / nullif({days} - 1, 0)", None),
            "overdue": (f"{recency} * ({days} - 1) / nullif({tenure} - {recency}, 0)", None)}
    for measure in measures:
        exact = f"try_cast({quote(measure)} AS DECIMAL(18, 4))"
        found[free_name(measure, [*found, *roles])] = (f"sum({exact})", measure)
        found[free_name(f"{measure}_28d", [*found, *roles])] = (f"sum({exact}) FILTER (_age <= 28)", measure)
        found[free_name(f"{measure}_mean", [*found, *roles])] = (f"sum({exact}) / count(*)", measure)
    for thing in things:
        found[free_name(f"different_{thing}", [*found, *roles])] = (f"count(DISTINCT {quote(thing)})", thing)
    return found


def _decayed(days: int) -> str:
    """Rows that fade with exp(-age / days)."""
    return f"sum(CAST({_FADING_SCALE} * exp(-_age / {float(days)}) AS BIGINT)) / {float(_FADING_SCALE)}"


@dataclass(frozen=True)
class EventHistory:
    """How often, how recently and for how much the events of one asset happened to its keys.

    Attributes:
        asset_id: A dated asset.
        keys: (entity role, column) that the events are counted by.
        measures: Additive columns that are summed.
        things: Other key columns whose different values are counted.
        rhythm: Also say how regularly it happens; not where the days are those of a publisher's plan.
    """

    asset_id: str
    keys: tuple[tuple[str, str], ...]
    measures: tuple[str, ...]
    things: tuple[str, ...]
    rhythm: bool

    def _roles(self) -> tuple[str, ...]:
        return tuple(role for role, _ in self.keys)

    def _habit(self) -> dict[str, tuple[str, str | None]]:
        return habit(WINDOWS, self.measures, self.things, self._roles(), rhythm=self.rhythm)

    @property
    def token(self) -> Token:
        """Named by the asset and the roles that it counts for."""
        features = tuple(Feature(name, "number", ((self.asset_id, column),) if column else ())
                         for name, (_, column) in self._habit().items())
        return Token(f"{self.asset_id}|{'+'.join(self._roles())}", (self.asset_id,), self._roles(), features)

    def sql(self, known: Known) -> str:
        """One row per key of a candidate with a past event."""
        aggregates = ", ".join(f"CAST({sql} AS FLOAT) AS {quote(name)}" for name, (sql, _) in self._habit().items())
        columns = ", ".join(f"_e.{quote(column)}" for _, column in self.keys)
        named = " AND ".join(f"_c.{quote(role)} = _e.{quote(column)}" for role, column in self.keys)
        # most pairs that ever had an event are no candidates: a log of plans has a thousand times as many
        return (f"SELECT {keys_as_roles(self.keys, '_e.')}, {aggregates} FROM {known.view(self.asset_id)} AS _e "
                f"SEMI JOIN {known.candidates} AS _c ON {named} WHERE _age >= 1 GROUP BY {columns}")
