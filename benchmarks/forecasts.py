"""How good forecasts of values are: every night that a storage holds is forecast again, in order, by the DAG's own step.

    make bench NAME=forecasts

Reads what nights have published in ASSAY_STORAGE (`make backfill`, or `python -m assay run --earlier 30`, make them), copies
what the step needs into a folder of its own, and prints for each use case, kind and horizon: how forecasts that were in use did
beside the last known value, how much their ranges held, and how each forecaster did in the backtest of the newest night.
Intervals are 95 %, by bootstrap over blocks of nights: what is wrong on a night is wrong for many assets.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from assay.config import load_platform
from assay.config.settings import storage_uri
from assay.contracts import schemas
from assay.contracts.refs import CaseRef, Night
from assay.storage import ArtifactStore

REPOSITORY = Path(__file__).resolve().parents[1]
RESULT = REPOSITORY / "data" / "benchmarks" / "forecasts.json"
PLATFORM = os.environ.get("PLATFORM") or "complete_journey"
FEWEST = 12  # nights: with fewer there is next to nothing to score
BLOCK, DRAWS = 4, 2000
CLASSIFIED = (schemas.COLUMNS, schemas.TABLE_KINDS)
GATED = (schemas.GATE, schemas.ASSET_STATES, schemas.CHECKS)
NEEDED = (schemas.VALUES, schemas.COLUMN_VALUES, schemas.USAGE, schemas.ANOMALIES, *CLASSIFIED, *GATED)


def copied(source: Path, target: Path) -> list[str]:
    """Copy what the step reads of every night that has values; the nights, ascending."""
    nights = []
    for night in sorted(source.glob(f"{PLATFORM}/ds=*")):
        if not (night / schemas.VALUES.name).is_dir() or not (night / schemas.GATE.name).is_dir():
            continue
        nights.append(night.name.partition("=")[2])
        for contract in NEEDED:
            if (night / contract.name).is_dir():
                shutil.copytree(night / contract.name, target / PLATFORM / night.name / contract.name)
    return nights


def forecast_night(store: ArtifactStore, partition: str) -> None:
    """The step `forecast` on one night."""
    from assay.steps.forecast import forecast

    cases = [case.name for case in load_platform(PLATFORM).use_cases]

    def get(contracts: tuple) -> list:
        return [store.get(contract, PLATFORM, partition) for contract in contracts]

    values = [CaseRef(name, store.find(schemas.VALUES, PLATFORM, partition, name), "it has no values") for name in cases]
    gated = get(GATED)
    forecast(Night(PLATFORM, partition, tuple(cases), False, "", gated[0], ()), values, get(CLASSIFIED), gated,
             get((schemas.USAGE,)))


def frame(store: ArtifactStore, contract: schemas.Contract, nights: list[str]) -> pd.DataFrame:
    """A ledger of several nights."""
    parts = [store.read(store.get(contract, PLATFORM, night)).to_pandas() for night in nights]
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def intervals(by_night: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Of skill and coverage, drawing blocks of consecutive nights."""
    rng, rows = np.random.default_rng(1), by_night.to_numpy(float)
    count, block = len(rows), min(BLOCK, len(rows))
    starts = rng.integers(0, count, (DRAWS, -(-count // block)))
    drawn = rows[((starts[:, :, None] + np.arange(block)) % count).reshape(DRAWS, -1)[:, :count]].sum(axis=1)
    sums = dict(zip(by_night.columns, drawn.T, strict=True))
    naive = np.where(sums["naive"] > 0, sums["naive"], np.nan)
    ranges = {"skill": 1 - sums["off"] / naive, "coverage": sums["covered"] / sums["n"]}
    return {name: tuple(np.nanquantile(found, [0.025, 0.975])) for name, found in ranges.items()}


def table(scores: pd.DataFrame) -> list[dict]:
    """Skill and coverage by use case, kind and horizon, of all nights and of those on which something could be chosen."""
    scores["kind"] = np.where(scores["column"].isna(), "asset", "column")
    scores["horizon"] = (pd.to_datetime(scores["target_partition"]) - pd.to_datetime(scores["made_on"])).dt.days
    scores["off"], scores["naive"] = ((scores[what] - scores["realised"]).abs() for what in ("p50", "naive"))
    scores["n"], out = 1, []
    for (case, kind, horizon), rows in scores.groupby(["use_case", "kind", "horizon"]):
        learnt = rows[rows["made_on"] >= min(rows.loc[rows["model"] != "naive", "made_on"], default="9999")]
        for since, part in (("all nights", rows), ("since the first choice", learnt)):
            if part["made_on"].nunique() < 2:
                continue
            by_night = part.groupby("made_on")[["off", "naive", "covered", "n"]].sum()
            total, ranges = by_night.sum(), intervals(by_night)
            out.append({"use_case": case, "kind": kind, "horizon": int(horizon), "since": since, "nights": len(by_night),
                        "forecasts": int(total["n"]), "skill": 1 - total["off"] / total["naive"],
                        "skill_interval": ranges["skill"], "coverage": total["covered"] / total["n"],
                        "coverage_interval": ranges["coverage"]})
    return out


def main() -> None:
    source = Path(storage_uri().removeprefix("file://"))
    with tempfile.TemporaryDirectory() as folder:
        nights = copied(source, Path(folder))
        if len(nights) < FEWEST:
            sys.exit(f"{source} has {len(nights)} nights of {PLATFORM} with values, {FEWEST} are needed: run some more, "
                     "such as python -m assay run --earlier 30")
        os.environ["ASSAY_STORAGE"] = Path(folder).as_uri()
        store, seconds = ArtifactStore(Path(folder).as_uri()), []
        for night in nights:
            start = time.perf_counter()
            forecast_night(store, night)
            seconds.append(time.perf_counter() - start)
        found = table(frame(store, schemas.FORECAST_SCORES, nights))
        tested = frame(store, schemas.FORECAST_BACKTESTS, nights[-1:])
    print(f"{PLATFORM}: {len(nights)} nights from {nights[0]} to {nights[-1]}, the last one forecast in {seconds[-1]:.1f} s\n")
    print("forecasts in use          of     days  since                  nights forecasts  skill              in 80 % range")
    for row in found:
        low, high = row["skill_interval"]
        less, more = row["coverage_interval"]
        print(f"{row['use_case']:25} {row['kind']:6} {row['horizon']:4}  {row['since']:22} {row['nights']:6} "
              f"{row['forecasts']:9}  {row['skill']:5.2f} [{low:5.2f} {high:5.2f}]  {row['coverage']:4.0%} "
              f"[{less:.0%} {more:.0%}]")
    print(f"\nbacktest on {nights[-1]}: error / error of the last known value, with its interval; * in use")
    for (case, kind, horizon), rows in tested.groupby(["use_case", "kind", "horizon"]):
        told = [f"{'*' if row.in_use else ' '}{row.model} {row.ratio:.2f} [{row.ratio_low:.2f} {row.ratio_high:.2f}] of "
                f"{row.origins}" for row in rows.itertuples() if row.model != "naive"]
        print(f"{case} {kind} {horizon} d: " + "  ".join(told))
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps({"nights": nights, "scores": found, "seconds": seconds}, indent=1, default=float))


if __name__ == "__main__":
    main()
