"""The different values of a column as hashes, the same in whatever type or format, and an index that finds who has them.

Numbers are numbers: whole floats, decimals and digits in texts, with or without leading zeros. Dates are the number YYYYMMDD,
whether they lie there as DATE, as a timestamp at midnight, as ISO text or as that number. All else is text without blanks
around it. Two columns are compared by their hashes alone, which takes a search in a sorted array.

The index keeps the smallest hashes of every column (bottom-k: the same sample of values in all columns), so columns that share
values meet in it without being compared. Source: Broder, "On the resemblance and containment of documents", 1997; inverted
index after Zhu et al., "JOSIE", SIGMOD 2019.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from assay.catalog.facts import ColumnFacts, Family
from assay.profiling.nearly_unique import is_listed

_DIGITS = r"^[+-]?\d{1,15}(\.\d{1,9})?$"
_DATE = r"^\d{4}-\d{2}-\d{2}([ T]00:00(:00(\.0+)?)?(Z|\+00(:?00)?)?)?$"
_MIDNIGHT = 86_400
_EXACT_FLOATS = 2.0**53
_MOST_LISTED = 200_000  # values of which it is told whether a sample of one in 256 would list them
_FEW = 8  # values in common samples below which a share says nothing


@dataclass(frozen=True, eq=False)
class Sketch:
    """The values of one column.

    Attributes:
        column: Its facts.
        hashes: Of the listed values, ascending, each once, uint64.
        counts: Rows that hold each.
        kind: `number`, `date` or `text`: what most values are.
    """

    column: ColumnFacts
    hashes: np.ndarray
    counts: np.ndarray
    kind: str

    @property
    def place(self) -> tuple[str, str]:
        """Asset and column."""
        return self.column.asset_id, self.column.name

    @property
    def distinct(self) -> int:
        """Different values, estimated where not all are listed."""
        return len(self.hashes) if self.column.exact else self.column.distinct

    @property
    def unique(self) -> bool:
        """Whether every row has a value of its own."""
        column = self.column
        return column.exact and not column.nulls and column.rows > 0 and column.distinct == column.rows

    @cached_property
    def bounds(self) -> tuple[float, float]:
        """Smallest and largest number, dates in days; NaN for texts."""
        if self.kind == "text":
            return np.nan, np.nan
        if self.kind == "date" and self.column.family is not Family.TIME:
            days = _days_of(self.column)
            return (float(days.min()), float(days.max())) if len(days) else (np.nan, np.nan)
        if self.column.family is Family.TEXT:
            numbers = _numbers_of(self.column)
            return (float(numbers.min()), float(numbers.max())) if len(numbers) else (np.nan, np.nan)
        unit = _MIDNIGHT if self.kind == "date" else 1
        return self.column.low / unit, self.column.high / unit

    @cached_property
    def density(self) -> float:
        """Share of the whole numbers between the smallest and the largest that are values, 0..1; 0 for texts."""
        low, high = self.bounds
        return min(1.0, self.distinct / (high - low + 1)) if np.isfinite(high - low) else 0.0

    @cached_property
    def listed(self) -> np.ndarray:
        """Hashes of those values that a state would list were there too many of them, ascending."""
        if not self.column.exact:
            return self.hashes
        values, hashes = _plain_texts(self.column), value_hashes(self.column)[0]
        if len(hashes) > _MOST_LISTED:
            chosen = np.argpartition(hashes, _MOST_LISTED)[:_MOST_LISTED]
            values, hashes = values.take(pa.array(chosen)), hashes[chosen]
        return np.unique(hashes[np.fromiter(map(is_listed, values.to_pylist()), dtype=bool, count=len(hashes))])


def sketch(column: ColumnFacts) -> Sketch:
    """The sketch of a column."""
    hashes, kind = value_hashes(column)
    unique, place = np.unique(hashes, return_inverse=True)
    return Sketch(column, unique, np.bincount(place, weights=column.counts, minlength=len(unique)).astype(np.int64), kind)


def inclusion(inner: Sketch, outer: Sketch) -> float:
    """Share of the different values of `inner` that `outer` has, 0..1; 0 where there are none.

    Where a state lists one value in 256, both are compared by that sample; where it holds too few values, numbers are judged by
    the range that they have in common and by how many of its numbers `outer` has.
    """
    if outer.column.exact:
        return _share(inner.hashes, outer.hashes)
    sample = inner.listed
    if len(sample) >= _FEW:
        return _share(sample, outer.hashes)
    low, high = outer.bounds
    if inner.kind == "text" or inner.kind != outer.kind or not np.isfinite(high - low) or not inner.distinct:
        return _share(sample, outer.hashes)
    first, last = inner.bounds
    within = max(0.0, min(high, last) - max(low, first) + 1) / (last - first + 1)
    return min(1.0, within) * outer.density


def _share(inner: np.ndarray, outer: np.ndarray) -> float:
    return float(held(inner, outer).mean()) if len(inner) and len(outer) else 0.0


def held(inner: np.ndarray, outer: np.ndarray) -> np.ndarray:
    """Which of the sorted hashes `inner` are among the sorted hashes `outer`, shape of `inner`."""
    place = np.searchsorted(outer, inner)
    found = place < len(outer)
    found[found] = outer[place[found]] == inner[found]
    return found


# -- values as hashes -----------------------------------------------------------------------------------------------------


def value_hashes(column: ColumnFacts) -> tuple[np.ndarray, str]:
    """A hash for each listed value, in their order, and what they are: number, date or text."""
    if not len(column.values):
        return np.empty(0, np.uint64), "text"
    numeric = column.family in (Family.INTEGER, Family.REAL) and not column.personal
    if numeric and (column.family is Family.REAL or float(np.nanmax(np.abs(column.numbers), initial=0)) < _EXACT_FLOATS):
        return _hash_numbers(column.numbers), "number"
    if column.family is Family.TIME and not column.personal and bool((column.numbers % _MIDNIGHT == 0).all()):
        return _hash_numbers(_calendar(column.numbers // _MIDNIGHT)), "date"
    return _hash_texts(column)


def _hash_texts(column: ColumnFacts) -> tuple[np.ndarray, str]:
    texts = _trimmed(column)
    out = _hash_plain(texts, column)
    if column.personal and not column.partly:
        return out, "text"
    dates = np.asarray(pc.match_substring_regex(texts, _DATE))
    if dates.any():
        days = pd.to_datetime(pc.utf8_slice_codeunits(texts, 0, 10).filter(pa.array(dates)).to_pandas(), errors="coerce",
                              format="%Y-%m-%d")
        valid = days.notna().to_numpy()
        dates[dates] = valid
        out[dates] = _hash_numbers(_calendar(_epoch_days(days[valid])))
    digits = np.asarray(pc.match_substring_regex(texts, _DIGITS))
    if digits.any():
        out[digits] = _hash_numbers(np.asarray(pc.cast(_unsigned(texts.filter(pa.array(digits))), pa.float64())))
    if dates.mean() > 0.5:
        return out, "date"
    return out, "number" if digits.mean() > 0.5 else "text"


def _hash_plain(texts: pa.Array, column: ColumnFacts) -> np.ndarray:
    if column.family is Family.TIME:  # 2017-01-01T10:00:00Z and 2017-01-01 10:00:00.000+00 are the same
        texts = pc.replace_substring_regex(texts, r"(\.\d*?)0+$", r"\1")
    elif column.holds_dates:
        texts = pc.replace_substring_regex(pc.replace_substring_regex(texts, r"^(\d{4}-\d{2}-\d{2})T", r"\1 "),
                                           r"(Z|\+00(:?00)?)$", "")
    if column.family is Family.TIME or column.holds_dates:
        texts = pc.replace_substring_regex(pc.replace_substring_regex(texts, r"\+00(:?00)?$", ""), r"\.0*$", "")
    elif len(texts) <= 2:
        lower = pc.utf8_lower(texts)
        texts = lower if set(lower.to_pylist()) <= {"true", "false"} else texts
    return np.asarray(pd.util.hash_array(texts.to_numpy(zero_copy_only=False), categorize=False), dtype=np.uint64)


def _trimmed(column: ColumnFacts) -> pa.Array:
    values = column.values.combine_chunks() if column.values.num_chunks != 1 else column.values.chunk(0)
    if column.personal and not column.partly:
        return pc.replace_substring_regex(values, "^[a-z_]+:", "")  # hashes are the same under whatever kind they were masked
    return pc.utf8_trim_whitespace(values)


def _plain_texts(column: ColumnFacts) -> pa.Array:
    """Values as an integer column writes them where they are whole."""
    return pc.replace_substring_regex(_trimmed(column), r"^0*(\d+?)(\.0+)?$", r"\1")


def _unsigned(texts: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(texts, r"^\+", "")


def _numbers_of(column: ColumnFacts) -> np.ndarray:
    texts = _trimmed(column)
    return np.asarray(pc.cast(_unsigned(texts.filter(pc.match_substring_regex(texts, _DIGITS))), pa.float64()))


def _days_of(column: ColumnFacts) -> np.ndarray:
    texts = _trimmed(column)
    plain = pc.utf8_slice_codeunits(texts.filter(pc.match_substring_regex(texts, _DATE)), 0, 10)
    return _epoch_days(pd.to_datetime(plain.to_pandas(), errors="coerce", format="%Y-%m-%d").dropna())


def _epoch_days(days: pd.Series) -> np.ndarray:
    return np.asarray(days.to_numpy().astype("datetime64[D]").astype(np.float64))


def _calendar(days: np.ndarray) -> np.ndarray:
    """Days since 1970 as the numbers YYYYMMDD."""
    dates = days.astype(np.int64).astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    years = months.astype("datetime64[Y]")
    month = (months - years.astype("datetime64[M]")).astype(np.int64) + 1
    day = (dates - months.astype("datetime64[D]")).astype(np.int64) + 1
    return np.asarray((years.astype(np.int64) + 1970) * 10_000 + month * 100 + day, dtype=np.float64)


def _hash_numbers(numbers: np.ndarray) -> np.ndarray:
    """SplitMix64 of the bits of each float; -0.0 is 0.0."""
    bits = (numbers.astype(np.float64) + 0.0).view(np.uint64).copy()
    with np.errstate(over="ignore"):
        bits += np.uint64(0x9E3779B97F4A7C15)
        bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(bits ^ (bits >> np.uint64(31)), dtype=np.uint64)


# -- who has these values -------------------------------------------------------------------------------------------------


class ValueIndex:
    """Which of some columns hold the values of another, from the smallest hashes of each.

    Args:
        sketches: The columns to find.
        width: Hashes kept of each.
    """

    _PROBES = 32
    _COMMON = 64  # a value that so many columns hold tells none of them apart

    def __init__(self, sketches: Iterable[Sketch], width: int) -> None:
        self._sketches = list(sketches)
        kept = [s.hashes[:width] for s in self._sketches]
        self._reach = np.asarray([np.iinfo(np.uint64).max if len(k) < width else k[-1] for k in kept], dtype=np.uint64)
        hashes = np.concatenate(kept) if kept else np.empty(0, np.uint64)
        owners = np.repeat(np.arange(len(kept)), [len(k) for k in kept])
        order = np.argsort(hashes, kind="stable")
        self._hashes, self._owners = hashes[order], owners[order]

    def propose(self, column: Sketch, most: int, fewest: float) -> list[Sketch]:
        """Columns that hold at least the share `fewest` of a column's smallest hashes, those that hold most first."""
        probes = column.hashes[: self._PROBES]
        first = np.searchsorted(self._hashes, probes, "left")
        last = np.searchsorted(self._hashes, probes, "right")
        telling = last - first <= self._COMMON
        probes, first, last = probes[telling], first[telling], last[telling]
        hits: dict[int, int] = {}
        for start, end in zip(first.tolist(), last.tolist(), strict=True):
            for owner in self._owners[start:end].tolist():
                hits[owner] = hits.get(owner, 0) + 1
        within = {owner: int((probes <= self._reach[owner]).sum()) for owner in hits}
        found = [owner for owner, count in hits.items() if count >= fewest * within[owner]]
        found.sort(key=lambda owner: (-hits[owner] / within[owner], self._sketches[owner].distinct, owner))
        return [self._sketches[owner] for owner in found if self._sketches[owner].place != column.place][:most]

