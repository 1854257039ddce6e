from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.exports.names import place, urn


def test_parts_of_a_urn_are_escaped() -> None:
    assert urn("shop", "asset", "landing.a b:c/é") == "urn:assay:shop:asset:landing.a%20b%3Ac%2F%C3%A9"


@given(st.lists(st.text(min_size=1), min_size=1, max_size=3), st.lists(st.text(min_size=1), min_size=1, max_size=3))
def test_different_parts_never_meet(one: list[str], other: list[str]) -> None:
    assert (urn(*one) == urn(*other)) == (one == other)


@pytest.mark.parametrize(("location", "uri"), [
    ("/data/my shop/ds=2020-01-01/a%b.csv", "file:///data/my%20shop/ds=2020-01-01/a%25b.csv"),
    ("s3://lake/orders/ds=2020-01-01", "s3://lake/orders/ds=2020-01-01"), ("https://x.example/a%20b", "https://x.example/a%20b"),
    ("main.orders", None), ("orders", None)])
def test_where_something_lies(location: str, uri: str | None) -> None:
    assert place(location) == uri
