"""What the layout promises, beyond the layers that import-linter holds."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "include" / "assay"
SOURCES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
HEAVY = {"tensorflow", "keras", "great_expectations", "plotly", "scipy"}
LONGEST_MODULE = 350  # lines


def ids(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(tree: ast.AST, *, top_level: bool = False) -> set[str]:
    """Full names of the modules that a source imports; those of `if TYPE_CHECKING:` don't count at top level."""
    nodes = ast.iter_child_nodes(tree) if top_level else ast.walk(tree)
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", SOURCES, ids=ids)
def test_modules_are_small_and_say_what_they_are(path):
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= LONGEST_MODULE
    assert ast.get_docstring(ast.parse(source))
    assert path.stem not in ("utils", "util", "helpers", "common", "misc")


@pytest.mark.parametrize("path", SOURCES, ids=ids)
def test_the_package_is_imported_as_assay(path):
    assert not {name for name in imported(parsed(path)) if name.split(".")[0] == "include"}
    assert not [node for node in ast.walk(parsed(path)) if isinstance(node, ast.ImportFrom) and node.level]


@pytest.mark.parametrize("path", sorted((PACKAGE / "steps").glob("*.py")), ids=ids)
def test_steps_import_nothing_heavy_at_top_level(path):
    assert not {name.split(".")[0] for name in imported(parsed(path), top_level=True)} & HEAVY


def test_the_engine_knows_no_platform():
    names = re.compile(r"complete_journey|german_credit|synthetic_shop|household_id|product_id|sales_value"
                       r"|transaction_timestamp|creditability|display_location|mailer_location|landing\.[a-z]")
    found = []
    for path in SOURCES:
        tree = parsed(path)
        docstrings = {id(node.body[0].value) for node in ast.walk(tree)
                      if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node)}
        found += [f"{ids(path)}:{node.lineno}: {node.value!r}" for node in ast.walk(tree)
                  if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
                  and names.search(node.value) and path.parent.name != "cli"]  # whose default is the demo
    assert found == []


@pytest.mark.parametrize("path", TESTS, ids=ids)
def test_tests_mirror_the_source(path):
    """A test file stands where the package or the folder that it tests stands."""
    folder = path.relative_to(ROOT / "tests").parent
    places = (PACKAGE / folder, ROOT / "include" / folder, ROOT / folder, ROOT / "plugins" / folder)
    assert any(place.is_dir() for place in places) or folder.as_posix() in ("end_to_end", "deployment")


def test_every_layer_is_declared():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]["layers"]
    layers = {name.strip() for line in declared for name in line.split("|")}
    present = {path.stem for path in PACKAGE.iterdir() if path.is_dir() or path.suffix == ".py"}
    assert layers == present - {"__init__", "__pycache__"}


@pytest.mark.parametrize("module", ["assay.config", "assay.contracts.refs", "assay.storage", "assay.steps.discover",
                                    "assay.views.catalogue",
                                    "assay.steps.train", "assay.steps.value", "assay.steps.check", "assay.steps.publish"])
def test_importing_a_step_loads_no_heavy_library(module):
    code = f"import sys, {module}; print(sorted({HEAVY | {'airflow'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(ROOT / "include")},
                          capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr
