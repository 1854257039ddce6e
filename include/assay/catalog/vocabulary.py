"""What columns can mean, as data: `vocabulary.yaml` with its words taken apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from assay.catalog.facts import singular, words

_AS_WRITTEN = "!"


@dataclass(frozen=True)
class Phrase:
    """Words that say a meaning.

    Attributes:
        words: In lower case; in the singular unless `as_written`.
        as_written: Whether only this very form counts: `days!` says a length of time, `day` doesn't.
    """

    words: tuple[str, ...]
    as_written: bool = False


@dataclass(frozen=True)
class Entry:
    """One meaning in the vocabulary; see the head of `vocabulary.yaml`."""

    says: str
    phrases: tuple[Phrase, ...]
    like: tuple[str, ...]
    families: frozenset[str] = frozenset()
    holds: str | None = None
    shown: str | None = None
    additive: bool = False


@cache
def raw_vocabulary() -> dict[str, dict[str, Any]]:
    """`vocabulary.yaml` as it is written."""
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(
        files("assay.catalog").joinpath("vocabulary.yaml").read_text(encoding="utf-8"))
    return loaded


def _phrase(said: str) -> Phrase:
    as_written = said.endswith(_AS_WRITTEN)
    return Phrase(words(said) if as_written else tuple(map(singular, words(said))), as_written)


def _entry(said: Mapping[str, Any]) -> Entry:
    shown = said.get("shown_by") or (said["holds"] if said.get("shown") else None)
    return Entry(said["says"], tuple(map(_phrase, said["words"])), tuple(said["like"]), frozenset(said.get("families", ())),
                 said.get("holds"), shown, bool(said.get("additive")))


KEYS, COLUMNS = ({name: _entry(said) for name, said in raw_vocabulary()[group].items()} for group in ("keys", "columns"))
THINGS = frozenset(phrase.words[0] for entry in KEYS.values() for phrase in entry.phrases if len(phrase.words) == 1)
KNOWN = frozenset(word for entry in (*KEYS.values(), *COLUMNS.values()) for phrase in entry.phrases for word in phrase.words)
