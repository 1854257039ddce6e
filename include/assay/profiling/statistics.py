"""All statistics of a column from its value counts.

NaN isn't a value: it counts as missing, as pandas does. Infinities are values, but mean, deviation, quantiles and histogram
are of finite numbers. Moments and quantiles are of numbers alone: for times there are the extremes, a histogram over seconds
since 1970, and days without a row.

A column with too many different values is known by one value in 256. What follows from those alone is estimated, and named with
its standard error; all else is exact.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assay.contracts.schemas import PROFILES
from assay.profiling.estimates import distinct_error, mean_error, share_error, weights
from assay.profiling.forms import frequent_forms
from assay.profiling.gaps import day_gaps
from assay.profiling.layout import columns_of
from assay.profiling.nearly_unique import ALWAYS, SHARE, extremes, is_listed

_QUANTILES = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
_TOP = 10
_BINS = 20
_DAY = 86_400
_WHOLE = 2**53  # from which floats miss integers
_WIDE = {"BIGINT": pa.int64(), "UBIGINT": pa.uint64()}


@dataclass
class _Listed:
    """The listed values of a column that are none of NaN and null.

    Attributes:
        dtype: Type of the column.
        table: Their rows, shape (n,).
        numbers: The same as numbers, NaN where they are none, shape (n,).
        rows: That hold each, shape (n,).
        weight: How many values each stands for, shape (n,): 1 where all are listed.
        known: Where not all are: the summaries by name.
        estimated: Names of statistics that are estimated, with their standard errors.
    """

    dtype: str
    table: pa.Table
    numbers: np.ndarray
    rows: np.ndarray
    weight: np.ndarray
    known: dict[str, dict[str, Any]]
    estimated: dict[str, float | None] = field(default_factory=dict)

    def estimate(self, **errors: float | None) -> None:
        """Note statistics as estimated, if the column is."""
        if self.known:
            self.estimated |= errors


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
    sampled = rows.column("statistic").null_count < rows.num_rows
    summary = rows.filter(rows.column("statistic").is_valid()) if sampled else rows.slice(0, 0)
    counted = rows.filter(pc.is_null(rows.column("statistic"))) if sampled else rows
    missing = pc.is_null(counted.column("value"))
    if dtype in ("FLOAT", "DOUBLE"):
        missing = pc.or_(missing, pc.fill_null(pc.is_nan(counted.column("number")), False))
    values = counted.filter(pc.invert(missing))
    held = np.asarray(values.column("n"))
    known = {row["statistic"]: row for row in summary.to_pylist()}
    weight = weights(values.column("value"), held, known["rest"]["n"]) if sampled else np.ones(len(held))
    listed = _Listed(dtype, values, values.column("number").to_numpy(zero_copy_only=False), held, weight, known)
    low, high = extremes(summary if sampled else values, dtype)
    out: dict[str, Any] = {name: None for name in PROFILES.schema.names}
    out |= {"asset_id": rows.column("asset_id")[0].as_py(), "column": rows.column("column")[0].as_py(),
            "parent": rows.column("parent")[0].as_py(), "row_count": _total(rows),
            "null_count": _total(counted.filter(missing)), "distinct_count": _distinct(listed), "min": low[0], "max": high[0],
            "engine": rows.column("engine")[0].as_py()}
    if not pc.all(values.column("masked"), min_count=0).as_py():
        out |= _of_numbers(listed)
        if dtype == "VARCHAR":
            out |= _of_texts(listed)
    if not sampled:
        top = values.slice(0, _TOP)
        out["top_values"] = json.dumps([[v, n] for v, n in zip(top.column("value").to_pylist(), top.column("n").to_pylist(),
                                                               strict=True)], ensure_ascii=False)
    return out | {"estimated": [{"statistic": name, "error": error} for name, error in listed.estimated.items()]}


def _total(rows: pa.Table) -> int:
    return int(pc.sum(rows.column("n")).as_py() or 0)


def _distinct(listed: _Listed) -> int:
    if not listed.known:
        return int(listed.table.num_rows)
    always = int(pc.sum(pc.is_in(listed.table.column("value"), value_set=pa.array(ALWAYS))).as_py() or 0)
    drawn = int(listed.table.num_rows) - always
    listed.estimate(distinct_count=distinct_error(drawn, SHARE))
    return always + SHARE * drawn


def _of_numbers(listed: _Listed) -> dict[str, Any]:
    """Moments, quantiles, signs and histogram of numbers; histogram and gaps of times."""
    finite = np.isfinite(listed.numbers)
    if not finite.any():
        return {}
    order = np.argsort(listed.numbers[finite], kind="stable")
    ordered, rows, weight = (of[finite][order] for of in (listed.numbers, listed.rows, listed.weight))
    counts = np.rint(rows * weight).astype(np.int64)
    squares = weight * (weight - 1) * rows.astype(np.float64) ** 2
    bins = histogram(ordered, counts)
    listed.estimate(histogram=_largest_error(bins, ordered, squares))
    out: dict[str, Any] = {"histogram": json.dumps(bins)}
    if listed.dtype.startswith(("DATE", "TIMESTAMP")):
        return out | _of_days(listed, ordered)
    whole = int(counts.sum())
    unit = float(np.exp2(np.frexp(np.abs(ordered).max())[1] - 1))  # a power of two costs no digit and keeps squares finite
    mean = float((ordered / unit * rows).sum()) / int(rows.sum())
    if listed.known:
        rest = (listed.known["rest"]["number"] or 0.0) / unit
        mean = (mean * int(rows.sum()) + rest) / (int(rows.sum()) + listed.known["rest"]["n"])
    out["mean"] = mean * unit
    if whole > 1:
        offsets = _offsets(listed, finite)[order] / unit
        deviations = (offsets - float((offsets * counts).sum()) / whole) ** 2
        std = float(np.sqrt((counts * deviations).sum() / (whole - 1)))
        out["std"] = std * unit
        if listed.known:
            listed.estimate(std=mean_error(deviations, rows, weight, std ** 2) / (2 * std) * unit if std else None)
    for name, q in _QUANTILES.items():
        out[name] = quantile(ordered, counts, q)
        if listed.known:
            listed.estimate(**{name: _quantile_error(ordered, counts, squares, q)})
    return out | _signs(listed)


def _offsets(listed: _Listed, finite: np.ndarray) -> np.ndarray:
    """Finite numbers, less the smallest of them where integers are larger than floats can tell apart."""
    numbers: np.ndarray = listed.numbers[finite]
    if listed.dtype not in _WIDE or np.abs(numbers).max() < _WHOLE:
        return numbers
    texts = listed.table.column("value").filter(pa.array(finite))
    integers = np.asarray(texts.cast(_WIDE[listed.dtype]))
    offsets: np.ndarray = (integers.view(np.uint64) - integers.min().view(np.uint64)).astype(np.float64)  # never below 0
    return offsets


def _signs(listed: _Listed) -> dict[str, Any]:
    """Rows that are zero and that are negative."""
    zeros = int(listed.rows[listed.numbers == 0].sum())
    if not listed.known:
        return {"zero_count": zeros, "negative_count": int(listed.rows[listed.numbers < 0].sum())}
    scale = int(listed.dtype.rstrip(")").split(",")[1]) if listed.dtype.startswith("DECIMAL(") else 0
    told = zeros or not scale or is_listed(f"0.{'0' * scale}")  # a decimal's zero may be none of the listed values
    return {"zero_count": zeros if told else None, "negative_count": int(listed.known["negatives"]["number"] or 0)}


def _of_days(listed: _Listed, ordered: np.ndarray) -> dict[str, Any]:
    """Days without a row, between the first and the last one with rows."""
    gaps = day_gaps(np.unique(np.floor(ordered / _DAY).astype(np.int64)))
    listed.estimate(day_count=None, missing_days=None, unexplained_days=None, longest_gap_days=None, usual_step_days=None,
                    weekday_shares=None)
    begun = None if gaps.longest_from is None else str(np.datetime64(gaps.longest_from, "D"))
    return {"day_count": gaps.days, "missing_days": gaps.missing, "unexplained_days": gaps.unexplained,
            "longest_gap_days": gaps.longest, "longest_gap_from": begun,
            "usual_step_days": gaps.step, "weekday_shares": gaps.weekdays}


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
    above = position - below
    return low + (high - low) * above if np.isfinite(high - low) else low * (1 - above) + high * above


def _quantile_error(ordered: np.ndarray, counts: np.ndarray, squares: np.ndarray, q: float) -> float:
    """Half the distance of the quantiles that lie one standard error of the share below and above (Woodruff 1952)."""
    below = ordered <= quantile(ordered, counts, q)
    error = share_error(float(squares[below].sum()), float(squares[~below].sum()), q, float(counts.sum()))
    return (quantile(ordered, counts, min(q + error, 1)) - quantile(ordered, counts, max(q - error, 0))) / 2


def histogram(ordered: np.ndarray, counts: np.ndarray) -> list[list[float]]:
    """Rows in 20 bins of equal width, as `[from, to, rows]`; a single bin where floats can't tell so many apart.

    Args:
        ordered: Shape (n_values,), finite, ascending.
        counts: Shape (n_values,), rows that hold each.
    """
    low, high = float(ordered[0]), float(ordered[-1])
    with np.errstate(over="ignore", invalid="ignore"):
        edges = np.linspace(low, high, _BINS + 1)
        rising = (np.diff(edges) > 0).all()
    if not rising:  # equal values, or such that no float lies between them, or more than all floats
        return [[low, high, int(counts.sum())]]
    rows, edges = np.histogram(ordered, bins=_BINS, range=(low, high), weights=counts)
    return [[float(a), float(b), int(r)] for a, b, r in zip(edges[:-1], edges[1:], rows, strict=True)]


def _largest_error(bins: list[list[float]], ordered: np.ndarray, squares: np.ndarray) -> float:
    """The largest standard error of the bins' rows."""
    if len(bins) == 1:
        return 0.0
    inside, _ = np.histogram(ordered, bins=len(bins), range=(bins[0][0], bins[-1][1]), weights=squares)
    whole, all_squares = sum(rows for _, _, rows in bins), float(squares.sum())
    return max(share_error(float(square), all_squares - float(square), rows / whole, 1.0)
               for square, (_, _, rows) in zip(inside, bins, strict=True))


def _of_texts(listed: _Listed) -> dict[str, Any]:
    """Lengths and forms of texts; of those that aren't hashed."""
    plain = pc.invert(listed.table.column("masked"))
    texts, chosen = listed.table.column("value").filter(plain), np.asarray(plain)
    rows, weight = listed.rows[chosen], listed.weight[chosen]
    lengths = np.asarray(pc.utf8_length(texts))
    mean = float((lengths * rows * weight).sum() / (rows * weight).sum())
    forms = frequent_forms(texts, rows, weight)
    listed.estimate(length_min=None, length_mean=mean_error(lengths, rows, weight, mean), length_max=None,
                    forms=max(forms.errors))
    return {"length_min": int(lengths.min()), "length_mean": mean, "length_max": int(lengths.max()),
            "forms": json.dumps([list(pair) for pair in zip(forms.forms, forms.shares, strict=True)], ensure_ascii=False)}
