"""What half a year of history costs: weekly partitions through the real scheduler, a rerun, a range by Airflow's backfill.

    make bench NAME=backfill [WEEKS=26] [NIGHTS=14]

Works in a clone of HEAD with the installed environment, as the benchmark nightly does. The first partition of a calendar month
trains a base model, which later ones of the month go on from; what that takes is told apart. An hour or more on two cores.
"""

from __future__ import annotations

import os
import tempfile
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from nightly import REPOSITORY, clone_of_head, measure, report, run, step_seconds, success_after

NEWEST = date(2017, 12, 31)
PLATFORM = "complete_journey"
WEEKS, NIGHTS = int(os.environ.get("WEEKS") or 26), int(os.environ.get("NIGHTS") or 14)
OTHERS = 5  # the partition that the last one is compared with: what every history begins with lies behind it
RESULT = REPOSITORY / "data" / "benchmarks" / "backfill.json"


def written(storage: Path) -> dict[str, tuple[int, int]]:
    """Every file but the measures of runs, with its size and time of change."""
    return {str(path.relative_to(storage)): (path.stat().st_size, path.stat().st_mtime_ns)
            for path in storage.rglob("*") if path.is_file() and "run_metrics" not in path.parts}


def begins_a_month(day: date) -> bool:
    """Whether a weekly partition is the first of its month, whose base model nobody has trained yet."""
    return (day - timedelta(days=7)).month != day.month


def main() -> None:
    days = [NEWEST - timedelta(days=7 * week) for week in range(WEEKS - 1, -1, -1)]
    with tempfile.TemporaryDirectory() as scratch:
        clone, environment = clone_of_head(scratch)
        storage = clone / "data" / "storage"

        def trigger(day: date) -> float:
            return success_after(run(["make", "trigger", f"PARTITION={day}"], clone, environment).output)

        run(["make", "up"], clone, environment)
        try:
            seconds, features = {}, {}
            for day in days:
                seconds[day] = trigger(day)
                features[day] = step_seconds(storage, str(day))["build_features"]
                base = "  base model" if begins_a_month(day) else ""
                print(f"{day}  {seconds[day]:7.1f} s  features {features[day]:6.1f} s{base}", flush=True)
            before = written(storage)
            again, after = trigger(days[-1]), written(storage)
            first = NEWEST - timedelta(days=NIGHTS - 1)
            whole = run(["make", "backfill", f"FROM={first}", f"TO={NEWEST}"], clone, environment).seconds
        finally:
            run(["make", "down"], clone, environment)
    plain = [day for day in days[1:] if not begins_a_month(day)]
    usual = median(seconds[day] for day in plain)
    bases = sum(max(0.0, seconds[day] - usual) for day in days if begins_a_month(day) or day == days[0])
    early, late = (next(day for day in order if not begins_a_month(day)) for order in (days[OTHERS - 1:], days[::-1]))
    report([
        measure(f"{WEEKS} weekly partitions, base models apart", (sum(seconds.values()) - bases) / 60, "min", 45),
        measure("base models and the first partition's history", bases / 60, "min", None),
        measure(f"the last partition beside the {OTHERS}th", seconds[late] / seconds[early], "x", 1.2),
        measure("features of a partition after the first, median", median(features[day] for day in days[1:]), "s", 5),
        measure("features of a partition after the first, most", max(features[day] for day in days[1:]), "s", None),
        measure("an unchanged partition again", again, "s", 20),
        measure("files that this has written", sum(before.get(path) != state for path, state in after.items()), "", 0),
        measure(f"{NIGHTS} nights by Airflow's backfill, those known included", whole / 60, "min", None),
    ], RESULT)


if __name__ == "__main__":
    main()
