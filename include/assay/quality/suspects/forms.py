"""Texts that are written in another form than nearly all others of their column, and dates that no calendar has."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterator

from assay.catalog.facts import ColumnFacts, Family
from assay.contracts.enums import SuspectKind
from assay.quality.suspects.suspect import MOST, Suspect, shown

_ENOUGH = 200  # rows that make a form usual
_USUAL = 0.99  # share of the rows that the usual forms have together
_FORMS = 3  # forms that are a rule; of more there is none
_VALUES = 10  # different values for each form, without digits in it
_ODD = 0.005  # share of the rows up to which a form is odd
_RUN = re.compile(r"[0-9]+|[A-Z]+|[a-z]+|[㐀-鿿]+|[^\W\d_]+")
_DATE = re.compile(r"^(\d{4})-(\d{2})-(\d{2})")


def odd_forms(column: ColumnFacts, recent: ColumnFacts) -> Iterator[Suspect]:
    """Values whose form is odd in a column of few forms, those of most rows first, a hundred at most.

    Args:
        column: In the newest partition.
        recent: Over recent partitions together, the newest one included.
    """
    if recent.family is not Family.TEXT or recent.personal or not recent.exact or recent.filled < _ENOUGH:
        return
    usual = _usual(recent, _counted)
    if usual is not None and not _has_digits(usual[1]) and recent.distinct < _VALUES * len(usual[1]):
        usual = None  # a few words, which happen to be as long as each other
    if usual is None and (loose := _usual(recent, _classes)) is not None and _has_digits(loose[1]):
        usual = loose  # of words alone the next one may well have a hyphen
    held = sorted(zip(map(int, column.counts), column.values.to_pylist(), strict=True), key=lambda entry: (-entry[0], entry[1]))
    odd: list[tuple[int, str, str]] = []
    if usual is not None:
        form, common = usual
        told = " or ".join(repr(shape) for shape in sorted(common))
        odd += [(rows, value, f"is not written as nearly all others are, {told}") for rows, value in held
                if form(value) not in common]
    if recent.holds_dates:
        known = {value for _, value, _ in odd}
        odd += [(rows, value, "is a day that no calendar has") for rows, value in held
                if value not in known and not _is_day(value)]
    for rows, value, why in odd[:MOST]:
        yield Suspect(SuspectKind.FORM, (column.name,), rows, shown(column, value), None,
                      f"{shown(column, value)} {why}", (value,))


def _usual(column: ColumnFacts, form: Callable[[str], str]) -> tuple[Callable[[str], str], set[str]] | None:
    """The forms that nearly all rows have, or None where it takes too many, or where another form is no exception either."""
    rows: dict[str, int] = defaultdict(int)
    for value, count in zip(column.values.to_pylist(), column.counts, strict=True):
        rows[form(value)] += int(count)
    total, known = sum(rows.values()), 0
    common: set[str] = set()
    for shape, count in sorted(rows.items(), key=lambda entry: (-entry[1], entry[0])):
        if count <= _ODD * total:
            break
        common.add(shape)
        known += count
    return (form, common) if 0 < len(common) <= _FORMS and known >= _USUAL * total else None


def _has_digits(forms: set[str]) -> bool:
    return all("9" in form for form in forms)


def _counted(text: str) -> str:
    """A text with each letter and digit replaced by its class: `AB-12` -> `AA-99`."""
    return _RUN.sub(lambda run: _class(run[0]) * len(run[0]), text)


def _classes(text: str) -> str:
    """The same with runs of a class as one: `AB-12` -> `A-9`."""
    return _RUN.sub(lambda run: _class(run[0]), text)


def _class(run: str) -> str:
    first = run[0]
    if first.isdigit():
        return "9"
    if first.isascii():
        return "A" if first.isupper() else "a"
    return "字" if "㐀" <= first <= "鿿" else "x"


def _is_day(text: str) -> bool:
    found = _DATE.match(text)
    if found is None:
        return True  # not written as a day: told by its form
    try:
        dt.date(*map(int, found.groups()))
    except ValueError:
        return False
    return True
