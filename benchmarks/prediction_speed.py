"""How many candidates a second does the outcome model predict?

    make bench NAME=prediction_speed

On a week of the purchase benchmark, by models of the sizes as they are, hardly trained, which takes nothing off what they cost.
Two sides in one process: with the vectors of all tokens at hand, as each coalition of a night finds them (target 200,000 rows
a second), and from feature tables on, behaviour encoder included (target 20,000).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from purchase import ours
from purchase.rows import TEST_WEEKS, TRAIN_WEEKS, VALID_WEEKS
from purchase_model import REPOSITORY, prepare_ours, row

RESULT = REPOSITORY / "data" / "benchmarks" / "prediction_speed.json"
CACHED, WHOLE = 200_000, 20_000  # rows a second
REPEATS = 3


def rate(rows: int, work: Callable[[], object]) -> float:
    """Rows a second, the best of some runs after one that builds the graphs."""
    work()
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return rows / min(seconds)


def measure(size_name: str, features: Path, rows: Path) -> list[dict]:
    """Both sides of one size."""
    from assay.models.learn import learn
    from assay.models.outcome import SIZES
    from assay.models.score import said
    from assay.models.vectors import token_vectors

    known = pd.read_parquet(rows)
    brief = replace(SIZES[size_name], epochs=1, steps=1, foretelling=1, negatives=1)
    model, _ = learn(ours.windows(features, known, TRAIN_WEEKS[:1], VALID_WEEKS[:1]), brief, 1)
    window = ours.read_window(features, TEST_WEEKS[-1])
    vectors = token_vectors(model.network, model.encode(window)).of(slice(None))
    head, everything = model.network.get_layer("fusion").coalitions, np.ones((1, len(model.codes)), np.float32)
    cached = rate(len(vectors), lambda: [head(vectors[at:at + 10_000], everything) for at in range(0, len(vectors), 10_000)])
    whole = rate(len(vectors), lambda: said(model, model.encode(window)))
    return [row(f"{size_name}: rows a second, vectors at hand", cached, "rows/s", None, CACHED),
            row(f"{size_name}: rows a second, from feature tables", whole, "rows/s", None, WHOLE)]


def main() -> None:
    from assay.models.runtime import prepare_tensorflow

    prepare_tensorflow()
    rows, features = prepare_ours()
    lines = [line for size in ("tiny", "base") for line in measure(size, features, rows)]
    for line in lines:
        print(f"{line['measure']}: {line['value']:,.0f} (target {line['target']:,})")
    RESULT.write_text(json.dumps(lines, indent=1) + "\n")


if __name__ == "__main__":
    main()
