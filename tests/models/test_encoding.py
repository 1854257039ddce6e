from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models import builders as b

from assay.features.blocks import Feature, Token
from assay.models.encoding import codes_from_json, codes_to_json, encode, learn_codes, vocabulary_size


def token(*features: Feature) -> Token:
    return Token("t", ("x.a",), ("user",), features)


def learn(table: dict[str, pa.Array], *features: Feature):
    (code,) = learn_codes([token(*features)], pa.table({f"t.{name}": column for name, column in table.items()}))
    return code


def encoded(code, table: dict[str, pa.Array], rows: int | None = None):
    columns = {f"t.{name}": column for name, column in table.items()} or {"user": pa.array(range(rows or 0))}
    return encode([code], pa.table(columns))


def floats(*values: float | None) -> pa.Array:
    return pa.array(values, pa.float32())


def test_numbers_become_their_place_among_the_training_rows() -> None:
    code = learn({"n": floats(*range(33))}, b.number("n"))
    found = encoded(code, {"n": floats(0, 16, 32, 8, 100, -100)}).numbers
    assert found[:, 0].tolist() == [-1, 0, 1, -0.5, 1, -1]
    assert found.shape == (6, 1) and found.dtype == np.float32


def test_what_is_no_finite_number_counts_as_missing() -> None:
    code = learn({"n": floats(0, 1, 2, None)}, b.number("n"))
    found = encoded(code, {"n": floats(1, None, np.nan, np.inf, -np.inf)}).numbers
    assert found.tolist() == [[0, 0], [0, 1], [0, 1], [0, 1], [0, 1]]


def test_infinite_training_rows_move_no_knot() -> None:
    code = learn({"n": floats(0, 10, np.inf, -np.inf, np.nan)}, b.number("n"))
    assert code.numbers[0].knots == (0.0, 10.0)


def test_a_number_that_was_never_missing_has_no_flag_and_reads_missing_as_the_middle() -> None:
    code = learn({"n": floats(0, 1, 2)}, b.number("n"))
    assert code.width == 1
    assert encoded(code, {"n": floats(None)}).numbers.tolist() == [[0]]


def test_features_that_are_missing_together_share_a_flag() -> None:
    code = learn({"a": floats(1, None, 3), "b": floats(4, None, 5), "c": floats(None, 1, 2)},
                 b.number("a"), b.number("b"), b.number("c"))
    assert [n.flagged for n in code.numbers] == [True, False, True]
    found = encoded(code, {"a": floats(None, 1), "b": floats(None, 4), "c": floats(1, None)}).numbers
    assert found.shape == (2, 5)
    assert found[:, 3:].tolist() == [[1, 0], [0, 1]]


def test_what_never_varies_is_left_out() -> None:
    same = {"n": floats(7, 7, 7), "c": pa.array(["x", "x", "x"]), "v": floats(1, 2, 3)}
    code = learn(same, b.number("n"), b.category("c"), b.number("v"))
    assert [n.column for n in code.numbers] == ["t.v"] and code.categories == ()
    assert learn_codes([token(b.number("n"), b.category("c"))], pa.table({f"t.{k}": v for k, v in same.items()})) == ()


def test_one_value_that_is_missing_at_times_varies() -> None:
    code = learn({"n": floats(7, None, 7), "c": pa.array(["x", None, "x"])}, b.number("n"), b.category("c"))
    found = encoded(code, {"n": floats(7, None), "c": pa.array(["x", None])})
    assert found.numbers.tolist() == [[0, 0], [0, 1]]
    assert found.categories.tolist() == [[2], [0]]


def test_what_is_always_missing_is_left_out() -> None:
    nothing = {"n": pa.nulls(3, pa.float32()), "c": pa.nulls(3, pa.string())}
    assert learn_codes([token(b.number("n"), b.category("c"))], pa.table({f"t.{k}": v for k, v in nothing.items()})) == ()
    (kept, ) = learn_codes([token(b.number("n"), b.number("v"))],
                           pa.table({"t.n": nothing["n"], "t.v": floats(1, 2, 3)}))
    assert [n.column for n in kept.numbers] == ["t.v"]


def test_categories_are_coded_by_frequency_then_by_name() -> None:
    code = learn({"c": pa.array(["b", "a", "c", "c"])}, b.category("c"))
    assert code.categories[0].words == ("c", "a", "b") and vocabulary_size(code.categories[0]) == 5
    found = encoded(code, {"c": pa.array(["c", "a", "b", None, "never seen", ""])}).categories
    assert found[:, 0].tolist() == [2, 3, 4, 0, 1, 1] and found.dtype == np.int32


def test_rare_categories_count_as_unseen() -> None:
    column = pa.array(["often"] * 700 + ["seldom"] * 5 + ["rare"] * 4)
    code = learn({"c": column}, b.category("c"))
    assert code.categories[0].words == ("often", "seldom")
    assert encoded(code, {"c": pa.array(["rare"])}).categories.tolist() == [[1]]


def test_an_absent_column_is_missing_everywhere() -> None:
    code = learn({"a": floats(1, None, 3), "n": floats(1, 2, 3), "c": pa.array(["x", "y", "y"])},
                 b.number("a"), b.number("n"), b.category("c"))
    found = encoded(code, {}, rows=2)
    assert found.numbers.tolist() == [[0, 0, 1]] * 2
    assert found.categories.tolist() == [[0]] * 2


def test_chunks_of_a_column_change_nothing() -> None:
    table, _ = b.clinic(30)
    pieces = pa.concat_tables([table.slice(0, 7), table.slice(7, 50), table.slice(57)])
    codes = learn_codes(b.ALL, table)
    assert learn_codes(b.ALL, pieces) == codes
    whole, chunked = encode(codes, table), encode(codes, pieces)
    assert np.array_equal(whole.numbers, chunked.numbers) and np.array_equal(whole.categories, chunked.categories)


def test_codes_survive_json() -> None:
    codes = learn_codes(b.ALL, b.clinic()[0])
    assert len(codes) == 4
    assert codes_from_json(json.loads(json.dumps(codes_to_json(codes)))) == codes


NUMBERS = st.lists(st.none() | st.floats(width=32), min_size=1, max_size=40)


@settings(deadline=None, max_examples=80)
@given(NUMBERS, NUMBERS)
def test_encoded_numbers_are_bounded_and_ordered(train: list[float | None], later: list[float | None]) -> None:
    learned = learn_codes([token(b.number("n"))], pa.table({"t.n": floats(*train)}))
    if not learned:
        assert len({v for v in train if v is not None and np.isfinite(v)}) < 2
        return
    found = encode(learned, pa.table({"t.n": floats(*later)})).numbers
    assert np.isfinite(found).all() and np.abs(found).max() <= 1
    given_ = np.array([np.nan if v is None else v for v in later], np.float32)
    finite = np.isfinite(given_)
    order = np.argsort(given_[finite], kind="stable")
    assert (np.diff(found[finite, 0][order]) >= 0).all()
    assert (found[~finite, 0] == 0).all()


@settings(deadline=None, max_examples=60)
@given(st.lists(st.none() | st.sampled_from("abcd"), min_size=2, max_size=30),
       st.lists(st.none() | st.text(max_size=2), max_size=10))
def test_encoded_categories_fit_the_vocabulary(train: list[str | None], later: list[str | None]) -> None:
    learned = learn_codes([token(b.category("c"))], pa.table({"t.c": pa.array(train, pa.string())}))
    if not learned:
        assert len(set(train)) == 1
        return
    size = vocabulary_size(learned[0].categories[0])
    found = encode(learned, pa.table({"t.c": pa.array(later, pa.string())})).categories[:, 0]
    words = learned[0].categories[0].words
    expected = [0 if w is None else words.index(w) + 2 if w in words else 1 for w in later]
    assert found.tolist() == expected and all(0 <= code < size for code in expected)


@pytest.mark.parametrize("kind", [pa.int64(), pa.int32(), pa.float64()])
def test_other_number_types_are_read_too(kind: pa.DataType) -> None:
    code = learn({"n": pa.array([0, None, 10], kind)}, b.number("n"))
    assert encoded(code, {"n": pa.array([10, None], kind)}).numbers.tolist() == [[1, 0], [0, 1]]


def test_tokens_lie_side_by_side_numbers_before_flags() -> None:
    table, _ = b.clinic()
    codes = learn_codes(b.ALL, table)
    found = encode(codes, table)
    assert [code.width for code in codes] == [3, 1, 1, 1] and found.numbers.shape == (len(table), 6)
    assert found.categories.shape == (len(table), 1) and len(found) == len(table)
    alone = [encode([code], table) for code in codes]
    assert np.array_equal(found.numbers, np.hstack([part.numbers for part in alone]))
    assert np.array_equal(found.take(np.array([5, 2])).numbers, found.numbers[[5, 2]])
