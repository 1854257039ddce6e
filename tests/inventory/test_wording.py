from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.inventory.wording import amount, interval, money_unit, percent, size


@pytest.mark.parametrize(("value", "words"), [
    (0.0, "0"), (12345.6, "12,346"), (99.4, "99.40"), (99.5, "100"), (1.0, "1.00"), (0.5, "0.50"), (0.0123, "0.012"),
    (0.00025, "0.00025"), (-212.0, "-212"), (-0.0004, "-0.00040"), (1e-12, "0")])
def test_amounts(value: float, words: str) -> None:
    assert amount(value) == words


@settings(deadline=None)
@given(st.floats(1e-6, 1e12))
def test_an_amount_that_is_not_nothing_never_reads_as_zero(value: float) -> None:
    assert float(amount(value).replace(",", "")) == pytest.approx(value, rel=0.06)


def test_numbers_that_stand_together_have_the_same_decimals() -> None:
    assert interval(-40.0, 231.0) == "-40 to 231"
    assert interval(None, 1.0) == "–"
    assert amount(96.0, 231.0) == "96"


def test_shares_sizes_and_units() -> None:
    assert (percent(0.71), percent(0.008)) == ("71%", "0.8%")
    assert (size(999), size(8_000_000), size(2_500_000_000_000)) == ("999 B", "8.0 MB", "2.5 TB")
    assert (money_unit("USD", 7), money_unit("USD", 1), money_unit("EUR", 10)) == ("USD/week", "USD/day", "EUR/10 days")
