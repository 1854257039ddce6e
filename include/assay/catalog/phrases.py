"""Which meanings a name says: its words against the phrases of the vocabulary."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from assay.catalog.facts import CJK, phrase_end, singular
from assay.catalog.vocabulary import KNOWN, Entry, Phrase
from assay.language.encoder import is_one_word

_SHORT = frozenset({"is", "ip", "kg", "km", "id", "wt", "lb", "hr", "no", "yr", "ht", "mo"})  # mean one thing anywhere
JOINS = frozenset({"in", "of", "per", "by", "for", "from", "at", "on", "since"})
_SUFFIX, _PREFIX = 4, 2  # letters of a word that another one ends in, and of what stands before it


class Phrasebook:
    """The phrases of several meanings, found by their first words.

    Args:
        entries: By meaning; of two that fit equally well the first one counts.
    """

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self._meanings = list(entries)
        self._by_word: dict[str, list[tuple[int, Phrase]]] = defaultdict(list)
        self._chinese: list[tuple[int, str]] = []
        for place, entry in enumerate(entries.values()):
            for phrase in entry.phrases:
                if CJK.fullmatch(phrase.words[0]):
                    self._chinese.append((place, phrase.words[0]))
                else:
                    self._by_word[phrase.words[0]].append((place, phrase))
        self._said = lru_cache(maxsize=65_536)(self._find)

    def by_name(self, name: Sequence[str]) -> list[tuple[float, str]]:
        """Meanings that a name says, the best first, each with how well: by longer phrases, and later ones: the head is last.

        Args:
            name: Its words in lower case.
        """
        return self._said(tuple(word for word in name if not word.isdigit()))

    def _find(self, name: tuple[str, ...]) -> list[tuple[float, str]]:
        best: dict[int, float] = {}
        for place, fit in self._fits(name):
            best[place] = max(fit, best.get(place, 0.0))
        return [(fit, self._meanings[place]) for place, fit in sorted(best.items(), key=lambda found: (-found[1], found[0]))]

    def _fits(self, name: tuple[str, ...]) -> Iterator[tuple[int, float]]:
        written = [part for word in name for part in apart(word)]
        plain = list(map(singular, written))
        turned = {as_written: (said, head_last(said)) for as_written, said in ((True, written), (False, plain))}
        for word in dict.fromkeys([*written, *plain]):
            for place, phrase in self._by_word.get(word, ()):
                said, headed = turned[phrase.as_written]
                told = said if JOINS & set(phrase.words) else headed
                alone = len(phrase.words) == 1 and len(word) <= 2 and word not in _SHORT
                if not (alone and len(plain) > 1) and (end := phrase_end(told, phrase.words)) is not None:
                    yield place, 0.6 * len(phrase.words) + end / len(told)
        run = "".join(word for word in plain if CJK.fullmatch(word))
        for place, said_so in self._chinese if run else ():
            at = run.rfind(said_so)
            if at >= 0:
                yield place, 0.3 * len(said_so) + (at + len(said_so)) / len(run)


def head_last(name: Sequence[str]) -> list[str]:
    """The words with what stands before a preposition behind the rest: `duration in months` is a duration."""
    at = next((n for n, word in enumerate(name) if word in JOINS and 0 < n < len(name) - 1), None)
    return list(name) if at is None else [*(word for word in name[at:] if word not in JOINS), *name[:at]]


@lru_cache(maxsize=65_536)
def apart(word: str) -> tuple[str, ...]:
    """A word, or its two parts where it is made of another one and the longest known one: `totalvotes` -> total, votes.

    What the encoder knows as one word stays one: `corporate` is no rate.
    """
    if len(word) < _SUFFIX + _PREFIX or word in KNOWN or singular(word) in KNOWN or not word.isascii():
        return (word,)
    ends = (at for at in range(_PREFIX, len(word) - _SUFFIX + 1) if word[at:] in KNOWN or singular(word[at:]) in KNOWN)
    at = next(ends, None)
    return (word,) if at is None or is_one_word(word) else (word[:at], word[at:])
