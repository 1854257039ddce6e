"""Values in an odd form, and days that no calendar has."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.catalog.builders import column_of

from assay.quality.suspects.forms import odd_forms

PLATES = [f"AB-{n:04d}" for n in range(800)]


def odd(values: list[str], name: str = "code") -> list[str]:
    column = column_of(name, values)
    return [found.values[0] for found in odd_forms(column, column)]


def test_a_code_in_another_form_is_odd():
    assert odd([*PLATES, "AB-12", "ab-0001", "AB 0002"]) == ["AB 0002", "AB-12", "ab-0001"]


def test_forms_of_any_length_count_by_their_classes():
    versions = [f"v{a}.{b}" for a in range(30) for b in range(0, 2000, 100)]
    assert odd([*versions, "latest"]) == ["latest"]


def test_words_have_no_form():
    countries = ["DE", "FR", "IT", "ES", "PT", "PL", "AT", "CH", "NL", "BE", "LU", "DK"]
    assert odd([*countries * 40, "Germany"]) == ["Germany"]  # but codes of letters have one
    words = ["milk"] * 300 + ["soft drinks"] * 200 + ["T-bone steak"] * 2
    assert odd(words) == []


def test_a_form_that_is_no_exception_is_none():
    assert odd([*PLATES, *(f"{n}" for n in range(50))]) == []
    assert odd(["AB-12", "CD 3"]) == []  # too few to tell


def test_a_day_that_no_calendar_has():
    days = [f"2024-{month:02d}-{day:02d}" for month in range(1, 13) for day in range(1, 29)]
    assert odd([*days, "2024-02-30", "2023-02-29", "2024-2-3"], "day") == ["2023-02-29", "2024-02-30", "2024-2-3"]


@settings(deadline=None, max_examples=25)
@given(st.integers(200, 400), st.integers(1, 5))
def test_one_form_alone_is_never_odd(rows, digits):
    assert odd([f"X{'7' * digits}{n % 10}" for n in range(rows)]) == []
