"""Fingerprints depend on content, configuration and sources, and on nothing else."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.config.manifest import Costs, ForecastConfig
from assay.config.settings import REPOSITORY
from assay.storage import code_fingerprint, fingerprint

INCLUDE = str(REPOSITORY / "include")
JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
                    max_leaves=6)


def test_the_fingerprint_of_a_known_text_is_its_sha256():
    # printf '["a",{"b":1,"c":"三"}]' | sha256sum
    assert fingerprint("a", {"c": "三", "b": 1}) == "347f31ac04cdd2b8db98595fd7f35d72144a854291f2951908dc868f80592cbf"


@given(st.dictionaries(st.text(max_size=4), JSON, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_matter(content, random):
    items = list(content.items())
    random.shuffle(items)
    assert fingerprint(dict(items)) == fingerprint(content)


@given(st.lists(st.text(max_size=4), min_size=2, max_size=4, unique=True))
def test_the_order_of_lists_does_and_that_of_sets_does_not(names):
    assert fingerprint(names) != fingerprint(names[::-1])
    assert fingerprint(set(names)) == fingerprint(frozenset(names[::-1]))


@given(JSON)
def test_parts_are_kept_apart(content):
    assert fingerprint(content) != fingerprint(content, content)
    assert fingerprint([content]) != fingerprint(content)


def test_a_model_counts_by_what_it_says():
    assert fingerprint(Costs()) == fingerprint(Costs(read_gb=0.005)) != fingerprint(Costs(read_gb=0.006))
    assert fingerprint(Costs()) != fingerprint(ForecastConfig())


def test_what_has_no_stable_text_is_refused():
    with pytest.raises(TypeError, match="object has no fingerprint; pass JSON-like values or a manifest model"):
        fingerprint(object())


@pytest.mark.slow
def test_hash_randomisation_does_not_matter():
    code = "from assay.storage import fingerprint; print(fingerprint({'x', 'y', 'z'}, {'b': 1, 'a': 2}))"
    printed = {subprocess.run([sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": INCLUDE},
                              capture_output=True, text=True, check=True).stdout for seed in ("1", "2", "3")}
    assert printed == {fingerprint({"x", "y", "z"}, {"a": 2, "b": 1}) + "\n"}


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package `tinted` with a module, a subpackage, and a bystander."""
    root = tmp_path / "tinted"
    for name in ("__init__.py", "red.py", "deep/__init__.py", "deep/blue.py"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"NAME = {name!r}\n")
    (tmp_path / "bystander.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    yield root
    for name in [name for name in sys.modules if name.split(".")[0] in ("tinted", "bystander")]:
        del sys.modules[name]


def code(*modules: str) -> str:
    code_fingerprint.cache_clear()
    return code_fingerprint(*modules)


@pytest.mark.parametrize("changed", ["__init__.py", "red.py", "deep/blue.py"])
def test_a_package_changes_with_any_source_below_it(package, changed):
    before = code("tinted")
    (package / changed).write_text("NAME = 'another'\n")
    assert code("tinted") != before


@pytest.mark.parametrize("change", ["text", "bystander", "touch", "sibling"])
def test_code_does_not_change_with_anything_else(package, change):
    module = "tinted.red" if change == "sibling" else "tinted"
    before = code(module)
    if change == "text":
        (package / "notes.txt").write_text("no source")
    elif change == "bystander":
        (package.parent / "bystander.py").write_text("X = 1\n")
    elif change == "touch":
        os.utime(package / "red.py", (1, 1))
    else:
        (package / "deep" / "blue.py").write_text("NAME = 'another'\n")
    assert code(module) == before


def test_a_renamed_source_is_another_one(package):
    before = code("tinted")
    (package / "red.py").rename(package / "crimson.py")
    assert code("tinted") != before


def test_the_order_of_modules_does_not_matter(package):
    assert code("tinted.red", "tinted.deep") == code("tinted.deep", "tinted.red") != code("tinted.red")


def test_an_unknown_module_is_named():
    with pytest.raises(ModuleNotFoundError, match=r"no module 'assay\.nowhere' to fingerprint"):
        code("assay.nowhere")
