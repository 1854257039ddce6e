"""What a column's values mean: by name, comment and values, against a vocabulary that is data (`vocabulary.yaml`).

Names decide where they hold a word of the vocabulary and the values don't contradict; values alone where they are of a kind
that has one meaning only. What is left is compared with sentences on each meaning by the multilingual encoder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml

from assay.catalog.facts import CJK, ColumnFacts, Family, phrase_end, singular, words
from assay.catalog.meanings import SemanticType as SemanticType
from assay.catalog.values import passes
from assay.language.encoder import encode_texts


@dataclass(frozen=True)
class Entry:
    """One meaning in the vocabulary; see the head of `vocabulary.yaml`."""

    says: str
    phrases: tuple[tuple[str, ...], ...]
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


def _entry(said: Mapping[str, Any]) -> Entry:
    shown = said.get("shown_by") or (said["holds"] if said.get("shown") else None)
    return Entry(said["says"], tuple(tuple(map(singular, words(phrase))) for phrase in said["words"]), tuple(said["like"]),
                 frozenset(said.get("families", ())), said.get("holds"), shown, bool(said.get("additive")))


KEYS, COLUMNS = ({name: _entry(said) for name, said in raw_vocabulary()[group].items()} for group in ("keys", "columns"))
_ELSE = {"event_time": "moment that the row concerns", "date": "date that the row concerns",
         "valid_from": "first day on which the row is valid", "valid_to": "last day on which the row is valid",
         "number": "number", "constant": "single value"}

THINGS = frozenset(phrase[0] for entry in KEYS.values() for phrase in entry.phrases if len(phrase) == 1)


@dataclass(frozen=True)
class Meaning:
    """A semantic type and how sure it is, 0..1."""

    type: SemanticType
    confidence: float


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NOT_ADDITIVE = _words("rate ratio percentage percent pct share avg average mean median score rank index age year month week "
                      "duration days hours number num count level 比例 比率 率 占比 平均 评分 排名 年龄 时长")
UNIT_PRICE = _words("price msrp 价格 售价 单价 原价")
_NUMERIC = frozenset({Family.INTEGER, Family.REAL})
_SHORT = frozenset({"is", "ip", "kg", "km", "id", "wt", "lb", "hr", "no"})  # words of two letters that mean one thing anywhere
_SURE, _NEARLY = 0.95, 0.9  # shares of values that pass
_JOINS = _words("in of per by for from at on since")
_SAY_KEY = _words("id key upc ean gtin sku uuid guid uid no nr number num code")
_FIRST = ("url", "image", "ip_address", "user_agent", "structured")  # values that no name can outvote
_PERSONAL = {"payment_card": "other_id", "iban": "other_id", "resident_id": "national_id", "passport": "national_id",
             "licence_plate": "other_id", "geolocation": "location"}
_CLOSE = 0.35  # standard deviations by which the nearest meaning leads, where the encoder is sure enough to be asked


def says(meaning: SemanticType) -> str:
    """What a column of that meaning holds, as a noun."""
    return _ELSE.get(meaning.value) or (KEYS | COLUMNS)[meaning.value].says


def additive(meaning: SemanticType) -> bool:
    """Whether numbers of that meaning can be added up over rows."""
    return meaning.value in COLUMNS and COLUMNS[meaning.value].additive


# -- names ------------------------------------------------------------------------------------------------------------


def _fits(name: Sequence[str], entries: dict[str, Entry]) -> Iterator[tuple[float, str]]:
    """How well a name's words say each meaning, higher is better: longer phrases, and later ones, since the head comes last."""
    plain = [singular(word) for word in name if not word.isdigit()]
    turned = _head_last(plain)
    run = "".join(word for word in plain if CJK.fullmatch(word))
    for meaning, entry in entries.items():
        best = 0.0
        for phrase in entry.phrases:
            if CJK.fullmatch(phrase[0]):
                at = run.rfind(phrase[0])
                if at >= 0:
                    best = max(best, 0.3 * len(phrase[0]) + (at + len(phrase[0])) / len(run))
                continue
            if len(phrase) == 1 and len(phrase[0]) <= 2 and phrase[0] not in _SHORT and len(plain) > 1:
                continue
            told = plain if _JOINS & set(phrase) else turned
            if (end := phrase_end(told, phrase)) is not None:
                best = max(best, 0.6 * len(phrase) + end / len(told))
        if best:
            yield best, meaning


def _head_last(name: list[str]) -> list[str]:
    """The words with what stands before a preposition behind the rest: `duration in months` is a duration."""
    at = next((n for n, word in enumerate(name) if word in _JOINS and 0 < n < len(name) - 1), None)
    return name if at is None else [*(word for word in name[at:] if word not in _JOINS), *name[:at]]


def by_name(name: Sequence[str], entries: dict[str, Entry]) -> list[tuple[float, str]]:
    """Meanings that a name says, the best first."""
    return sorted(_fits(name, entries), key=lambda found: -found[0])


def _core(name: tuple[str, ...]) -> tuple[str, ...]:
    """A key's name without what only says that it is one: `coupon_upc` is about coupons, `upc` about itself."""
    return tuple(word for word in name if singular(word) not in _SAY_KEY) or name


def identified(column: ColumnFacts) -> Meaning:
    """Whose identifier a key column is, or what else its name says beside being one."""
    for said, sure in ((_core(column.words), 0.95), (words(column.comment), 0.8)):
        described_as = [(fit, kind) for fit, kind in by_name(said, COLUMNS) if fit >= 2.0 and COLUMNS[kind].holds is None]
        found = by_name(said, KEYS)
        if described_as and (not found or described_as[0][0] > found[0][0]):
            return Meaning(SemanticType(described_as[0][1]), 0.8)
        if found:
            return Meaning(SemanticType(found[0][1]), sure)
    return Meaning(SemanticType.OTHER_ID, 0.7)


# -- values -----------------------------------------------------------------------------------------------------------


def _family(column: ColumnFacts) -> str:
    return "number" if column.family in _NUMERIC else column.family.value


def _possible(column: ColumnFacts, entry: Entry) -> bool:
    """Whether a column's values may be of a meaning."""
    if _family(column) not in entry.families:
        return False
    return entry.holds is None or not column.filled or passes(column, entry.holds) >= _NEARLY


def _shown(column: ColumnFacts, kinds: Sequence[str]) -> Meaning | None:
    """A meaning that values tell alone."""
    if column.distinct < 2 and column.family is not Family.OTHER:
        return None
    for kind in kinds:
        entry = COLUMNS[kind]
        if entry.shown and _family(column) in entry.families and passes(column, entry.shown) >= _SURE:
            return Meaning(SemanticType(kind), 0.85)
    return None


# -- all of it --------------------------------------------------------------------------------------------------------


def described(column: ColumnFacts) -> Meaning:
    """What a column means that is neither a key nor a time."""
    if column.personal is not None and not column.partly:
        kind = _PERSONAL.get(column.personal, column.personal)
        if kind in COLUMNS or kind in KEYS:
            return Meaning(SemanticType(kind), 0.9)
    first = _shown(column, _FIRST)
    if first is not None:
        return first
    named = told_by_name(column)
    if named is not None:
        return named
    if column.distinct <= 1 and column.rows > 1:
        return Meaning(SemanticType.CONSTANT, 0.9)
    shown = _shown(column, [kind for kind, entry in COLUMNS.items() if entry.shown and _family(column) == "text"])
    if shown is not None:
        return shown
    if column.family is Family.BOOLEAN or passes(column, "binary") >= _SURE:
        return Meaning(SemanticType.FLAG, 0.8)
    return _compared(column) or _by_shape(column)


def told_by_name(column: ColumnFacts) -> Meaning | None:
    """A meaning that the column's name or comment says and its values don't contradict."""
    for said, weight in ((column.words, 1.0), (words(column.comment), 0.85)):
        for fit, kind in by_name(said, COLUMNS):
            if _possible(column, COLUMNS[kind]):
                return Meaning(SemanticType(kind), round(weight * min(0.6 + 0.2 * fit, 0.95), 2))
    return None


def _by_shape(column: ColumnFacts) -> Meaning:
    """What is left to say by type and repetition alone."""
    if column.family in _NUMERIC:
        return Meaning(SemanticType.NUMBER, 0.5)
    return Meaning(SemanticType.TEXT, 0.5) if is_free_text(column) else Meaning(SemanticType.CATEGORY, 0.5)


def _compared(column: ColumnFacts) -> Meaning | None:
    """The meaning whose sentences are nearest to the column's name, where the encoder tells them apart."""
    name = " ".join(word for word in column.words if not word.isdigit())
    if not any(len(word) > 2 or CJK.fullmatch(word) for word in column.words):
        return None
    kinds, sentences = _sentences()
    near = sentences @ _vector(name)
    possible = [n for n, kind in enumerate(kinds) if _possible(column, COLUMNS[kind])]
    if len(possible) < 2:
        return None
    ordered = sorted(possible, key=lambda n: -near[n])
    best = kinds[ordered[0]]
    rival = next((n for n in ordered if kinds[n] != best), ordered[0])
    lead = float(near[ordered[0]] - near[rival]) / float(near.std())
    return Meaning(SemanticType(best), round(min(0.4 + 0.3 * lead, 0.7), 2)) if lead >= _CLOSE else None


@cache
def _sentences() -> tuple[list[str], np.ndarray]:
    """Meaning and vector of every sentence, shape (sentences, 384)."""
    said = [(kind, sentence) for kind, entry in COLUMNS.items() for sentence in entry.like]
    return [kind for kind, _ in said], encode_texts([sentence for _, sentence in said])


@cache
def _vector(name: str) -> np.ndarray:
    return np.asarray(encode_texts([name])[0])


def is_free_text(column: ColumnFacts) -> bool:
    """Whether texts are written one by one instead of chosen from a list."""
    if column.family is Family.OTHER:
        return True
    if column.family is not Family.TEXT or column.rows < 2:
        return False
    return column.uniqueness > 0.5 and (column.text_length > 20 or column.distinct > 1000)
