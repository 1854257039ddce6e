from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models import builders as b

from assay.features.blocks import Feature, Token
from assay.features.table import FeatureTables
from assay.models import encoding
from assay.models.encoding import (
    Encoded,
    TokenCode,
    encode,
    learn_codes,
    tables_of,
    together,
    vocabulary_size,
)
from assay.models.store import codes_from_json, codes_to_json


def token(*features: Feature) -> Token:
    return Token("t", ("x.a",), ("user",), features)


def users(table: dict[str, pa.Array], *features: Feature, rows: int = 0) -> FeatureTables:
    """A window of users whose features are these."""
    count = max([rows, *map(len, table.values())])
    return b.window(["user"], b.table_of([token(*features)], {"user": np.arange(count)} | {
        f"t.{name}": column for name, column in table.items()}))


def learn(table: dict[str, pa.Array], *features: Feature) -> TokenCode:
    (code,) = learn_codes([users(table, *features)])
    return code


def encoded(code: TokenCode, table: dict[str, pa.Array], rows: int = 0) -> Encoded:
    return encode([code], users(table, rows=rows))


def floats(*values: float | None) -> pa.Array:
    return pa.array(values, pa.float32())


def test_numbers_become_their_place_among_the_training_rows() -> None:
    code = learn({"n": floats(*range(33))}, b.number("n"))
    found = encoded(code, {"n": floats(0, 16, 32, 8, 100, -100)}).numbers[0]
    assert found[:, 0].tolist() == [-1, 0, 1, -0.5, 1, -1]
    assert found.shape == (6, 1) and found.dtype == np.float32


def test_what_is_no_finite_number_counts_as_missing() -> None:
    code = learn({"n": floats(0, 1, 2, None)}, b.number("n"))
    found = encoded(code, {"n": floats(1, None, np.nan, np.inf, -np.inf)}).numbers[0]
    assert found.tolist() == [[0, 0], [0, 1], [0, 1], [0, 1], [0, 1]]


def test_infinite_training_rows_move_no_knot() -> None:
    code = learn({"n": floats(0, 10, np.inf, -np.inf, np.nan)}, b.number("n"))
    assert code.numbers[0].knots == (0.0, 10.0)


def test_a_number_that_was_never_missing_has_no_flag_and_reads_missing_as_the_middle() -> None:
    code = learn({"n": floats(0, 1, 2)}, b.number("n"))
    assert code.width == 1
    assert encoded(code, {"n": floats(None)}).numbers[0].tolist() == [[0]]


def test_features_that_are_missing_together_share_a_flag() -> None:
    code = learn({"a": floats(1, None, 3), "b": floats(4, None, 5), "c": floats(None, 1, 2)},
                 b.number("a"), b.number("b"), b.number("c"))
    assert [n.flagged for n in code.numbers] == [True, False, True]
    found = encoded(code, {"a": floats(None, 1), "b": floats(None, 4), "c": floats(1, None)}).numbers[0]
    assert found.shape == (2, 5)
    assert found[:, 3:].tolist() == [[1, 0], [0, 1]]


def test_what_never_varies_is_left_out() -> None:
    same = {"n": floats(7, 7, 7), "c": pa.array(["x", "x", "x"]), "v": floats(1, 2, 3)}
    code = learn(same, b.number("n"), b.category("c"), b.number("v"))
    assert [n.column for n in code.numbers] == ["t.v"] and code.categories == ()
    assert learn_codes([users(same, b.number("n"), b.category("c"))]) == ()


def test_one_value_that_is_missing_at_times_varies() -> None:
    code = learn({"n": floats(7, None, 7), "c": pa.array(["x", None, "x"])}, b.number("n"), b.category("c"))
    found = encoded(code, {"n": floats(7, None), "c": pa.array(["x", None])})
    assert found.numbers[0].tolist() == [[0, 0], [0, 1]]
    assert found.categories[0].tolist() == [[2], [0]]


def test_what_is_always_missing_is_left_out() -> None:
    nothing = {"n": pa.nulls(3, pa.float32()), "c": pa.nulls(3, pa.string())}
    assert learn_codes([users(nothing, b.number("n"), b.category("c"))]) == ()
    kept = learn({"n": nothing["n"], "v": floats(1, 2, 3)}, b.number("n"), b.number("v"))
    assert [n.column for n in kept.numbers] == ["t.v"]


def test_categories_are_coded_by_frequency_then_by_name() -> None:
    code = learn({"c": pa.array(["b", "a", "c", "c"])}, b.category("c"))
    assert code.categories[0].words == ("c", "a", "b") and vocabulary_size(code.categories[0]) == 5
    found = encoded(code, {"c": pa.array(["c", "a", "b", None, "never seen", ""])}).categories[0]
    assert found[:, 0].tolist() == [2, 3, 4, 0, 1, 1] and found.dtype == np.int32


def test_rare_categories_count_as_unseen() -> None:
    column = pa.array(["often"] * 700 + ["seldom"] * 5 + ["rare"] * 4)
    code = learn({"c": column}, b.category("c"))
    assert code.categories[0].words == ("often", "seldom")
    assert encoded(code, {"c": pa.array(["rare"])}).categories[0].tolist() == [[1]]


def test_words_beyond_a_full_vocabulary_share_buckets_by_their_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same word has the same bucket in any window, whatever stands beside it, and so has one never seen in training."""
    monkeypatch.setattr(encoding, "_VOCABULARY", 2)
    monkeypatch.setattr(encoding, "_BUCKETS", 3)
    code = learn({"c": pa.array(["a"] * 9 + ["b"] * 8 + ["c"] * 7 + ["d"] * 6)}, b.category("c"))
    assert code.categories[0].words == ("a", "b") and vocabulary_size(code.categories[0]) == 2 + 2 + 3

    def coded(*words: str | None) -> list[int]:
        return encoded(code, {"c": pa.array(words, pa.string())}).categories[0][:, 0].tolist()

    others = [f"word {n}" for n in range(60)]
    found = coded("b", None, *others)
    assert found[:2] == [3, 0] and set(found[2:]) == {4, 5, 6}
    assert found[2:] == [coded(word)[0] for word in others]
    assert codes_from_json(json.loads(json.dumps(codes_to_json([code])))) == (code,)


def test_a_vocabulary_that_holds_all_words_has_no_buckets() -> None:
    code = learn({"c": pa.array(["a"] * 9 + ["b"] * 8)}, b.category("c"))
    assert code.categories[0].buckets == 0
    assert encoded(code, {"c": pa.array(["new"])}).categories[0].tolist() == [[1]]


def test_an_absent_column_is_missing_everywhere() -> None:
    code = learn({"a": floats(1, None, 3), "n": floats(1, 2, 3), "c": pa.array(["x", "y", "y"])},
                 b.number("a"), b.number("n"), b.category("c"))
    found = encoded(code, {}, rows=2)
    assert found.numbers[0].tolist() == [[0, 0, 1]] * 2
    assert found.categories[0].tolist() == [[0]] * 2


def test_chunks_of_a_column_change_nothing() -> None:
    features, _ = b.clinic(30)
    pieces = b.rewritten(features, lambda table: pa.concat_tables([table.slice(0, 3), table.slice(3, 4), table.slice(7)]))
    codes = learn_codes([features])
    assert learn_codes([pieces]) == codes
    whole, chunked = encode(codes, features), encode(codes, pieces)
    assert np.array_equal(whole.places, chunked.places)
    assert all(map(np.array_equal, whole.numbers, chunked.numbers))
    assert all(map(np.array_equal, whole.categories, chunked.categories))


def test_codes_survive_json() -> None:
    codes = learn_codes([b.clinic()[0]])
    assert len(codes) == 4
    assert codes_from_json(json.loads(json.dumps(codes_to_json(codes)))) == codes


NUMBERS = st.lists(st.none() | st.floats(width=32), min_size=1, max_size=40)


@settings(deadline=None, max_examples=80)
@given(NUMBERS, NUMBERS)
def test_encoded_numbers_are_bounded_and_ordered(train: list[float | None], later: list[float | None]) -> None:
    learned = learn_codes([users({"n": floats(*train)}, b.number("n"))])
    if not learned:
        assert len({v for v in train if v is not None and np.isfinite(v)}) < 2
        return
    (found,) = encode(learned, users({"n": floats(*later)})).numbers
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
    learned = learn_codes([users({"c": pa.array(train, pa.string())}, b.category("c"))])
    if not learned:
        assert len(set(train)) == 1
        return
    size = vocabulary_size(learned[0].categories[0])
    found = encode(learned, users({"c": pa.array(later, pa.string())})).categories[0][:, 0]
    words = learned[0].categories[0].words
    expected = [0 if w is None else words.index(w) + 2 if w in words else 1 for w in later]
    assert found.tolist() == expected and all(0 <= code < size for code in expected)


@pytest.mark.parametrize("kind", [pa.int64(), pa.int32(), pa.float64()])
def test_other_number_types_are_read_too(kind: pa.DataType) -> None:
    code = learn({"n": pa.array([0, None, 10], kind)}, b.number("n"))
    assert encoded(code, {"n": pa.array([10, None], kind)}).numbers[0].tolist() == [[1, 0], [0, 1]]


def test_tokens_lie_side_by_side_in_their_table_numbers_before_flags() -> None:
    features, _ = b.clinic()
    codes = learn_codes([features])
    found = encode(codes, features)
    assert [code.width for code in codes] == [3, 1, 1, 1] and tables_of(codes) == ("user", "item", "user+item")
    visits = [f"clinic.visits|user.{name}" for name in ("rows", "recency")]
    assert [code.features for code in codes[:2]] == [(*visits, visits[0]), ("clinic.patients.age",)]
    assert [part.shape for part in found.numbers] == [(60, 4), (8, 1), (480, 1)]
    assert [part.shape for part in found.categories] == [(60, 1), (8, 0), (480, 0)]
    assert found.places.shape == (480, 3) and found.places.dtype == np.int32 and len(found) == 480
    alone = [encode([code], features) for code in codes]
    assert np.array_equal(b.of_rows(found)[0], np.hstack([b.of_rows(part)[0] for part in alone]))
    assert np.array_equal(b.of_rows(found.take(np.array([5, 2])))[0], b.of_rows(found)[0][[5, 2]])


# -- things that many rows name -------------------------------------------------------------------------------------------


def bed(*features: Feature) -> Token:
    return Token("b", ("x.beds",), ("item",), features)


def named(names: list[int], table: dict[str, pa.Array]) -> FeatureTables:
    """A window in which these places of `table`, whose features are said of items alone, are named by one row each."""
    features = [b.category(name) if pa.types.is_string(column.type) else b.number(name) for name, column in table.items()]
    count = max(map(len, table.values()))
    items = b.table_of([bed(*features)], {"item": np.arange(count)} | {f"b.{name}": column for name, column in table.items()})
    stay = Token("s", ("x.stays",), ("user", "item"), (b.number("day"),))
    rows = b.table_of([stay], {"user": np.arange(len(names)), "item": np.array(names, np.int64),
                               "s.day": np.arange(len(names), dtype=np.float32)})
    return b.window(["user", "item"], rows, {"item": items})


def test_a_thing_counts_as_often_as_rows_name_it() -> None:
    """Of 301 rows none of the 33 quantiles is the one whose item is the second, and the third category is too rare."""
    features = named([0] * 200 + [1] + [2] * 100, {"n": floats(0, 5, 10), "c": pa.array(["x", "y", "z"])})
    beds, _ = learn_codes([features])
    assert beds.numbers[0].knots == (0.0, 10.0)
    assert beds.categories[0].words == ("x", "z")
    often = named([2, 2, 2, 1, 0, 1], {"c": pa.array(["x", "y", "z"])})
    assert learn_codes([often])[0].categories[0].words == ("z", "y", "x")
    both, _ = learn_codes([features, named([1] * 300, {"n": floats(0, 5, 10), "c": pa.array(["x", "y", "z"])})])
    assert both.numbers[0].knots == (0.0, 5.0, 10.0) and both.categories[0].words == ("y", "x", "z")


def test_a_thing_that_no_row_names_does_not_count() -> None:
    features = named([0, 0, 1], {"n": floats(3, 3, None, 8), "c": pa.array(["x", "x", "y", None])})
    assert [code.name for code in learn_codes([features])] == ["s"]


CELLS = st.lists(st.tuples(st.none() | st.integers(-3, 3).map(float), st.none() | st.sampled_from("abc")),
                 min_size=1, max_size=6)


@settings(deadline=None, max_examples=80)
@given(CELLS, st.data())
def test_a_thing_reads_as_if_it_stood_in_each_of_its_rows(cells: list[tuple], data: st.DataObject) -> None:
    names = data.draw(st.lists(st.integers(0, len(cells) - 1), min_size=2, max_size=25))
    features = named(names, {"n": floats(*(n for n, _ in cells)), "c": pa.array([c for _, c in cells], pa.string())})
    wide = FeatureTables(features.wide(), {})
    codes = learn_codes([features])
    assert sorted(learn_codes([wide]), key=lambda code: code.name) == sorted(codes, key=lambda code: code.name)
    found = encode(codes, features)
    assert all(len(part) in (len(cells), len(names)) for part in found.numbers)
    each = encode([replace(code, keys=("user", "item")) for code in codes], wide)
    assert all(map(np.array_equal, b.of_rows(found), b.of_rows(each)))


def lacking(features: FeatureTables, of: str) -> FeatureTables:
    return FeatureTables(features.rows, {other: table for other, table in features.things.items() if other != of})


def test_a_window_without_a_table_reads_as_missing_everywhere() -> None:
    beds = {"n": floats(1, 2, 4), "c": pa.array(["x", "y", "z"])}
    whole, without = named([0, 1, 2, 2], beds), lacking(named([0, 1, 2], beds), "item")
    for parts in ([whole, without], [without, whole]):
        codes = learn_codes(parts)
        of_beds = next(code for code in codes if code.keys == ("item",))
        assert [number.flagged for number in of_beds.numbers] == [True]
        assert of_beds.numbers[0].knots == (1.0, 2.0, 4.0) and of_beds.categories[0].words == ("z", "x", "y")
        found = encode(codes, without)
        place = tables_of(codes).index("item")
        assert found.numbers[place][found.places[:, place]].tolist() == [[0, 1]] * 3
        assert found.categories[place][found.places[:, place]].tolist() == [[0]] * 3
        assert len(found) == 3


def test_codes_of_a_table_lie_side_by_side_whichever_window_it_began_in() -> None:
    """Token places and places of their tables must agree: the network joins the tables' tokens one behind the other."""
    features, _ = b.clinic(20)
    for parts in ([features], [lacking(features, "user"), features], [lacking(features, "item"), features]):
        codes = learn_codes(parts)
        assert len(codes) == 4
        of = [tables_of(codes).index("+".join(code.keys)) for code in codes]
        assert of == sorted(of)


# -- rows of several windows ----------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 5), st.integers(0, 99)), min_size=1, max_size=4))
def test_together_each_row_keeps_its_own_features(sizes: list[tuple[int, int, int]]) -> None:
    parts = []
    for things, rows, seed in sizes:
        rng = np.random.default_rng(seed)
        places = np.column_stack([rng.integers(0, things, rows), np.arange(rows)]).astype(np.int32)
        parts.append(Encoded((rng.random((things, 2), np.float32), rng.random((rows, 1), np.float32)),
                             (rng.integers(0, 9, (things, 1), np.int32), np.zeros((rows, 0), np.int32)), places))
    found = together(parts)
    numbers, categories = zip(*map(b.of_rows, parts), strict=True)
    assert np.array_equal(b.of_rows(found)[0], np.vstack(numbers))
    assert np.array_equal(b.of_rows(found)[1], np.vstack(categories))
    assert found.places.dtype == np.int32 and len(found) == sum(map(len, parts))


def meanings(words: dict[str, list[float]]) -> dict[str, pa.Table]:
    vectors = pa.array([words[word] for word in sorted(words)], pa.list_(pa.float32()))
    return {"t.c": pa.table({"text": sorted(words), "vector": vectors})}


WORDS = {"milk": [1.0, 0.2, 0.0], "cream": [0.9, 0.3, 0.1], "soap": [-1.0, 0.1, 0.0], "yoghurt": [0.95, 0.2, 0.05],
         "": [0.0, 0.0, 0.0]}


def told(words: list[str | None]) -> FeatureTables:
    return replace(users({"c": pa.array(words, pa.string())}, b.category("c")), texts=meanings(WORDS))


def test_words_lie_where_their_meaning_does_seen_in_training_or_not() -> None:
    (code,) = learn_codes([told(["milk", "cream", "soap"] * 5)])
    directions = len(code.texts[0].directions)
    assert 1 <= directions <= 12 and code.width == directions
    milk, unseen, soap, missing, unknown = encode([code], told(["milk", "yoghurt", "soap", None, "no vector"])).numbers[0]
    assert np.linalg.norm(milk - unseen) < 0.4 * np.linalg.norm(milk - soap)
    assert not missing.any() and not unknown.any()
    assert np.abs(np.stack([milk, unseen, soap])).max() <= 1
    assert encode([code], users({"c": pa.array(["milk"])}, b.category("c"))).numbers[0].tolist() == [[0.0] * directions]


def test_codes_of_texts_survive_json() -> None:
    codes = learn_codes([told(["milk", "cream", "soap", None])])
    assert codes_from_json(json.loads(json.dumps(codes_to_json(codes)))) == codes


def test_words_that_all_mean_the_same_have_no_direction() -> None:
    part = users({"c": pa.array(["a", "b", "a"])}, b.category("c"))
    (code,) = learn_codes([replace(part, texts=meanings({"a": [1.0, 0.0], "b": [1.0, 0.0]}))])
    assert code.texts[0].directions == () and code.width == 0
