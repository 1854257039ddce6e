"""What an asset announces for the coming window: rows that are known before their date."""

from __future__ import annotations

from dataclasses import dataclass

from assay.engine import quote
from assay.features.blocks.base import Feature, Known, Token, free_name, keys_as_roles


def _announcements(attributes: tuple[str, ...], things: tuple[str, ...],
                   roles: tuple[str, ...]) -> dict[str, tuple[str, str, str | None]]:
    """Aggregates over announced rows joined with what is usual among them: name -> (SQL, kind, column read)."""
    found: dict[str, tuple[str, str, str | None]] = {"rows": ("CAST(count(*) AS FLOAT)", "number", None)}
    for thing in things:
        different = f"CAST(count(DISTINCT {quote(thing)}) AS FLOAT)"
        found[free_name(f"different_{thing}", [*found, *roles])] = (different, "number", thing)
    for column in attributes:
        usual = f"_usual.{quote(column)}"
        unusual = f"CAST(count(*) FILTER (_a.{quote(column)} <> {usual}) AS FLOAT)"
        found[free_name(f"unusual_{column}", [*found, *roles])] = (unusual, "number", column)
        # max, not mode: it doesn't depend on the order of rows that are equally frequent
        found[free_name(column, [*found, *roles])] = (f"max(CAST(_a.{quote(column)} AS VARCHAR))", "category", column)
    return found


def _usual(view: str, attributes: tuple[str, ...], rows: str) -> str:
    """A one-row query with the most frequent value of each attribute among `rows`, ties to the smallest."""
    parts = [f"(SELECT {quote(c)} FROM {view} WHERE {rows} AND {quote(c)} IS NOT NULL GROUP BY 1 "
             f"ORDER BY count(*) DESC, 1 LIMIT 1) AS {quote(c)}" for c in attributes]
    return f"SELECT {', '.join(parts) or '1 AS _none'}"


@dataclass(frozen=True)
class Announced:
    """Announcements for its keys whose period overlaps the outcome window.

    Attributes:
        asset_id: An asset whose rows are known before their date.
        keys: (entity role, column).
        attributes: Categories that describe an announcement.
        things: Other key columns whose different values are counted.
        period_days: Days from its date on for which a row holds.
    """

    asset_id: str
    keys: tuple[tuple[str, str], ...]
    attributes: tuple[str, ...]
    things: tuple[str, ...]
    period_days: int

    @property
    def token(self) -> Token:
        """Named by the asset and the roles that it speaks of."""
        roles = tuple(role for role, _ in self.keys)
        return Token(f"{self.asset_id}|{'+'.join(roles)}|announced", (self.asset_id,), roles, self.features(roles))

    def features(self, roles: tuple[str, ...]) -> tuple[Feature, ...]:
        """What is said of each key, under names that are none of `roles`."""
        return tuple(Feature(name, kind, ((self.asset_id, column),) if column else ())  # type: ignore[arg-type]
                     for name, (_, kind, column) in _announcements(self.attributes, self.things, roles).items())

    def aggregates(self, roles: tuple[str, ...]) -> str:
        """Select list of `features`."""
        return ", ".join(f"{sql} AS {quote(name)}"
                         for name, (sql, _, _) in _announcements(self.attributes, self.things, roles).items())

    def rows(self, known: Known) -> str:
        """Condition on `_age`: the row's period overlaps the outcome window."""
        return f"_age < {self.period_days} AND _age > -{known.horizon_days}"

    def sql(self, known: Known) -> str:
        """One row per key that something is announced for."""
        view = known.view(self.asset_id)
        aggregates = self.aggregates(self.token.keys)
        columns = ", ".join(f"_a.{quote(column)}" for _, column in self.keys)
        return (f"SELECT {keys_as_roles(self.keys, '_a.')}, {aggregates} FROM {view} AS _a, "
                f"({_usual(view, self.attributes, self.rows(known))}) AS _usual WHERE {self.rows(known)} GROUP BY {columns}")


@dataclass(frozen=True)
class AnnouncedNearby:
    """Announcements at the place where a user's events happen most: user, place (by events), item (by announcement).

    Attributes:
        events: Asset of the user's dated events, which name a place.
        user: (entity role, column of `events`).
        place_in_events: The place's column of `events`.
        announced: Announcements keyed by the place and the item.
        item: (entity role, column of the announcing asset).
        place: The place's column of the announcing asset.
    """

    events: str
    user: tuple[str, str]
    place_in_events: str
    announced: Announced
    item: tuple[str, str]
    place: str

    @property
    def token(self) -> Token:
        """Visible only if both assets are."""
        roles = (self.user[0], self.item[0])
        features = tuple(Feature(f.name, f.kind, (*f.sources, (self.events, self.place_in_events)))
                         for f in self.announced.features(roles))
        return Token(f"{self.events}~{self.announced.asset_id}|{'+'.join(roles)}",
                     tuple(sorted((self.events, self.announced.asset_id))), roles, features)

    def sql(self, known: Known) -> str:
        """One row per candidate whose item is announced at the user's place."""
        user, item, place = quote(self.user[1]), quote(self.item[1]), quote(self.place)
        home = (f"SELECT {user} AS _user, {quote(self.place_in_events)} AS _place FROM {known.view(self.events)} "
                f"WHERE _age >= 1 AND {quote(self.place_in_events)} IS NOT NULL GROUP BY 1, 2 "
                "QUALIFY row_number() OVER (PARTITION BY _user ORDER BY count(*) DESC, _place) = 1")
        view = known.view(self.announced.asset_id)
        token = self.token
        rows = self.announced.rows(known)
        here = (f"SELECT _a.{item} AS _item, _a.{place} AS _place, {self.announced.aggregates(token.keys)} FROM {view} AS _a, "
                f"({_usual(view, self.announced.attributes, rows)}) AS _usual WHERE {rows} GROUP BY 1, 2")
        names = ", ".join(f"_here.{quote(f.name)}" for f in token.features)
        roles = f"_c.{quote(self.user[0])}, _c.{quote(self.item[0])}"
        return (f"SELECT {roles}, {names} FROM {known.candidates} AS _c JOIN ({home}) AS _home ON _home._user = "
                f"_c.{quote(self.user[0])} JOIN ({here}) AS _here ON _here._place = _home._place AND "
                f"_here._item = _c.{quote(self.item[0])}")
