"""Texts that are written in another form than nearly all others of their column, and dates that no calendar has."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterator

import pyarrow as pa

from assay.catalog.facts import ColumnFacts, Family
from assay.contracts.enums import SuspectKind
from assay.profiling.forms import exact_forms, short_forms
from assay.quality.suspects.suspect import MOST, Suspect, shown

_ENOUGH = 200  # rows that make a form usual
_USUAL = 0.99  # share of the rows that the usual forms have together
_FORMS = 3  # forms that are a rule; of more there is none
_VALUES = 10  # different values for each form, without digits in it
_ODD = 0.005  # share of the rows up to which a form is odd
_Form = Callable[[pa.ChunkedArray], pa.ChunkedArray]
_DATE = re.compile(r"^(\d{4})-(\d{2})-(\d{2})")


def odd_forms(column: ColumnFacts, recent: ColumnFacts) -> Iterator[Suspect]:
    """Values whose form is odd in a column of few forms, those of most rows first, a hundred at most.

    Args:
        column: In the newest partition.
        recent: Over recent partitions together, the newest one included.
    """
    if recent.family is not Family.TEXT or recent.personal or not recent.exact or recent.filled < _ENOUGH:
        return
    usual = _usual(recent, exact_forms)
    if usual is not None and not _has_digits(usual[1]) and recent.distinct < _VALUES * len(usual[1]):
        usual = None  # a few words, which happen to be as long as each other
    if usual is None and (loose := _usual(recent, _short)) is not None and _has_digits(loose[1]):
        usual = loose  # of words alone the next one may well have a hyphen
    held = sorted(zip(map(int, column.counts), column.values.to_pylist(), strict=True), key=lambda entry: (-entry[0], entry[1]))
    odd: list[tuple[int, str, str]] = []
    if usual is not None:
        form, common = usual
        told = " or ".join(repr(shape) for shape in sorted(common))
        shapes = form(pa.chunked_array([[value for _, value in held]], pa.string())).to_pylist()
        odd += [(rows, value, f"is not written as nearly all others are, {told}")
                for (rows, value), shape in zip(held, shapes, strict=True) if shape not in common]
    if recent.holds_dates:
        known = {value for _, value, _ in odd}
        odd += [(rows, value, "is a day that no calendar has") for rows, value in held
                if value not in known and not _is_day(value)]
    for rows, value, why in odd[:MOST]:
        yield Suspect(SuspectKind.FORM, (column.name,), rows, shown(column, value), None,
                      f"{shown(column, value)} {why}", (value,))


def _short(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    return short_forms(exact_forms(texts))


def _usual(column: ColumnFacts, form: _Form) -> tuple[_Form, set[str]] | None:
    """The forms that nearly all rows have, or None where it takes too many, or where another form is no exception either."""
    rows: dict[str, int] = defaultdict(int)
    for shape, count in zip(form(column.values).to_pylist(), column.counts, strict=True):
        rows[shape] += int(count)
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


def _is_day(text: str) -> bool:
    found = _DATE.match(text)
    if found is None:
        return True  # not written as a day: told by its form
    try:
        dt.date(*map(int, found.groups()))
    except ValueError:
        return False
    return True
