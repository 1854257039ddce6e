"""Feature tables as arrays: numbers by quantile, categories by vocabulary, both learned on the training windows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assay.features.blocks import Token

_KNOTS = 33
_KNOT_ROWS = 60_000  # evenly spaced ones tell the quantiles
_MISSING, _UNSEEN, _FIRST = 0, 1, 2  # codes of categories
_RAREST = 5  # a category seen in fewer training rows counts as unseen
_VOCABULARY = 3000


@dataclass(frozen=True)
class NumberCode:
    """How one numeric feature becomes numbers.

    Attributes:
        column: In the feature table.
        knots: Quantiles of the training rows, ascending and different.
        flagged: True if a flag of its own says where it is missing; features of a token that are missing in the same rows
            (a thing without any event) share the flag of the first.
    """

    column: str
    knots: tuple[float, ...]
    flagged: bool


@dataclass(frozen=True)
class CategoryCode:
    """Vocabulary of one categorical feature; its place in the tuple, plus two, is the code."""

    column: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class TokenCode:
    """How the features of one token become arrays.

    Attributes:
        name: The token.
        assets: Assets that it reads.
        keys: Entity roles of its rows.
        numbers: Its numeric features.
        categories: Its categorical features.
    """

    name: str
    assets: tuple[str, ...]
    keys: tuple[str, ...]
    numbers: tuple[NumberCode, ...]
    categories: tuple[CategoryCode, ...]

    @property
    def width(self) -> int:
        """Columns that the numbers take, flags included."""
        return len(self.numbers) + sum(code.flagged for code in self.numbers)


@dataclass(frozen=True)
class Encoded:
    """Rows of a feature table as arrays, the columns of all tokens side by side.

    Attributes:
        numbers: float32, shape (rows, widths of all tokens): per token first the quantile positions in -1..1 (0 where missing),
            then the flags, 1 where missing.
        categories: int32, shape (rows, categories of all tokens).
    """

    numbers: np.ndarray
    categories: np.ndarray

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.numbers)

    def take(self, rows: np.ndarray | slice) -> Encoded:
        """The rows of these positions."""
        return Encoded(self.numbers[rows], self.categories[rows])


def learn_codes(tokens: Sequence[Token], table: pa.Table) -> tuple[TokenCode, ...]:
    """Knots and vocabularies from training rows; features that never vary there are left out, and so are empty tokens."""
    codes = []
    for token in tokens:
        numbers, categories = [], []
        seen: set[bytes] = set()
        for feature in token.features:
            name = token.column(feature)
            column = table.column(name)
            if feature.kind == "number":
                knots = _knots(column)
                if knots:
                    missing = hashlib.sha256(pc.is_null(column).to_numpy().tobytes()).digest()
                    numbers.append(NumberCode(name, knots, bool(column.null_count) and missing not in seen))
                    seen.add(missing)
            else:
                words = _words(column)
                if words:
                    categories.append(CategoryCode(name, words))
        if numbers or categories:
            codes.append(TokenCode(token.name, token.assets, token.keys, tuple(numbers), tuple(categories)))
    return tuple(codes)


def _knots(column: pa.ChunkedArray) -> tuple[float, ...]:
    values = column.drop_null().to_numpy().astype(np.float64)
    values = values[np.isfinite(values)]
    if not len(values):
        return ()
    if len(values) > _KNOT_ROWS:
        values = values[np.linspace(0, len(values) - 1, _KNOT_ROWS).astype(int)]
    knots = np.unique(np.quantile(values, np.linspace(0, 1, _KNOTS), method="nearest"))
    if len(knots) == 1 and column.null_count == 0:
        return ()
    return tuple(float(k) for k in knots)


def _words(column: pa.ChunkedArray) -> tuple[str, ...]:
    counted = pc.value_counts(column.drop_null().combine_chunks())
    if len(counted) < 2 and not column.null_count:
        return ()
    pairs = [(row["values"], row["counts"]) for row in counted.to_pylist()]
    kept = sorted((p for p in pairs if p[1] >= min(_RAREST, max(1, column.length() // 100))), key=lambda p: (-p[1], p[0]))
    return tuple(word for word, _ in kept[:_VOCABULARY])


def encode(codes: Sequence[TokenCode], table: pa.Table) -> Encoded:
    """The rows of a feature table as arrays; a column that is absent counts as missing everywhere."""
    numbers = np.zeros((table.num_rows, sum(code.width for code in codes)), np.float32)
    start = 0
    for code in codes:
        _fill_numbers(numbers[:, start:start + code.width], code.numbers, table)
        start += code.width
    categories = [_category(category, table) for code in codes for category in code.categories]
    return Encoded(numbers, np.column_stack(categories) if categories else np.zeros((table.num_rows, 0), np.int32))


def _fill_numbers(out: np.ndarray, codes: Sequence[NumberCode], table: pa.Table) -> None:
    """Write one token's numbers, then its flags, into `out`, which holds zeros."""
    flag = len(codes)
    for n, code in enumerate(codes):
        if code.column not in table.column_names:
            missing: np.ndarray | bool = True
        else:
            values = table.column(code.column).to_numpy().astype(np.float64)  # null becomes nan
            missing = ~np.isfinite(values)
            knots = np.asarray(code.knots)
            heights = np.linspace(-1, 1, len(knots)) if len(knots) > 1 else np.zeros(1)
            out[:, n] = np.where(missing, 0, np.interp(np.where(missing, knots[0], values), knots, heights))
        if code.flagged:
            out[:, flag] = missing
            flag += 1


def _category(code: CategoryCode, table: pa.Table) -> np.ndarray:
    if code.column not in table.column_names:
        return np.full(table.num_rows, _MISSING, np.int32)
    column = table.column(code.column)
    found = pc.index_in(column, value_set=pa.array(code.words, column.type))
    known = pc.fill_null(pc.add(found, _FIRST), _UNSEEN)
    return np.asarray(pc.if_else(pc.is_null(column), pa.scalar(_MISSING, pa.int32()), known).to_numpy(), np.int32)


def vocabulary_size(code: CategoryCode) -> int:
    """Codes that the category can take."""
    return len(code.words) + _FIRST


def codes_to_json(codes: Sequence[TokenCode]) -> list[dict[str, Any]]:
    """Codes as JSON-like data, for the model store."""
    return [asdict(code) for code in codes]


def codes_from_json(raw: Sequence[dict[str, Any]]) -> tuple[TokenCode, ...]:
    """Inverse of `codes_to_json`."""
    return tuple(
        TokenCode(r["name"], tuple(r["assets"]), tuple(r["keys"]),
                  tuple(NumberCode(n["column"], tuple(n["knots"]), n["flagged"]) for n in r["numbers"]),
                  tuple(CategoryCode(c["column"], tuple(c["words"])) for c in r["categories"]))
        for r in raw)
