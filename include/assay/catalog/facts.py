"""What classification knows of a column and a table: facts read off their states, without any decision."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assay.profiling.layout import columns_of
from assay.profiling.nearly_unique import SHARE
from assay.profiling.states import whole_mask

CJK = re.compile(r"[㐀-鿿]+")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[㐀-鿿]+")
_GLUED = re.compile(
    r"^(user|visitor|item|product|order|session|customer|member|client|store|shop|campaign|coupon|sku|household|basket|invoice|"
    r"account|event|transaction)(id|key|no)$|^(?!mon|tur|don|hoc|joc|whis)([a-z]{3,})(key)$")
_ISO = r"^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$"


class Family(StrEnum):
    """What a column's type can hold, whatever the engine calls it."""

    INTEGER = "integer"
    REAL = "real"
    TIME = "time"
    TEXT = "text"
    BOOLEAN = "boolean"
    OTHER = "other"


NUMERIC = frozenset({Family.INTEGER, Family.REAL})


def words(name: str) -> tuple[str, ...]:
    """The words of a name in lower case, plurals and glued identifiers taken apart: `visitorIds` -> visitor, id."""
    out: list[str] = []
    for raw in _WORDS.findall(name):
        word = raw.lower()
        glued = _GLUED.match(singular(word))
        out += [part for part in glued.groups() if part] if glued else [word]
    return tuple(out)


def singular(word: str) -> str:
    """An English noun's singular, by ending."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3 else word


def mentions(name: tuple[str, ...], vocabulary: frozenset[str]) -> bool:
    """Whether a word of a name belongs to a vocabulary; Chinese has no spaces, so there a part of a word will do."""
    for word in name:
        if word in vocabulary or singular(word) in vocabulary:
            return True
        if CJK.fullmatch(word) and any(entry in word for entry in vocabulary if CJK.fullmatch(entry)):
            return True
    return False


def phrase_end(name: Sequence[str], phrase: tuple[str, ...]) -> int | None:
    """Where the last place of a phrase among the words of a name ends, or None where the name doesn't hold it."""
    size = len(phrase)
    return next((at + size for at in range(len(name) - size, -1, -1) if tuple(name[at:at + size]) == phrase), None)


@dataclass(frozen=True, eq=False)
class ColumnFacts:
    """One column over the profiled partitions.

    Attributes:
        asset_id: Its asset.
        name: Its name.
        dtype: DuckDB type.
        rows: Rows, nulls included.
        nulls: Rows without a value.
        distinct: Different values, estimated where not exact.
        exact: Whether all values are listed.
        personal: Kind of personal data that the profile masked, if any; `partly` tells whether only some values are.
        partly: True where personal values were found among others.
        values: Values as text, most frequent first, shape (n_listed,).
        counts: Rows that hold each, shape (n_listed,).
        numbers: The same as numbers, NaN where they are none, shape (n_listed,).
        low: Smallest number of all rows, NaN where there is none; times are seconds since 1970.
        high: Largest.
        comment: What its source says of it.
    """

    asset_id: str
    name: str
    dtype: str
    rows: int
    nulls: int
    distinct: int
    exact: bool
    personal: str | None
    partly: bool
    values: pa.ChunkedArray
    counts: np.ndarray
    numbers: np.ndarray
    low: float
    high: float
    comment: str = ""

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of its name."""
        return words(self.name)

    @cached_property
    def family(self) -> Family:
        """What its type can hold."""
        if self.dtype.startswith(("TIMESTAMP", "DATE")):
            return Family.TIME
        if self.dtype == "BOOLEAN":
            return Family.BOOLEAN
        if self.dtype in ("VARCHAR", "UUID") or self.dtype.startswith("ENUM"):
            return Family.TEXT
        if self.dtype.endswith("INT") or self.dtype == "INTEGER":
            return Family.INTEGER
        return Family.REAL if self.dtype in ("FLOAT", "DOUBLE") or self.dtype.startswith("DECIMAL") else Family.OTHER

    @cached_property
    def whole(self) -> bool:
        """Whether all its numbers are whole, whatever the type: pandas writes integers with gaps as floats."""
        numbers = self.numbers[np.isfinite(self.numbers)]
        return len(numbers) > 0 and bool((numbers == np.floor(numbers)).all())

    @property
    def filled(self) -> int:
        """Rows with a value."""
        return self.rows - self.nulls

    @property
    def uniqueness(self) -> float:
        """Different values per row with a value, 0..1; 0 for a column without values."""
        return min(self.distinct / self.filled, 1.0) if self.filled else 0.0

    @property
    def sample(self) -> list[str]:
        """Up to 1,000 of its most frequent values."""
        return _texts(self)

    @cached_property
    def text_length(self) -> float:
        """Mean length of its different values in characters."""
        return float(np.mean([len(value) for value in self.sample])) if self.sample else 0.0

    @cached_property
    def holds_dates(self) -> bool:
        """Whether texts are ISO dates or times."""
        if self.family is not Family.TEXT or not self.sample or self.personal:
            return False
        return sum(re.match(_ISO, value) is not None for value in self.sample) >= 0.95 * len(self.sample)


@lru_cache(maxsize=512)  # of a large platform's columns the texts of all would fill the memory
def _texts(column: ColumnFacts) -> list[str]:
    return [str(value) for value in column.values.slice(0, 1000).to_pylist()]


@dataclass(frozen=True)
class TableFacts:
    """One asset over the profiled partitions.

    Attributes:
        asset_id: The asset.
        rows: Rows.
        columns: By name, in the table's order.
    """

    asset_id: str
    rows: int
    columns: Mapping[str, ColumnFacts]

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of the table's own name."""
        return words(self.asset_id.split(".", 1)[-1])


def read_facts(asset_id: str, state: pa.Table, comments: Mapping[str, str] | None = None) -> TableFacts:
    """The facts of one asset from its state, which may be empty.

    Args:
        asset_id: The asset.
        state: Contract `profile_states`.
        comments: What its source says of its columns, by name.
    """
    columns = {name: _read_column(asset_id, name, rows, (comments or {}).get(name, ""))
               for name, rows in columns_of(state).items()}
    return TableFacts(asset_id, max((column.rows for column in columns.values()), default=0), columns)


def _read_column(asset_id: str, name: str, rows: pa.Table, comment: str) -> ColumnFacts:
    listed = rows.filter(pc.and_(pc.is_null(rows.column("statistic")), rows.column("value").is_valid()))
    numbers = listed.column("number").to_numpy(zero_copy_only=False)
    missing = np.asarray(pc.fill_null(pc.is_nan(listed.column("number")), False))
    total = int(pc.sum(rows.column("n")).as_py() or 0)
    counts = np.asarray(listed.column("n"))
    nulls = rows.filter(pc.and_(pc.is_null(rows.column("statistic")), pc.is_null(rows.column("value"))))
    exact = bool(pc.all(rows.column("exact")).as_py())
    valued = listed.filter(pa.array(~missing))
    whole = whole_mask(listed)
    masked = valued.filter(valued.column("masked")).column("value")
    return ColumnFacts(
        asset_id=asset_id, name=name, dtype=str(rows.column("dtype")[0].as_py()), rows=total,
        nulls=int(pc.sum(nulls.column("n")).as_py() or 0) + int(counts[missing].sum()),
        distinct=valued.num_rows * (1 if exact else SHARE), exact=exact,
        personal=str(masked[0].as_py()).split(":", 1)[0] if len(masked) else None, partly=bool(len(masked)) and whole is None,
        values=valued.column("value"), counts=counts[~missing], numbers=numbers[~missing],
        low=_extreme(rows, numbers[~missing], "min"), high=_extreme(rows, numbers[~missing], "max"), comment=comment)


def _extreme(rows: pa.Table, numbers: np.ndarray, statistic: str) -> float:
    """Smallest (min) or largest (max) number: of the listed values, and of the summary where not all are listed."""
    said = rows.filter(pc.equal(rows.column("statistic"), statistic)).column("number").drop_null().to_pylist()
    known = np.asarray([*said, *numbers[np.isfinite(numbers)]], dtype=np.float64)
    return float((np.min if statistic == "min" else np.max)(known)) if len(known) else float("nan")
