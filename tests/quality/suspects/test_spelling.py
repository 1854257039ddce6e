"""Variants and typos among the values of a column."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.catalog.builders import column_of

from assay.contracts.enums import SuspectKind
from assay.quality.suspects.spelling import misspelt

KINDS = {"frozen pizza": 300, "soft drinks": 200, "baby foods": 100, "cheese": 80, "dog biscuits": 60}


def suspects(extra: dict[str, int], kinds: dict[str, int] = KINDS) -> dict[str, tuple[SuspectKind, str | None, int]]:
    values = [value for value, count in (kinds | extra).items() for _ in range(count)]
    column = column_of("product_category", values)
    return {found.values[0]: (found.kind, found.instead, found.rows) for found in misspelt(column, column)}


def test_a_typo_is_told_with_what_was_meant():
    assert suspects({"frozen pizaz": 1, "soft drink": 2, "chese": 1, "tea": 30}) == {
        "frozen pizaz": (SuspectKind.TYPO, "'frozen pizza'", 1), "chese": (SuspectKind.TYPO, "'cheese'", 1)}  # a plural is none


def test_variants_differ_in_case_blanks_punctuation_and_unicode():
    for variant in ("Frozen Pizza", "frozen  pizza", "frozen-pizza", "frozen pizza ", "ｆｒｏｚｅｎ pizza"):
        assert suspects({variant: 4}) == {variant: (SuspectKind.VARIANT, "'frozen pizza'", 4)}, variant
    assert suspects({"FROZEN PIZZA": 200}) == {}  # as frequent: two ways of writing, none of them wrong


def test_other_numbers_and_other_words_are_other_things():
    sizes = {"12 ounces": 200, "16 ounces": 100}
    assert suspects({"13 ounces": 1, ".12 ounces": 1, "-12 ounces": 1, "1/2 ounces": 1}, sizes) == {}
    words = {"black coffee": 100, "green coffee": 100, "milk toffee": 30, "dark toffee": 30}
    assert suspects({"black toffee": 1}, words) == {}


def test_codes_and_free_texts_are_not_spelt():
    codes = {f"ABCD{letter}": 40 for letter in "EFGHIJ"}
    assert suspects({"ABCDX": 1}, codes) == {}
    assert suspects({"a text of its own": 1}, {f"a text of its own {n}th": 1 for n in range(300)}) == {}


def test_personal_values_are_left_alone():
    column = column_of("email", [f"ann{n % 9}@example.com" for n in range(400)] + ["ann1@exmaple.com"])
    assert column.personal and not list(misspelt(column, column))


@settings(deadline=None, max_examples=25)
@given(st.permutations(sorted(KINDS)), st.integers(20, 60))
def test_values_that_differ_clearly_are_never_suspect(order, rows):
    assert suspects({}, {value: rows + place for place, value in enumerate(order)}) == {}
