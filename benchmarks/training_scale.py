"""Does training the outcome model take memory for every row? One week of the purchase benchmark against ten.

    make bench NAME=training_scale

Both sides train the smallest model for one pass over all rows, in a process of their own each; targets are that memory stays
(ratio at most 1.2) and that time per row does (at most 1.2). What both take to start TensorFlow and to build the graph is
measured apart, by a side of a thousand rows, and taken off.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from processes import run
from purchase import ours
from purchase.rows import TRAIN_WEEKS, VALID_WEEKS
from purchase_model import REPOSITORY, prepare_ours, row

RESULT = REPOSITORY / "data" / "benchmarks" / "training_scale.json"
SIDES = {"a thousand rows": (1, 1000), "one week": (1, None), "ten weeks": (10, None)}


def train(features: Path, rows: Path, weeks: int, most: int | None) -> tuple[int, float]:
    """Rows trained on, and seconds once the libraries are loaded."""
    from assay.models.learn import LabelledWindow, Windows, learn
    from assay.models.outcome import SIZES
    from assay.models.runtime import prepare_tensorflow

    prepare_tensorflow()
    known = pd.read_parquet(rows)
    start = time.perf_counter()
    chosen = [*TRAIN_WEEKS[:weeks], VALID_WEEKS[0]]
    windows = [LabelledWindow(int((known.week == week).sum()), partial(_first, features, known, week, most)) for week in chosen]
    size = replace(SIZES["tiny"], negatives=1000, steps=1)
    learn(Windows("scale", windows[:-1], windows[-1:], None, 7), size, 1)
    return sum(min(w.rows, most or w.rows) for w in windows[:-1]), time.perf_counter() - start


def _first(features: Path, known: pd.DataFrame, week: int, most: int | None) -> list:
    ((tables, y, amount),) = ours.labelled(features, known, week)
    taken = np.arange(min(len(y), most or len(y)))
    return [(tables.take(taken), y[taken], amount[taken])] if most else [(tables, y, amount)]


def main() -> None:
    rows, features = prepare_ours()
    found = {}
    for name, (weeks, most) in SIDES.items():
        measured = run(train, features, rows, weeks, most)
        found[name] = (*measured.result, measured.peak_bytes)
        print(f"{name:<18}{found[name][0]:>12,} rows{found[name][1]:>10.1f} s{found[name][2] / 1e9:>8.2f} GB")
    few, one, ten = (found[name] for name in SIDES)
    lines = [row("peak memory, ten weeks beside one", ten[2] / 1e9, "GB", one[2] / 1e9, 1.2),
             row("time per row, ten weeks beside one", (ten[1] - few[1]) / ten[0], "s", (one[1] - few[1]) / one[0], 1.2)]
    for line in lines:
        print(f"{line['measure']}: {line['ratio']:.2f} (target {line['target']})")
    RESULT.write_text(json.dumps(lines, indent=1) + "\n")


if __name__ == "__main__":
    main()
