"""What a column's values mean: by name, comment and values, against a vocabulary that is data (`vocabulary.yaml`).

Names decide where they hold a word of the vocabulary and the values don't contradict; values alone where they are of a kind
that has one meaning only. What is left is compared with the whole vocabulary by the multilingual encoder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from assay.catalog.facts import NUMERIC, ColumnFacts, Family, singular, words
from assay.catalog.meanings import SemanticType as SemanticType
from assay.catalog.phrases import Phrasebook, apart, head_last
from assay.catalog.values import passes
from assay.catalog.vocabulary import COLUMNS, KEYS, Entry
from assay.language.encoder import encode_texts

_ELSE = {"event_time": "moment that the row concerns", "date": "date that the row concerns",
         "valid_from": "first day on which the row is valid", "valid_to": "last day on which the row is valid",
         "number": "number", "constant": "single value"}
_ATTRIBUTES = COLUMNS | {name: KEYS[name] for name in ("code", "barcode")}  # that a column may hold without being a key
_IDENTIFIERS, _DESCRIPTIONS, _ANY = Phrasebook(KEYS), Phrasebook(COLUMNS), Phrasebook(_ATTRIBUTES)


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
_SURE, _NEARLY, _MOSTLY = 0.95, 0.9, 0.7  # shares of values that pass
_SAY_KEY = _words("id key upc ean gtin sku uuid guid uid no nr number num code")
_FIRST = ("url", "image", "ip_address", "user_agent", "structured")  # values that no name can outvote
_OUTVOTE = ("country", "weekday", "month", "time_of_day")  # values that outvote a name that only says where, when or what sort
_VAGUE = frozenset({"location", "name", "category", "text", "tag", "region", "duration", "time_of_day", "status", "code"})
_PERSONAL = {"payment_card": "other_id", "iban": "other_id", "resident_id": "national_id", "passport": "national_id",
             "licence_plate": "other_id", "geolocation": "location"}
_NEAR = 0.42  # cosine from which the encoder is believed, the vocabulary's mean taken off
_TYPICAL = 5  # phrases of a meaning that the encoder compares a name with, the first ones: each costs some milliseconds
_MANY = 12  # different whole numbers from which they count something
_SHORT = 4  # letters up to which a name is an abbreviation, and no plural
_SINGULAR = _words("series species gas lens canvas atlas bias")
_CODE = 5  # letters of a code at most


def says(meaning: SemanticType) -> str:
    """What a column of that meaning holds, as a noun."""
    return _ELSE.get(meaning.value) or (KEYS | COLUMNS)[meaning.value].says


def additive(meaning: SemanticType) -> bool:
    """Whether numbers of that meaning can be added up over rows."""
    return meaning.value in COLUMNS and COLUMNS[meaning.value].additive


# -- keys -------------------------------------------------------------------------------------------------------------


def _core(name: tuple[str, ...]) -> tuple[str, ...]:
    """A key's name without what only says that it is one: `coupon_upc` is about coupons, `upc` about itself."""
    return tuple(word for word in name if singular(word) not in _SAY_KEY) or name


def identified(column: ColumnFacts) -> Meaning:
    """Whose identifier a key column is, or what else its name says beside being one."""
    for said, sure in ((_core(column.words), 0.95), (words(column.comment), 0.8)):
        described_as = [(fit, kind) for fit, kind in _DESCRIPTIONS.by_name(said)
                        if (COLUMNS[kind].holds == "year" and _possible(column, COLUMNS[kind]))
                        or (fit >= 2.0 and COLUMNS[kind].holds is None)]
        found = _IDENTIFIERS.by_name(said)
        if described_as and (not found or described_as[0][0] > found[0][0]):
            return Meaning(SemanticType(described_as[0][1]), 0.8)
        if found:
            return Meaning(SemanticType(found[0][1]), sure)
    return Meaning(SemanticType.CODE if column.words and column.words[-1] == "code" else SemanticType.OTHER_ID, 0.7)


# -- values -----------------------------------------------------------------------------------------------------------


def _family(column: ColumnFacts) -> str:
    """What its values can be of; texts that are all figures are numbers."""
    return "number" if column.family in NUMERIC or passes(column, "figures") >= _SURE else column.family.value


def _possible(column: ColumnFacts, entry: Entry) -> bool:
    """Whether a column's values may be of a meaning."""
    if _family(column) not in entry.families:
        return False
    return entry.holds is None or not column.filled or passes(column, entry.holds) >= _NEARLY


def _shown(column: ColumnFacts, kinds: Sequence[str], least: float = _SURE) -> Meaning | None:
    """A meaning that values tell alone."""
    if column.distinct < 2 and column.family is not Family.OTHER:
        return None
    for kind in kinds:
        entry = COLUMNS[kind]
        if entry.shown and _family(column) in entry.families and passes(column, entry.shown) >= least:
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
    if passes(column, "dated") >= _SURE:
        return _day(column)
    named = told_by_name(column)
    if _family(column) == "text" and (named is None or named.type in _VAGUE):
        named = _shown(column, _OUTVOTE, _MOSTLY) or named
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


def _day(column: ColumnFacts) -> Meaning:
    """Days that are not written as dates; of birth where the name says so."""
    born = any(kind == "birth_date" for _, kind in _DESCRIPTIONS.by_name(column.words)[:1])
    return Meaning(SemanticType.BIRTH_DATE if born else SemanticType.DATE, 0.8)


def told_by_name(column: ColumnFacts) -> Meaning | None:
    """A meaning that the column's name or comment says and its values don't contradict."""
    for said, weight in ((column.words, 1.0), (words(column.comment), 0.85)):
        for fit, kind in _ANY.by_name(said):
            if _possible(column, _ATTRIBUTES[kind]):
                if _sorts(_ATTRIBUTES[kind]) and _counts_things(column, said):
                    return Meaning(SemanticType.COUNT, 0.7)
                return Meaning(SemanticType(kind), round(weight * min(0.6 + 0.2 * fit, 0.95), 2))
    return Meaning(SemanticType.COUNT, 0.6) if _counts_things(column, column.words) else None


def _counts_things(column: ColumnFacts, name: Sequence[str]) -> bool:
    """Whether whole numbers go by a name in the plural: `passengers`, `engines`, `cls_students`."""
    head = next((word for word in reversed(head_last(name)) if not word.isdigit()), "")
    return (column.family in NUMERIC and column.whole and column.low >= 0 and singular(head) != head and head.isascii()
            and len(head) > _SHORT and head not in _SINGULAR)


def _by_shape(column: ColumnFacts) -> Meaning:
    """What is left to say by type and repetition alone."""
    if column.family in NUMERIC:
        telling = any(len(word) > 2 for word in column.words)
        counts = telling and column.whole and column.low >= 0 and column.distinct > _MANY
        return Meaning(SemanticType.COUNT, 0.35) if counts else Meaning(SemanticType.NUMBER, 0.5)
    if passes(column, "listed") >= _SURE:
        return Meaning(SemanticType.TAG, 0.5)
    if column.distinct > _MANY and column.sample and all(text.isupper() and len(text) <= _CODE for text in column.sample):
        return Meaning(SemanticType.CODE, 0.5)
    return Meaning(SemanticType.TEXT, 0.5) if is_free_text(column) else Meaning(SemanticType.CATEGORY, 0.5)


def _compared(column: ColumnFacts) -> Meaning | None:
    """The meaning that says the nearest to the column's name, where the encoder finds it near enough."""
    name = " ".join(part for word in column.words if not word.isdigit() for part in apart(word))
    if len(name) <= _SHORT and name.isascii():
        return None
    kinds, sentences, centre = _sentences()
    vector = _vector(name) - centre
    near = sentences @ (vector / max(float(np.linalg.norm(vector)), 1e-9))
    for n in np.argsort(-near, kind="stable"):
        if near[n] < _NEAR:
            return None
        if _possible(column, COLUMNS[kinds[n]]) and not (_family(column) == "number" and _sorts(COLUMNS[kinds[n]])):
            return Meaning(SemanticType(kinds[n]), round(min(0.3 + 0.6 * float(near[n]), 0.7), 2))
    return None


def _sorts(entry: Entry) -> bool:
    """Whether a meaning sorts things, which numbers do only where their name says so."""
    return "text" in entry.families and entry.holds is None


@cache
def _sentences() -> tuple[list[str], np.ndarray, np.ndarray]:
    """Meaning and direction of everything that the vocabulary says, shape (n, 384), and what was taken off them, shape (384,).

    E5's cosines lie close together; without their mean, what differs is compared.
    """
    said = [(kind, text) for kind, entry in COLUMNS.items() if entry.like
            for text in (entry.says, *entry.like, *(" ".join(phrase.words) for phrase in entry.phrases[:_TYPICAL]))]
    vectors = encode_texts([text for _, text in said])
    centre = vectors.mean(axis=0)
    vectors = vectors - centre
    return [kind for kind, _ in said], vectors / np.linalg.norm(vectors, axis=1, keepdims=True), centre


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
