from __future__ import annotations

from assay.exports.nodes import camel, known


def test_what_is_not_known_is_left_out_and_nought_is_known() -> None:
    assert known({"a": None, "b": "", "c": [], "d": {}, "e": 0, "f": False, "g": 0.0, "h": "x"}) == {
        "e": 0, "f": False, "g": 0.0, "h": "x"}


def test_keys() -> None:
    assert [camel(name) for name in ("value", "ci_low", "present_value_now")] == ["value", "ciLow", "presentValueNow"]
