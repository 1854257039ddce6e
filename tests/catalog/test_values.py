from __future__ import annotations

import datetime as dt

import pytest
from tests.catalog.builders import column_of

from assay.catalog.semantic_types import COLUMNS
from assay.catalog.values import TESTS, passes


@pytest.mark.parametrize(
    ("test", "good", "bad"),
    [
        ("url", ["https://example.org/a", "www.example.org"], ["example", "a/b"]),
        ("image", ["a/b.jpg", "https://x.org/c.PNG?w=1"], ["a.pdf", "jpg"]),
        ("ip", ["10.0.0.1", "2001:db8::1"], ["1.2.3", "12:30"]),
        ("currency", ["USD", "CNY"], ["ABC", "dollars"]),
        ("structured", ['{"a": 1}', "[1, 2]"], ["{a}", "[x"]),
        ("year", [1999, 2024], [123456, 7.5]),
        ("month", ["January", "三月", "Dez."], ["spring", "x"]),
        ("weekday", ["Mon", "星期二", "mercredi"], ["day", "x"]),
        ("clock", ["23:59", "7:05 PM"], ["24:99", "noon"]),
        ("binary", ["yes", "no"], ["yes", "perhaps"]),
        ("latitude", [52.5, -33.9], [152.5, 300.0]),
        ("gender", ["M", "F"], ["S", "XL"]),
        ("country", ["Germany", "中国", "France"], ["Berlin", "x"]),
        ("colour", ["Red", "#00ff00"], ["S", "M"]),
    ],
)
def test_values_tell_kinds_apart(test, good, bad):
    assert passes(column_of("v", good), test) == 1.0
    assert passes(column_of("v", bad), test) < 0.9


def test_dates_pass_as_months_and_times_as_clock_times():
    assert passes(column_of("v", [dt.date(2024, 1, 1)]), "month") == 1.0
    assert passes(column_of("v", [dt.datetime(2024, 1, 1, 7)]), "clock") == 1.0


def test_the_vocabulary_names_known_tests():
    assert {test for entry in COLUMNS.values() for test in (entry.holds, entry.shown) if test} <= set(TESTS)


@pytest.mark.parametrize("test", sorted(TESTS))
def test_a_column_without_values_passes_nothing_that_values_say(test):
    assert 0.0 <= passes(column_of("v", [None, None]), test) <= 1.0
