"""A label is a date, written as YYYY-MM-DD and in no other way."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.contracts.labels import parse_label


def test_a_label_is_a_local_date():
    assert parse_label("2017-12-31") == dt.date(2017, 12, 31)


@pytest.mark.parametrize("text", [
    "", "20171231", "2017-W52-7", "2017-12-31T00:00", "2017-13-01", "2017-02-29", "31.12.2017", "昨天"])
def test_other_spellings_are_none(text):
    assert parse_label(text) is None


@given(st.dates())
def test_every_date_is_its_own_label(day):
    assert parse_label(day.isoformat()) == day


@given(st.text(max_size=12))
def test_a_label_reads_back_as_it_was_written(text):
    day = parse_label(text)
    assert day is None or day.isoformat() == text
