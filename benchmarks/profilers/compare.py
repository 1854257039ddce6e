"""Other profilers on the transactions of Complete Journey, each in an environment of its own below data/benchmarks/peers.

They need older versions of numpy and pandas than the project has, so they are installed with their own the first time.
"""

from __future__ import annotations

import json
import subprocess
import venv
from pathlib import Path

from processes import run

REPOSITORY = Path(__file__).resolve().parents[2]
PEERS = REPOSITORY / "data" / "benchmarks" / "peers"
TRANSACTIONS = REPOSITORY / "data" / "landing" / "complete_journey" / "transactions"
PINNED = {
    "whylogs": ("whylogs==1.6.4", "whylogs-sketching==3.4.1.dev3", "numpy==1.26.4", "pandas==2.2.3", "pyarrow==20.0.0"),
    "ydata-profiling": ("ydata-profiling==4.18.4", "numpy==2.3.5", "pandas==2.3.3", "scipy==1.16.3", "numba==0.62.1",
                        "visions==0.8.1", "matplotlib==3.10.0", "pyarrow==26.0.1"),
}
SIDES = {"whylogs": ("whylogs", "whylogs"), "ydata-profiling, minimal": ("ydata-profiling", "minimal"),
         "ydata-profiling": ("ydata-profiling", "full")}


def ours(files: str) -> None:
    """A full profile with all associations, as the task makes them."""
    from assay.profiling.associations import associate
    from assay.profiling.states import count_values
    from assay.profiling.statistics import profile

    state = count_values([files], "landing.transactions")
    profile(state)
    associate([files], state, {"household_id", "store_id", "basket_id", "product_id"})


def theirs(environment: str, how: str) -> tuple[float, float]:
    """Seconds and peak MB of a peer, from reading the files to its finished profile."""
    place = PEERS / environment
    python = place / "bin" / "python"
    installed = place / "pinned.json"
    if not installed.exists() or json.loads(installed.read_text()) != list(PINNED[environment]):
        venv.create(place, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PINNED[environment]], check=True)
        installed.write_text(json.dumps(PINNED[environment]))
    done = subprocess.run([python, "-I", Path(__file__).with_name("peer.py"), how, TRANSACTIONS], check=True,
                          stdout=subprocess.PIPE, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    return float(found["seconds"]), float(found["peak_mb"])


def peers() -> list[dict]:
    """Print and return the seconds of each peer beside ours; they run once, since some take minutes."""
    mine = min((run(ours, f"{TRANSACTIONS}/*/*.parquet") for _ in range(3)), key=lambda measured: measured.seconds)
    print(f"\n{'transactions':<34}{'seconds':>9}{'x assay':>9}{'peak MB':>9}")
    print(f"{'assay':<34}{mine.seconds:>9.2f}{1:>9}{mine.peak_bytes / 2**20:>9.0f}", flush=True)
    rows = []
    for side, (environment, how) in SIDES.items():
        seconds, peak = theirs(environment, how)
        print(f"{side:<34}{seconds:>9.2f}{seconds / mine.seconds:>9.1f}{peak:>9.0f}", flush=True)
        rows.append({"measure": f"profile of transactions beside {side}", "value": mine.seconds, "unit": "s",
                     "reference": seconds, "ratio": mine.seconds / seconds, "target": 1 / 30})
    return rows
