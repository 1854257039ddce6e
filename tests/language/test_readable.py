"""Values as they lie in data become one line that the encoder can read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.language.readable import LONGEST, readable


@pytest.mark.parametrize("text, read", [
    ("FLUID MILK WHITE ONLY", "Fluid milk white only"),
    ("CANDY BARS (SINGLES)", "Candy bars (singles)"),
    ("Fluid Milk", "Fluid Milk"),
    ("frozen_pizza", "frozen_pizza"),
    ("iPhone", "iPhone"),
    ("ＭＩＬＫ　２Ｌ", "Milk 2l"),
    ("牛奶", "牛奶"),
    ("½ gal", "1⁄2 gal"),
    (" a\tb\r\n c\x00d ", "a b c d"),
    ("\ufeff\u200b\x07 \ud800", ""),
    ("12.5", "12.5"),
    ("", ""),
    (None, ""),
])
def test_what_is_read_of_a_value(text, read):
    assert readable(text) == read


def test_the_end_of_a_long_text_is_not_read():
    assert readable("a" * LONGEST + "b") == "a" * LONGEST


@given(st.text(max_size=60))
def test_what_is_read_is_one_printable_line_and_reads_the_same_again(text):
    line = readable(text)
    assert line.isprintable()
    assert line == " ".join(line.split(" "))
    assert not line.isupper() or line == line.capitalize()
    assert readable(line) == line
