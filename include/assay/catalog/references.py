"""Columns that refer to another table's key, by what their names say and by what their values can't share by chance.

Candidates come from indexes, so no column is compared with all others: keys that hold its smallest hashes, keys whose name or
table its name tells of, and keys of running numbers that end where the column ends. Each candidate is then compared value by
value.

Inclusion says little by itself: numbers that count from 1 are included in each other everywhere. What counts is how unlikely it
would be by chance, in bits. Values that are thinly spread (codes, texts) are hardly found in a key by accident. Of running
numbers it is asked whether the column ends where the key ends, as it does when rows refer to any of the key's things, and over
how many values this was seen (Zhang et al., "On Multi-Column Foreign Key Discovery", VLDB 2010: randomness).

A name that agrees needs few values in common (a table may describe a third of all households), a name that says nothing needs
nearly all, and the more surprising the inclusion is, the surer the reference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assay.catalog.facts import Family, TableFacts, mentions
from assay.catalog.naming import PARTS, PERSONS, Names, is_telling, likeness, names_own_table, stem
from assay.catalog.semantic_types import NOT_ADDITIVE, SemanticType, described
from assay.catalog.sketches import Sketch, ValueIndex, inclusion
from assay.contracts.enums import Role

FEWEST = 0.3  # confidence from which a reference is told, and features join by it
_NAMED = 0.84  # likeness from which a name suffices
_FEWEST_COVERED = 0.01
_WIDTH = 16_384  # hashes by which a key is found
_BY_VALUES, _BY_NAME, _BY_RANGE = 8, 8, 4  # candidates of a column at most
_AMOUNTS = frozenset({SemanticType.MONEY, SemanticType.DISCOUNT, SemanticType.QUANTITY, SemanticType.SIZE})
_DENSE = 0.5
_UNLIKELY = 1e-4


@dataclass(frozen=True)
class Reference:
    """A column that refers to a key.

    Attributes:
        source: The column.
        target: The key.
        likeness: Of the names, 0..1.
        coverage: Share of the column's different values that the key has.
        confidence: 0..1, higher is surer.
    """

    source: Sketch
    target: Sketch
    likeness: float
    coverage: float
    confidence: float


class ReferenceSearch:
    """Finds what columns refer to among the keys of single columns.

    Args:
        tables: Facts by asset.
        roles: Of each column by asset.
        keys: The keys that can be referred to, each the only column that identifies its table's rows.

    Attributes:
        compared: Pairs of columns whose values were compared so far.
    """

    def __init__(self, tables: Mapping[str, TableFacts], roles: Mapping[str, Mapping[str, Role]],
                 keys: Sequence[Sketch]) -> None:
        self.compared = 0
        self._roles = roles
        self._names = {asset: Names(table) for asset, table in tables.items()}
        self._keys = sorted(keys, key=lambda key: key.place)
        self._identity = {key.place for key in keys}
        self._values = ValueIndex(self._keys, _WIDTH)
        running = [key for key in self._keys if key.density > _DENSE]
        self._running = sorted(running, key=lambda key: (key.bounds[1], key.place))
        self._ends = np.asarray([key.bounds[1] for key in self._running])
        self._by_word: dict[str, list[Sketch]] = defaultdict(list)
        for key in self._keys:
            for word in self._told_by(key):
                self._by_word[word].append(key)

    def of(self, column: Sketch) -> list[Reference]:
        """What a column refers to, surest first: the best of all, or all keys that its name agrees with equally."""
        if not self._can_refer(column):
            return []
        found = [reference for key in self._candidates(column) if (reference := self._judge(column, key)) is not None]
        found.sort(key=lambda r: (-r.confidence, -r.likeness, r.target.place))
        if not found:
            return []
        named = max(r.likeness for r in found)
        if named < _NAMED:
            return found[:1]
        return [r for r in found if r.likeness == named]

    def _can_refer(self, column: Sketch) -> bool:
        facts, role = column.column, self._roles[column.place[0]][column.place[1]]
        if not len(column.hashes) or facts.family in (Family.BOOLEAN, Family.OTHER) or role is Role.TEXT:
            return False
        return facts.family is not Family.REAL or facts.whole

    # -- candidates -----------------------------------------------------------------------------------------------------------

    def _candidates(self, column: Sketch) -> list[Sketch]:
        found = {key.place: key for key in self._values.propose(column, _BY_VALUES, 0.5)}
        found |= {key.place: key for key in self._by_name(column)}
        if column.kind != "text" and len(self._ends):
            first = int(np.searchsorted(self._ends, column.bounds[1]))
            near = self._running[max(0, first - 1): first + _BY_RANGE - 1]
            found |= {key.place: key for key in near if key.kind == column.kind}
        return [found[place] for place in sorted(found) if place != column.place]

    def _by_name(self, column: Sketch) -> list[Sketch]:
        """Keys whose names are most alike, among those that share a beginning with one of the column's words."""
        seen = {key.place: key for word in self._beginnings(column) for key in self._by_word.get(word, ())[:64]}
        scored = [(self._likeness(column, key), key) for _, key in sorted(seen.items())]
        kept = sorted(((n, key) for n, key in scored if n >= 0.5), key=lambda item: (-item[0], item[1].place))
        return [key for _, key in kept[:_BY_NAME]]

    def _told_by(self, key: Sketch) -> Iterable[str]:
        names = self._names[key.place[0]]
        named = stem(names.of(key.column))
        words = {*named, *names.table, *names.of(key.column)}
        return sorted(words | {f"{word[0]}…" for word in words} | {" ".join(named), " ".join(names.table), f"={key.place[0]}"})

    def _beginnings(self, column: Sketch) -> list[str]:
        """What keys are looked up by: whole words first, then first letters, which abbreviations keep, then the own table."""
        named = self._names[column.place[0]].of(column.column)
        words = [word for word in named[::-1] if is_telling((word,))]
        persons = sorted(PERSONS) if any(word in PARTS for word in words) else []
        return [" ".join(stem(named)), *words, *(f"{word[0]}…" for word in words), f"={column.place[0]}", *persons]

    # -- judgement ------------------------------------------------------------------------------------------------------------

    def _likeness(self, column: Sketch, key: Sketch) -> float:
        return likeness(column.column, self._names[column.place[0]], key.column, self._names[key.place[0]])

    def _judge(self, column: Sketch, key: Sketch) -> Reference | None:
        if (column.kind == "text") != (key.kind == "text"):
            return None
        named = self._likeness(column, key)
        if self._is_own_identity(column, key, named):
            return None
        self.compared += 1
        covered = inclusion(column, key)
        if covered < _FEWEST_COVERED:
            return None
        surprise = self._surprise(column, key, covered)
        if named >= _NAMED:
            belief = named
        else:
            if covered < (0.5 if named >= 0.5 else 0.95):
                return None
            belief = 1 - (1 - 0.9 * named) * (1 - surprise)
        confidence = belief * (0.4 + 0.6 * covered)
        if confidence < FEWEST:
            return None
        return Reference(column, key, named, covered, min(confidence, 0.99))

    def _is_own_identity(self, column: Sketch, key: Sketch, named: float) -> bool:
        """Whether the column identifies its own table's rows and says no more than that."""
        if column.place not in self._identity:
            return False
        return named < _NAMED or names_own_table(column.column, self._names[column.place[0]])

    def _surprise(self, column: Sketch, key: Sketch, covered: float) -> float:
        """How unlikely the inclusion is by chance, 0..1: from bits, halved where names are there and don't agree."""
        facts, words = column.column, self._names[column.place[0]].of(column.column)
        if described(facts).type in _AMOUNTS or mentions(facts.words, NOT_ADDITIVE):
            return 0.0
        common = covered * column.distinct
        if column.place[0] == key.place[0] and is_telling(words):
            return 0.0
        if key.kind == "text":
            bits = common * min(4.0, key.column.text_length)
        elif key.kind == "date" or column.kind == "date":
            bits = min(6.0, common / 8) if key.kind == "date" else 0.0
        else:
            bits = self._fit(column, key, common)
        if is_telling(words) and is_telling(self._names[key.place[0]].of(key.column)):
            bits *= 0.5
        return float(min(0.9, 1 - 2.0 ** (-max(0.0, bits) / 4)))

    def _fit(self, column: Sketch, key: Sketch, common: float) -> float:
        """Bits by which a column of numbers begins and ends where a key does, as references to any of its things would.

        Where it covers one end or the middle alone, only a key that begins far from 0 tells anything.
        """
        first, last = key.bounds
        low, high = column.bounds
        span = last - first + 1
        below, above = max(0.0, low - first) / span, max(0.0, last - high) / span
        if min((1 - below) ** common, (1 - above) ** common) < _UNLIKELY:
            return float(np.log2(last / span)) if first > span else 0.0
        if key.density <= _DENSE:
            return float(common * -np.log2(key.density))
        return float(np.log2(max(common, 1.0))) - 3 + (2.0 if below == above == 0 else 0.0)

