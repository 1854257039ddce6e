from __future__ import annotations

import tempfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models import builders as b

from assay.models import spool as module
from assay.models.encoding import Encoded
from assay.models.rows import Rows, put_together
from assay.models.spool import Spool


def made(*sizes: int, seed: int = 0) -> list[Rows]:
    """Parts of so many rows: five things, of which each row names one, and a table of what is said of the row itself.

    The amount numbers all rows.
    """
    parts, rng = [], np.random.default_rng(seed)
    for first, size in zip(np.cumsum([0, *sizes]), sizes, strict=False):
        places = np.column_stack([rng.integers(0, 5, size), rng.permutation(size)]).astype(np.int32)
        encoded = Encoded((rng.random((5, 2), np.float32), rng.random((size, 1), np.float32)),
                          (rng.integers(0, 9, (5, 1), np.int32), np.zeros((size, 0), np.int32)), places)
        parts.append(Rows(encoded, (rng.random(size) < 0.4).astype(np.float32),
                          np.arange(first, first + size, dtype=np.float32), rng.uniform(1, 9, size).astype(np.float32)))
    return parts


def same(found: Rows, expected: Rows) -> bool:
    """True if each row says the same, wherever its things stand."""
    return all(map(np.array_equal, (*b.of_rows(found.encoded), found.y, found.amount, found.weight),
                   (*b.of_rows(expected.encoded), expected.y, expected.amount, expected.weight)))


def in_chunks(parts: Sequence[Rows], rows: int, monkeypatch: pytest.MonkeyPatch, mixed: int = 2) -> Spool:
    monkeypatch.setattr(module, "_CHUNK_ROWS", rows)
    monkeypatch.setattr(module, "_MIXED", mixed)
    return b.spooled(*parts)


@settings(deadline=None, max_examples=60)
@given(sizes=st.lists(st.integers(0, 40), min_size=1, max_size=5), chunk=st.integers(1, 15), mixed=st.integers(1, 5),
       batch=st.integers(1, 30), seed=st.integers(0, 2**32 - 1))
def test_one_pass_yields_every_row_at_most_once_in_whole_batches(sizes: list[int], chunk: int, mixed: int, batch: int,
                                                                 seed: int) -> None:
    parts = made(*sizes)
    with pytest.MonkeyPatch.context() as monkeypatch, in_chunks(parts, chunk, monkeypatch, mixed) as spool:
        found = list(spool.batches(batch, np.random.default_rng(seed)))
    assert [len(rows.y) for rows in found] == [batch] * (sum(sizes) // batch)
    if found:
        one = put_together(found)
        numbers = one.amount.astype(int)
        assert len(set(numbers)) == len(numbers)
        assert same(one, put_together(parts).take(numbers))
        assert one.encoded.places.dtype == np.int32 and {array.dtype for array in one.encoded.numbers} == {np.dtype(np.float32)}


def order(spool: Spool, seed: int) -> list[float]:
    return [amount for rows in spool.batches(8, np.random.default_rng(seed)) for amount in rows.amount.tolist()]


def test_equal_seeds_give_the_same_order_and_others_another(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = (in_chunks(made(70, 50), 9, monkeypatch) for _ in range(2))
    assert order(one, 3) == order(one, 3) == order(two, 3)
    assert sorted(order(one, 4)) == sorted(order(one, 3)) == list(range(120)) and order(one, 4) != order(one, 3)
    assert abs(np.corrcoef(order(one, 3), range(120))[0, 1]) < 0.5


def test_the_next_pass_of_a_generator_has_another_order(monkeypatch: pytest.MonkeyPatch) -> None:
    spool, rng = in_chunks(made(60), 9, monkeypatch), np.random.default_rng(1)
    first, second = ([rows.amount.tolist() for rows in spool.batches(10, rng)] for _ in range(2))
    assert first != second


def test_rows_of_chunks_that_are_read_together_are_mixed(monkeypatch: pytest.MonkeyPatch) -> None:
    first = next(in_chunks(made(100), 10, monkeypatch, mixed=10).batches(50, np.random.default_rng(0)))
    assert len(set((first.amount // 10).tolist())) == 10


def test_chunks_hold_the_rows_in_order_and_the_things_that_they_name(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = made(23, 0, 3)
    spool = in_chunks(parts, 4, monkeypatch)
    chunks = [spool.chunk(n) for n in range(len(spool))]
    assert [len(rows.y) for rows in chunks] == [4, 4, 4, 4, 4, 3, 3]
    assert same(put_together(chunks), put_together(parts))
    for rows in chunks:
        for place in range(2):
            named = np.unique(rows.encoded.places[:, place])
            assert named.tolist() == list(range(len(rows.encoded.numbers[place])))
            assert len(rows.encoded.categories[place]) == len(named)


def test_a_pass_holds_no_more_than_what_is_mixed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that are left over come along without the things of those that aren't."""
    spool = in_chunks(made(*[40] * 20), 10, monkeypatch, mixed=3)
    for rows in spool.batches(7, np.random.default_rng(0)):
        assert len(rows.encoded.numbers[1]) < 3 * 10 + 7
        assert len(rows.encoded.numbers[0]) < 3 * 5 + 7


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.booleans(), st.integers(-50, 50), st.integers(1, 20)), max_size=40), st.integers(1, 3))
def test_totals_are_those_of_all_rows(cells: list[tuple[bool, int, int]], parts: int) -> None:
    """Losses are left aside, and so is the amount of what didn't happen."""
    y, amount, weight = (np.array([cell[n] for cell in cells], np.float32) for n in range(3))
    (rows,) = made(len(cells))
    whole = Rows(rows.encoded, y, amount, weight)
    with b.spooled(*(whole.take(slice(n, None, parts)) for n in range(parts))) as spool:
        totals = spool.totals
    assert (totals.rows, totals.outcomes) == (len(cells), sum(happened for happened, _, _ in cells))
    assert totals.weight == sum(stands_for for _, _, stands_for in cells)
    assert totals.happened == sum(stands_for for happened, _, stands_for in cells if happened)
    assert totals.amount == sum(max(0, worth) for happened, worth, _ in cells if happened)


def test_without_rows_there_are_no_batches() -> None:
    with Spool() as spool:
        assert len(spool) == spool.totals.rows == 0
        assert list(spool.batches(1, np.random.default_rng(0))) == []


@pytest.mark.parametrize("error", [None, KeyboardInterrupt])
def test_the_folder_goes_with_the_context(error: type[BaseException] | None, tmp_path: Path,
                                          monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    try:
        with Spool() as spool:
            spool.add(*made(5))
            assert [path.name for path in tmp_path.rglob("*.npz")] == ["0.npz"]
            assert list(islice(spool.batches(2, np.random.default_rng(0)), 1))
            if error:
                raise error
    except KeyboardInterrupt:
        assert error
    assert list(tmp_path.iterdir()) == []
