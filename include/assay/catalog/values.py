"""What values alone say of a column: tests by which a meaning is confirmed, ruled out, or told without a name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
from babel import Locale

from assay.catalog.facts import NUMERIC, ColumnFacts, Family
from assay.profiling.personal.ip import is_ip

_LOCALES = ("en", "de", "fr", "es", "zh", "ja")
_URL = re.compile(r"(https?://|www\.)[^\s]+", re.IGNORECASE)
_IMAGE = re.compile(r"\S+\.(jpe?g|png|gif|webp|bmp|svg|tiff?)(\?\S*)?", re.IGNORECASE)
_AGENT = re.compile(r"(Mozilla|Opera|Dalvik|curl|okhttp)/\d.*")
_CLOCK = re.compile(r"([01]?\d|2[0-4]):[0-5]\d(:[0-5]\d)?( ?[AaPp][Mm])?")
_BINARY = frozenset({"0", "1", "0.0", "1.0", "true", "false", "t", "f", "yes", "no", "y", "n", "是", "否", "有", "无"})
_GENDERS = frozenset({"m", "f", "w", "u", "male", "female", "man", "woman", "men", "women", "unknown", "other", "男", "女",
                      "男性", "女性"})
_COLOURS = frozenset({
    "red", "blue", "green", "black", "white", "yellow", "orange", "purple", "pink", "brown", "grey", "gray", "silver", "gold",
    "beige", "navy", "cyan", "magenta", "红", "蓝", "绿", "黑", "白", "黄", "红色", "蓝色", "绿色", "黑色", "白色", "黄色",
    "灰色"})
_HEX = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
_NUMBERED = re.compile(r"^\d+[.)] ")  # "1. Yes"
_DIGITS_OF_DAY = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_DAY = re.compile(
    r"((mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? )?([a-z]{3,9}\.? \d{1,2},? \d{4}|\d{1,2}\.? [a-z]{3,9}\.?,? \d{4}"
    r"|\d{1,2}-[a-z]{3}-\d{2,4}"
    r"|\d{1,2}[/.-]\d{1,2}[/.-](19|20)?\d\d|\d{4}[/.]\d{1,2}[/.]\d{1,2}|\d{4}年\d{1,2}月\d{1,2}日)($|[ T]\d)", re.IGNORECASE)
_BETWEEN = re.compile(r"[,;|、] ?")
_FIGURE = re.compile(r"[-+]?[$€£¥]? ?\d{1,3}(,?\d{3})*(\.\d+)? ?[%€元]?")
_SIGNED = re.compile(r"[$€£¥%元]|\d,\d{3}")
_DAY_OF_WEEK = re.compile(r"(tues|thurs?|wednes|weds)\.?", re.IGNORECASE)
_YEAR_MONTH = re.compile(r"\d{4}[-/.]?\d{2}")
_SENTENCE = 20  # characters from which texts are sentences
_FEW = 12  # different values of a choice
_LISTED = 0.3  # share of texts that are lists of several, where a column holds lists


@cache
def _names(kind: str) -> frozenset[str]:
    """Names of countries, days or months in several languages, in lower case."""
    found: set[str] = set()
    for language in _LOCALES:
        locale = Locale.parse(language)
        if kind == "country":
            found |= {name.lower() for code, name in locale.territories.items() if len(code) == 2}
        else:
            for context in ("format", "stand-alone"):
                for width in ("wide", "abbreviated"):
                    found |= {str(name).lower().rstrip(".") for name in getattr(locale, kind)[context][width].values()}
    return frozenset(found)


@cache
def _currencies() -> frozenset[str]:
    return frozenset(Locale.parse("en").currencies)


def _share(column: ColumnFacts, test: Callable[[str], bool]) -> float:
    """Share of the different values that pass, 0..1."""
    return sum(map(test, column.sample)) / len(column.sample) if column.sample else 0.0


def _within(column: ColumnFacts, low: float, high: float, *, whole: bool = False) -> float:
    """Share of the numbers between two bounds, 0..1; 0 where they should be whole and aren't."""
    numbers = column.numbers[np.isfinite(column.numbers)]
    if not len(numbers) or (whole and not column.whole):
        return 0.0
    return float(np.mean((numbers >= low) & (numbers <= high)))


def _numbers(column: ColumnFacts) -> bool:
    return column.family in NUMERIC


def _is_structured(text: str) -> bool:
    if text[:1] not in "[{" or text[-1:] not in "]}":
        return False
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _year(column: ColumnFacts) -> float:
    if _numbers(column):
        return max(_within(column, 1500, 2200, whole=True), _within(column, 0, 99, whole=True) * (column.distinct > 2))
    return _share(column, lambda text: bool(re.fullmatch(r"(1[5-9]|2[01])\d\d([-/]\d{2,4})?", text)))


def _month(column: ColumnFacts) -> float:
    if column.family is Family.TIME:
        return 1.0
    if _numbers(column):
        return max(_within(column, 1, 12, whole=True), _within(column, 190001, 210012, whole=True))
    return _share(column, lambda text: text.lower().rstrip(".") in _names("months") or bool(_YEAR_MONTH.fullmatch(text)))


def _weekday(column: ColumnFacts) -> float:
    if _numbers(column):
        return _within(column, 0, 7, whole=True)
    return _share(column, lambda text: text.lower().rstrip(".") in _names("days") or bool(_DAY_OF_WEEK.fullmatch(text)))


def _clock(column: ColumnFacts) -> float:
    if column.family is Family.TIME or column.dtype.startswith("TIME"):
        return 1.0
    if _numbers(column):
        return _within(column, 0, 2400, whole=True)
    return _share(column, lambda text: bool(_CLOCK.fullmatch(text)))


def _degrees(column: ColumnFacts, most: float) -> float:
    if _numbers(column):
        return _within(column, -most, most)
    return _share(column, lambda text: bool(re.fullmatch(r"-?\d{1,3}\.\d+", text)) and abs(float(text)) <= most)


def _binary(column: ColumnFacts) -> float:
    if column.family is Family.BOOLEAN:
        return 1.0
    return float(column.distinct <= 2) * _share(column, lambda text: _NUMBERED.sub("", text).lower() in _BINARY)


def _amount(column: ColumnFacts) -> float:
    """Numbers, or texts with one in them: `19-24`, `15 min`."""
    return 1.0 if _numbers(column) else _share(column, lambda text: any(map(str.isdigit, text)))


def _figures(column: ColumnFacts) -> float:
    """Texts that are numbers with signs: `2,112`, `$76,592`, `12.5%`."""
    if column.family is not Family.TEXT or not any(_SIGNED.search(text) for text in column.sample):
        return 0.0
    return _share(column, lambda text: bool(_FIGURE.fullmatch(text)))


def _dated(column: ColumnFacts) -> float:
    """Days as whole numbers (20171231), or as texts that are not ISO: `Dec 31, 1999`, `31.12.1999`."""
    if _numbers(column):
        return column.whole * (column.distinct > 1) * _share(column, lambda text: _is_day(text.removesuffix(".0")))
    return _share(column, lambda text: bool(_DAY.match(text)) or (len(text) == 8 and _is_day(text)))


def _is_day(text: str) -> bool:
    return bool(_DIGITS_OF_DAY.fullmatch(text))


def _listed(column: ColumnFacts) -> float:
    """Whether texts are lists of few words, whose words repeat in other texts."""
    held = [_BETWEEN.split(text) for text in column.sample]
    several = sum(len(words) > 1 for words in held) / max(len(held), 1)
    return float(several >= _LISTED and column.distinct > 1 and column.text_length < 4 * _SENTENCE
                 and len({word for words in held for word in words}) <= len(held))


TESTS: Mapping[str, Callable[[ColumnFacts], float]] = {
    "url": lambda column: _share(column, lambda text: bool(_URL.fullmatch(text))),
    "image": lambda column: _share(column, lambda text: bool(_IMAGE.fullmatch(text))),
    "ip": lambda column: _share(column, is_ip),
    "agent": lambda column: _share(column, lambda text: bool(_AGENT.fullmatch(text))),
    "currency": lambda column: _share(column, lambda text: text.upper() in _currencies() or text in "¥€$£元"),
    "structured": lambda column: 1.0 if column.family is Family.OTHER else _share(column, _is_structured),
    "year": _year, "month": _month, "weekday": _weekday, "clock": _clock, "binary": _binary,
    "latitude": lambda column: _degrees(column, 90), "longitude": lambda column: _degrees(column, 180),
    "amount": _amount, "figures": _figures, "dated": _dated, "listed": _listed,
    "few": lambda column: float(column.distinct <= _FEW),
    "whole": lambda column: _within(column, 0, np.inf, whole=True),
    "sentence": lambda column: float(column.text_length >= _SENTENCE),
    "texts": lambda column: float(column.uniqueness > 0.1 or column.text_length >= _SENTENCE),
    "gender": lambda column: _share(column, lambda text: text.lower() in _GENDERS) * (1 < column.distinct <= 5),
    "colour": lambda column: (column.distinct > 1) * _share(
        column, lambda text: text.lower() in _COLOURS or bool(_HEX.fullmatch(text))),
    "country": lambda column: _share(column, lambda text: text.lower() in _names("country")) * (column.distinct > 1),
}


def passes(column: ColumnFacts, test: str) -> float:
    """Share of a column's values that pass a test, 0..1; 0 for a column without values.

    Args:
        column: Facts, of which at most 1,000 values are looked at.
        test: A key of `TESTS`.
    """
    return float(TESTS[test](column))
