from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.profiling.personal.column import Column
from assay.profiling.personal.words import Vocabulary


@given(st.integers(0, 1000), st.integers(1, 1000), st.sampled_from([0.05, 0.5, 0.9]))
def test_a_share_of_the_values_passes_or_it_does_not(good, bad, share):
    values = ["y"] * good + ["n"] * bad
    exact = good >= max(share * len(values), 1)
    spaced = [values[(7919 * place) % len(values)] for place in range(len(values))] if len(values) % 7919 else values
    assert Column("a.b", "c", spaced).holds(lambda text: text == "y", 0.0) == (good >= 1)
    if len(values) <= 96:
        assert Column("a.b", "c", spaced).holds(lambda text: text == "y", share) == exact


def test_most_columns_are_dismissed_at_a_first_look():
    seen = []
    assert not Column("a.b", "c", [str(i) for i in range(2000)]).holds(lambda text: bool(seen.append(text)), 0.8)
    assert len(seen) < 100


def test_a_dear_validator_sees_an_even_part():
    column = Column("a.b", "c", [str(i) for i in range(1000)])
    assert list(column.spread(4)) == ["0", "250", "500", "750"] and len(column.spread(5000)) == 1000


@pytest.mark.parametrize(
    ("table", "name", "persons", "places"),
    [
        ("customers", "lat", True, False),
        ("stores", "lat", False, True),
        ("stores", "customer_lat", True, True),
        ("customers", "store_lat", False, True),
        ("user_stores", "lat", True, False),
        ("orders", "lat", False, False),
    ],
)
def test_columns_concern_persons_or_places(table, name, persons, places):
    column = Column(f"landing.{table}", name, [])
    assert (column.of_persons, column.of_places) == (persons, places)


def test_a_name_about_a_thing_is_not_the_thing():
    words = Vocabulary("phone")
    assert Column("a.b", "home_phone", []).says(words)
    assert not Column("a.b", "phone_model", []).says(words) and not Column("a.b", "is_phone", []).says(words)
