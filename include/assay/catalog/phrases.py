"""Which meanings a name says: its words against the phrases of the vocabulary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from assay.catalog.facts import CJK, phrase_end, singular
from assay.catalog.vocabulary import KNOWN, Entry, Phrase
from assay.language.encoder import is_one_word

_SHORT = frozenset({"is", "ip", "kg", "km", "id", "wt", "lb", "hr", "no", "yr", "ht", "mo"})  # mean one thing anywhere
JOINS = frozenset({"in", "of", "per", "by", "for", "from", "at", "on", "since"})
_SUFFIX, _PREFIX = 4, 2  # letters of a word that another one ends in, and of what stands before it


def by_name(name: Sequence[str], entries: Mapping[str, Entry]) -> list[tuple[float, str]]:
    """Meanings that a name says, the best first, each with how well: by longer phrases, and later ones: the head comes last."""
    return sorted(_fits(name, entries), key=lambda found: -found[0])


def _fits(name: Sequence[str], entries: Mapping[str, Entry]) -> Iterator[tuple[float, str]]:
    written = [part for word in name if not word.isdigit() for part in apart(word)]
    plain = list(map(singular, written))
    run = "".join(word for word in plain if CJK.fullmatch(word))
    for meaning, entry in entries.items():
        best = max((_fit(phrase, written, plain, run) for phrase in entry.phrases), default=0.0)
        if best:
            yield best, meaning


def _fit(phrase: Phrase, written: list[str], plain: list[str], run: str) -> float:
    first = phrase.words[0]
    if CJK.fullmatch(first):
        at = run.rfind(first)
        return 0.3 * len(first) + (at + len(first)) / len(run) if at >= 0 else 0.0
    if len(phrase.words) == 1 and len(first) <= 2 and first not in _SHORT and len(plain) > 1:
        return 0.0
    said = written if phrase.as_written else plain
    told = said if JOINS & set(phrase.words) else head_last(said)
    end = phrase_end(told, phrase.words)
    return 0.6 * len(phrase.words) + end / len(told) if end is not None else 0.0


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
