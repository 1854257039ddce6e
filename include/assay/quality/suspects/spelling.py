"""Values that are probably another value, written otherwise or misspelt.

A *variant* differs in case, blanks, punctuation or Unicode form alone from a value that is ten times as frequent (the key
collision of OpenRefine). A *typo* is rare, and one letter, or two in a long value, away from a frequent value (optimal string
alignment, which counts two letters that changed places as one). Neither is looked for where values are codes: where
frequent values are themselves neighbours, being near to one says nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from assay.catalog.facts import ColumnFacts, Family, singular
from assay.contracts.enums import SuspectKind
from assay.quality.suspects.suspect import MOST, Suspect, shown

_REPEATS = 5  # rows per different value from which a column is a vocabulary, not free text
_FREQUENT = 20  # rows from which a value is believed, and times the rows of what is taken for a slip of it
_RARE = 3  # rows up to which a value may be a typo
_VARIANT = 10  # times as frequent as a variant of it
_SHORT, _LONG = 5, 10  # characters from which one, and from which two letters may be wrong
_DENSE = 0.1  # share of frequent values that are neighbours of each other from which values are codes
_CANDIDATES, _VALUES = 5_000, 2_000  # rare and frequent values that are compared, the most frequent ones
_APART = re.compile(r"[\W_]+")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBERS = re.compile(r"[-.,/]?\d+")


@dataclass(frozen=True)
class _Vocabulary:
    """The different values of a column over recent partitions, most frequent first, and the rows that hold each."""

    values: Sequence[str]
    counts: np.ndarray

    def frequent(self, least: int = _FREQUENT) -> list[str]:
        """Values that at least so many rows hold, the most frequent 2,000."""
        return list(self.values[:min(int((self.counts >= least).sum()), _VALUES)])


def misspelt(column: ColumnFacts, recent: ColumnFacts) -> Iterator[Suspect]:
    """Variants and typos among the values of a column, those of most rows first, a hundred of each at most.

    Args:
        column: In the newest partition.
        recent: Over recent partitions together, the newest one included.
    """
    if recent.family is not Family.TEXT or recent.personal or not recent.exact or recent.holds_dates:
        return
    if not column.filled or recent.filled < _REPEATS * recent.distinct:
        return
    order = np.argsort(-recent.counts, kind="stable")
    texts = recent.values.to_pylist()
    known = _Vocabulary([texts[place] for place in order], recent.counts[order])
    here = dict(zip(column.values.to_pylist(), map(int, column.counts), strict=True))
    rows = dict(zip(known.values, map(int, known.counts), strict=True))
    variants = _variants(here, known)
    yield from _told(SuspectKind.VARIANT, column, here, rows, variants)
    rare = [value for value in here if rows.get(value, 0) <= _RARE and value not in variants]
    yield from _told(SuspectKind.TYPO, column, here, rows, _typos(rare, known))


def _told(kind: SuspectKind, column: ColumnFacts, here: dict[str, int], rows: dict[str, int],
          found: dict[str, str]) -> Iterator[Suspect]:
    """A suspect for each value that was found, with the value it stands for."""
    for value in sorted(found, key=lambda value: (-here[value], value))[:MOST]:
        right = found[value]
        differs = "is written otherwise than" if kind is SuspectKind.VARIANT else "is a slip away from"
        yield Suspect(kind, (column.name,), here[value], shown(column, value), shown(column, right),
                      f"{shown(column, value)} {differs} {shown(column, right)}, which {rows[right]} rows hold", (value,))


def _variants(here: dict[str, int], known: _Vocabulary) -> dict[str, str]:
    """Value -> the usual way of writing it."""
    groups: dict[tuple[str, ...], list[tuple[int, str]]] = defaultdict(list)
    for value, count in zip(known.values, known.counts, strict=True):
        groups[_fingerprint(value)].append((int(count), value))
    out: dict[str, str] = {}
    for key, group in groups.items():
        most, usual = max(group, key=lambda entry: (entry[0], entry[1]))
        if key and most >= _FREQUENT:
            out |= {value: usual for count, value in group if value in here and value != usual and count * _VARIANT <= most}
    return out


def _fingerprint(text: str) -> tuple[str, ...]:
    """A text without case, blanks, punctuation and Unicode's variety, and its numbers with their signs."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    words = _APART.sub(" ", plain).strip()
    return (words, *_NUMBERS.findall(plain)) if words else ()


def _typos(rare: Sequence[str], known: _Vocabulary) -> dict[str, str]:
    """Rare value -> the frequent value that it probably is."""
    frequent = known.frequent()
    rare = [value for value in rare if len(value) >= _SHORT][:_CANDIDATES]
    if not rare or not frequent or _dense(frequent):
        return {}
    words = _words_of_several(known)
    out = {}
    distances = cdist(rare, frequent, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8)
    for place, column in zip(*np.nonzero(distances <= 2), strict=True):
        value, right = rare[int(place)], frequent[int(column)]
        if value not in out and _is_slip(value, right, int(distances[place, column])) and not _is_word(value, right, words):
            out[value] = right  # frequent values are in falling order
    return out


def _dense(frequent: Sequence[str]) -> bool:
    """Whether so many frequent values are near to another one that nearness tells nothing."""
    distances = cdist(frequent, frequent, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8)
    np.fill_diagonal(distances, 3)
    near = {int(a) for a, b in zip(*np.nonzero(distances <= 2), strict=True)
            if _is_slip(frequent[int(a)], frequent[int(b)], int(distances[a, b]))}
    return len(near) > _DENSE * len(frequent)


def _is_slip(value: str, right: str, distance: int) -> bool:
    """Whether two values differ as by a slip: by a letter, in no digit, and by more than a plural or a word's form."""
    if distance > (2 if min(len(value), len(right)) >= _LONG else 1) or min(len(value), len(right)) < _SHORT:
        return False
    if _NUMBERS.findall(value) != _NUMBERS.findall(right):
        return False
    ours, theirs = _WORD.findall(value.lower()), _WORD.findall(right.lower())
    changed = [(a, b) for a, b in zip(ours, theirs, strict=False) if a != b]
    if len(ours) == len(theirs) and (not changed or any(min(len(a), len(b)) < _SHORT - 1 for a, b in changed)):
        return False
    return [singular(word) for word in ours] != [singular(word) for word in theirs]


def _words_of_several(known: _Vocabulary) -> dict[str, int]:
    """In how many different values each word occurs."""
    words: dict[str, int] = defaultdict(int)
    for value in known.values:
        for word in set(_WORD.findall(value.lower())):
            words[word] += 1
    return words


def _is_word(value: str, right: str, words: dict[str, int]) -> bool:
    """Whether what `value` has in place of a word of `right` are words that other values have, too: another thing, no slip."""
    new = set(_WORD.findall(value.lower())) - set(_WORD.findall(right.lower()))
    return bool(new) and all(words.get(word, 0) > 1 for word in new)
