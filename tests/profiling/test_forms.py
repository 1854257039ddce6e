from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.profiling.forms import as_regex, exact_forms, frequent_forms, loose_forms


def _texts(*texts: str) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(texts, pa.string())])


def _frequent(texts: list[str], rows: list[int]) -> list[tuple[str, float]]:
    found = frequent_forms(_texts(*texts), np.array(rows), np.ones(len(rows)))
    assert found.errors == [0.0] * len(found.forms)
    return list(zip(found.forms, found.shares, strict=True))


def test_a_form_shows_classes_and_no_value():
    texts = ["AB-12", "x_y 7.5", "Größe", "编号:٣", "", "e\u0301"]
    assert exact_forms(_texts(*texts)).to_pylist() == ["AA-99", "a_a 9.9", "Aa字字a", "字字:字", "", "a\u0301"]


def test_a_slice_has_the_forms_of_its_own_texts():
    whole = pa.array(["a", "B", "12", "C-3"])
    assert exact_forms(pa.chunked_array([whole.slice(1, 2), whole.slice(3)])).to_pylist() == ["A", "99", "A-9"]


def test_loose_forms_forget_lengths_and_case():
    assert loose_forms(exact_forms(_texts("Ann Lee 12", "bob straße 7"))).to_pylist() == ["a+ a+ 9+", "a+ a+ 9+"]


def test_codes_are_told_by_exact_forms_and_texts_of_any_length_by_loose_ones():
    assert _frequent(["AB-12", "CD-34", "EF5"], [6, 2, 2]) == [("AA-99", 0.8), ("AA9", 0.2)]
    words = ["a" * n + "@" + "b" * (12 - n) + ".de" for n in range(1, 11)]
    assert _frequent(words, [1] * 10) == [("a+@a+.a+", 1.0)]


def test_few_forms_are_named_and_long_ones_are_cut():
    found = _frequent(["-" * n for n in range(1, 30)], [1] * 29)
    assert len(found) == 5 and [form for form, _ in found] == ["-" * n for n in range(1, 6)]
    assert _frequent(["#" * 100 + "a", "#" * 100 + "b"], [1, 1]) == [("#" * 63 + "…", 1.0)]


def test_forms_of_a_sample_have_standard_errors():
    texts = [f"{n:04d}" for n in range(300)] + [f"A{n:03d}" for n in range(100)]
    found = frequent_forms(_texts(*texts), np.ones(400, np.int64), np.full(400, 256.0))
    assert found.shares == [0.75, 0.25]
    assert found.errors == pytest.approx([np.sqrt(0.75 * 0.25 * 255 / 256 / 400)] * 2)


@given(st.text(max_size=20))
def test_a_text_matches_the_expression_of_its_form(text):
    form = exact_forms(_texts(text))[0].as_py()
    assert len(form) == len(text)
    assert re.fullmatch(as_regex(form), text)


@given(st.lists(st.tuples(st.text(max_size=6), st.integers(1, 9)), min_size=1, max_size=20, unique_by=lambda pair: pair[0]))
def test_shares_fall_and_add_up_to_one_at_most(pairs):
    found = _frequent([text for text, _ in pairs], [rows for _, rows in pairs])
    shares = [share for _, share in found]
    assert shares == sorted(shares, reverse=True) and 0 < sum(shares) <= 1 + 1e-9
