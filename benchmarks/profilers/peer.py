"""One peer's profile of a folder of Parquet files, timed in the peer's own environment; the last line is JSON.

    python -I peer.py whylogs|minimal|full FOLDER
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from pathlib import Path


def whylogs(frame) -> None:
    """Sketches of all columns: counts, types, distinct values, quantiles, frequent values."""
    import whylogs as why

    why.log(frame).profile().view().to_pandas()


def ydata(frame, *, minimal: bool) -> None:
    """A description of all columns; unless minimal with correlations, interactions and missing values."""
    from ydata_profiling import ProfileReport

    ProfileReport(frame, minimal=minimal, progress_bar=False).get_description()


def main(how: str, folder: str) -> None:
    """Read, profile, and print seconds and peak MB, imports left out."""
    import pandas as pd
    import pyarrow.parquet as pq

    importlib.import_module("whylogs" if how == "whylogs" else "ydata_profiling")
    begun = time.perf_counter()
    files = sorted(Path(folder).glob("*/*.parquet"))
    frame = pd.concat([pq.ParquetFile(path).read().to_pandas() for path in files], ignore_index=True)
    if how == "whylogs":
        whylogs(frame)
    else:
        ydata(frame, minimal=how == "minimal")
    print(json.dumps({"seconds": time.perf_counter() - begun,
                      "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
