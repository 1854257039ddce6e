"""All statistics of a column from its value counts.

NaN isn't a value: it counts as missing, as pandas does. Infinities are values, but mean, deviation, quantiles and histogram
are of finite numbers. Moments and quantiles are of numbers alone: for times there are the extremes and a histogram over
seconds since 1970.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assay.contracts.schemas import PROFILES
from assay.profiling.layout import columns_of
from assay.profiling.nearly_unique import ALWAYS, SHARE, extremes
from assay.profiling.states import whole_mask

_QUANTILES = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
_TOP = 10
_BINS = 20
_EXACT = "group-by; exact"
_SAMPLED = (f"group-by of 1 in {SHARE} values by hash; rows, nulls, min, max, mean and negatives exact, "
            "distinct count, deviation, quantiles, lengths and histogram estimated")


def profile(states: pa.Table) -> pa.Table:
    """Statistics of each column of a state.

    Args:
        states: After the contract PROFILE_STATES, of one partition or merged from many.

    Returns:
        A table after the contract PROFILES, a row per column and path in the state's order. `std` is the sample's, with n - 1.
    """
    columns = columns_of(states, paths=True).values()
    return pa.Table.from_pylist([_profile_column(rows) for rows in columns], schema=PROFILES.schema)


def _profile_column(rows: pa.Table) -> dict[str, Any]:
    dtype = rows.column("dtype")[0].as_py()
    summary = rows.filter(rows.column("statistic").is_valid())
    counted = rows.filter(pc.is_null(rows.column("statistic")))
    missing = pc.or_(pc.is_null(counted.column("value")), pc.fill_null(pc.is_nan(counted.column("number")), False))
    values, null_count = counted.filter(pc.invert(missing)), _total(counted.filter(missing))
    out: dict[str, Any] = {field: None for field in PROFILES.schema.names}
    out |= {"asset_id": rows.column("asset_id")[0].as_py(), "column": rows.column("column")[0].as_py(),
            "parent": rows.column("parent")[0].as_py(), "row_count": _total(rows), "null_count": null_count,
            "distinct_count": _distinct(values, exact=not summary.num_rows),
            "method": f"{rows.column('engine')[0].as_py()} {_SAMPLED if summary.num_rows else _EXACT}"}
    low, high = extremes(summary, dtype) if summary.num_rows else extremes(values, dtype)
    out["min"], out["max"] = low[0], high[0]
    if whole_mask(rows) is None and values.num_rows:
        out |= _numeric(values, summary, dtype)
        if dtype == "VARCHAR":
            out |= _lengths(values)
    if not summary.num_rows:
        top = values.slice(0, _TOP)
        out["top_values"] = json.dumps([[v, n] for v, n in zip(top.column("value").to_pylist(), top.column("n").to_pylist(),
                                                               strict=True)], ensure_ascii=False)
    return out


def _total(rows: pa.Table) -> int:
    return int(pc.sum(rows.column("n")).as_py() or 0)


def _distinct(values: pa.Table, *, exact: bool) -> int:
    if exact:
        return int(values.num_rows)
    always = int(pc.sum(pc.is_in(values.column("value"), value_set=pa.array(ALWAYS))).as_py() or 0)
    return always + SHARE * (int(values.num_rows) - always)


def _numeric(values: pa.Table, summary: pa.Table, dtype: str) -> dict[str, Any]:
    """Moments, quantiles, signs and histogram of numbers, the histogram alone of times."""
    numbers = values.column("number").to_numpy(zero_copy_only=False)
    n = np.asarray(values.column("n"))
    finite = np.isfinite(numbers)
    if not finite.any():
        return {}
    order = np.argsort(numbers[finite], kind="stable")
    ordered, counts = numbers[finite][order], n[finite][order]
    out: dict[str, Any] = {"histogram": json.dumps(histogram(ordered, counts))}
    if dtype.startswith(("DATE", "TIMESTAMP")):
        return out
    rows = int(counts.sum())
    mean = float((ordered * counts).sum() / rows)
    out["std"] = float(np.sqrt((counts * (ordered - mean) ** 2).sum() / (rows - 1))) if rows > 1 else None
    out |= {name: quantile(ordered, counts, q) for name, q in _QUANTILES.items()}
    out["zero_count"] = int(n[numbers == 0].sum())
    out["negative_count"] = int(n[numbers < 0].sum())
    if summary.num_rows:
        known = {row["statistic"]: row for row in summary.to_pylist()}
        mean = (mean * rows + (known["rest"]["number"] or 0.0)) / (rows + known["rest"]["n"])
        out["negative_count"] = int(known["negatives"]["number"] or 0)
    return out | {"mean": mean}


def quantile(ordered: np.ndarray, counts: np.ndarray, q: float) -> float:
    """Quantile of a column from its value counts, linear between the two nearest rows.

    Args:
        ordered: Shape (n_values,), finite, ascending.
        counts: Shape (n_values,), rows that hold each, positive.
        q: 0 <= q <= 1.
    """
    ends = np.cumsum(counts)
    position = q * (int(ends[-1]) - 1)
    below = int(np.floor(position))
    low = float(ordered[np.searchsorted(ends, below, side="right")])
    high = float(ordered[np.searchsorted(ends, min(below + 1, int(ends[-1]) - 1), side="right")])
    return low + (high - low) * (position - below)


def histogram(ordered: np.ndarray, counts: np.ndarray) -> list[list[float]]:
    """Rows in 20 bins of equal width, as `[from, to, rows]`; a single bin where all values are equal.

    Args:
        ordered: Shape (n_values,), finite, ascending.
        counts: Shape (n_values,), rows that hold each.
    """
    low, high = float(ordered[0]), float(ordered[-1])
    width = (high - low) / _BINS
    if width == 0 or not np.isfinite(width):
        return [[low, high, int(counts.sum())]]
    rows, edges = np.histogram(ordered, bins=_BINS, range=(low, high), weights=counts)
    return [[float(a), float(b), int(r)] for a, b, r in zip(edges[:-1], edges[1:], rows, strict=True)]


def _lengths(values: pa.Table) -> dict[str, Any]:
    """Lengths of texts; of those that aren't hashed."""
    plain = values.filter(pc.invert(values.column("masked")))
    if not plain.num_rows:
        return {}
    lengths, n = np.asarray(pc.utf8_length(plain.column("value"))), np.asarray(plain.column("n"))
    mean = float((lengths * n).sum() / n.sum())
    return {"length_min": int(lengths.min()), "length_mean": mean, "length_max": int(lengths.max())}
