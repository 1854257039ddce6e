"""Texts that are written in another form than nearly all others of their column, and dates that no calendar has."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator

import pyarrow as pa

from assay.catalog.facts import ColumnFacts, Family
from assay.contracts.enums import SuspectKind
from assay.profiling.forms import exact_forms, loose_forms
from assay.quality.suspects.suspect import MOST, Suspect, shown

_ENOUGH = 200  # rows that make a form usual
_USUAL = 0.99  # share of the rows that the usual forms have together
_FORMS = 3  # forms that are a rule; of more there is none
_VALUES = 10  # different values for each form, without digits in it
_ODD = 0.005  # share of the rows up to which a form is odd
_DATE = re.compile(r"^(\d{4})-(\d{2})-(\d{2})")


def odd_forms(column: ColumnFacts, recent: ColumnFacts) -> Iterator[Suspect]:
    """Values whose form is odd in a column of few forms, those of most rows first, a hundred at most.

    Args:
        column: In the newest partition.
        recent: Over recent partitions together, the newest one included.
    """
    if recent.family is not Family.TEXT or recent.personal or not recent.exact or recent.filled < _ENOUGH or not column.filled:
        return
    values = column.values.to_pylist()
    odd: dict[str, str] = {}
    exact, forms = exact_forms(recent.values), exact_forms(column.values)
    usual = _usual(exact, recent)
    if usual and not _has_digits(usual) and recent.distinct < _VALUES * len(usual):
        usual = set()  # a few words, which happen to be as long as each other
    if not usual and _has_digits(loose := _usual(loose_forms(exact), recent)):
        usual, forms = loose, loose_forms(forms)  # of words alone the next one may well have a hyphen
    if usual:
        why = f"is not written as nearly all others are, {' or '.join(map(repr, sorted(usual)))}"
        odd |= {value: why for value, form in zip(values, forms.to_pylist(), strict=True) if form not in usual}
    if recent.holds_dates:
        odd = {value: "is a day that no calendar has" for value in values if not _is_day(value)} | odd
    rows = dict(zip(values, map(int, column.counts), strict=True))
    for value in sorted(odd, key=lambda value: (-rows[value], value))[:MOST]:
        yield Suspect(SuspectKind.FORM, (column.name,), rows[value], shown(column, value), None,
                      f"{shown(column, value)} {odd[value]}", (value,))


def _usual(forms: pa.ChunkedArray, column: ColumnFacts) -> set[str]:
    """The forms that nearly all rows have; none where it takes too many, or where another form is no exception either."""
    rows: dict[str, int] = defaultdict(int)
    for form, count in zip(forms.to_pylist(), column.counts, strict=True):
        rows[form] += int(count)
    total = sum(rows.values())
    common = {form for form, count in rows.items() if count > _ODD * total}
    return common if len(common) <= _FORMS and sum(rows[form] for form in common) >= _USUAL * total else set()


def _has_digits(forms: set[str]) -> bool:
    return bool(forms) and all("9" in form for form in forms)


def _is_day(text: str) -> bool:
    found = _DATE.match(text)
    if found is None:
        return True  # not written as a day: told by its form
    try:
        dt.date(*map(int, found.groups()))
    except ValueError:
        return False
    return True
