"""Feature tables as arrays: numbers by quantile, categories by vocabulary, both learned on the training windows."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assay.features.table import FeatureTables, joined, places, tokens_of
from assay.models.behaviour import Behaviour, head_vectors, states

_KNOTS = 33
_KNOT_ROWS = 60_000  # evenly spaced ones tell the quantiles
_MISSING, _UNSEEN, _FIRST = 0, 1, 2  # codes of categories
_RAREST = 5  # a category seen in fewer training rows counts as unseen
_VOCABULARY = 3000
_BUCKETS = 256  # for the words of a category that has more of them
_DIRECTIONS = 12  # of the vectors of texts
_WITHIN = 3.0  # standard deviations of a direction that make 1
_NOTHING = pa.table({"": pa.nulls(1)})  # one thing of which nothing is known


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
    """Vocabulary of one categorical feature.

    Attributes:
        column: In the feature table.
        words: Their places, plus two, are their codes.
        buckets: Codes behind these, which other words share by their hash; 0 where all others count as unseen.
    """

    column: str
    words: tuple[str, ...]
    buckets: int


@dataclass(frozen=True)
class TextCode:
    """How one category that is told in words becomes numbers: by the directions in which its words differ most.

    Words that no training row holds have their place among them, too.

    Attributes:
        column: In the feature table.
        mean: Of the words' vectors, shape (dimensions,).
        directions: Shape (numbers, dimensions), so long that words lie within about -1..1.
    """

    column: str
    mean: tuple[float, ...]
    directions: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class TokenCode:
    """How the features of one token become arrays.

    Attributes:
        name: The token.
        assets: Assets that it reads.
        keys: Entity roles of its rows.
        numbers: Its numeric features.
        categories: Its categorical features.
        texts: Those of its categories that are told in words.
        head: Of the behaviour encoder, whose agreement with the user's state is all that the token says; None for others.
    """

    name: str
    assets: tuple[str, ...]
    keys: tuple[str, ...]
    numbers: tuple[NumberCode, ...]
    categories: tuple[CategoryCode, ...]
    head: int | None = None
    texts: tuple[TextCode, ...] = ()

    @property
    def width(self) -> int:
        """Columns that the numbers take, flags and texts included."""
        return len(self.features)

    @property
    def features(self) -> tuple[str, ...]:
        """Which feature each of these columns tells of; a flag that several share counts as the first's."""
        flags = (code.column for code in self.numbers if code.flagged)
        return (*(code.column for code in self.numbers), *flags, *(t.column for t in self.texts for _ in t.directions))


@dataclass(frozen=True)
class Encoded:
    """Rows of a window as arrays. What is said of a thing stands once, however many rows name it.

    Behind the tables of `tables_of` stand, where there is a behaviour encoder, the states of the users and then, head by head,
    what is foretold of the items.

    Attributes:
        numbers: Per table float32, shape (things, widths of its tokens): per token first the quantile positions in -1..1 (0
            where missing), then the flags, 1 where missing, then the texts.
        categories: Per table, int32, shape (things, categories of its tokens).
        places: Which thing of each table a row names, int32, shape (rows, tables).
    """

    numbers: tuple[np.ndarray, ...]
    categories: tuple[np.ndarray, ...]
    places: np.ndarray

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.places)

    def take(self, rows: np.ndarray | slice) -> Encoded:
        """The rows of these positions; the things stay as they are."""
        return Encoded(self.numbers, self.categories, self.places[rows])

    def spread(self) -> Encoded:
        """The same rows, each with its own things; for a few rows of many things."""
        numbers, categories = (tuple(table[at] for table, at in zip(tables, self.places.T, strict=True))
                               for tables in (self.numbers, self.categories))
        return Encoded(numbers, categories, np.repeat(np.arange(len(self), dtype=np.int32)[:, None], len(numbers), axis=1))


def tables_of(codes: Sequence[TokenCode]) -> tuple[str, ...]:
    """The tables that tokens speak of, by their roles joined, in the order of the tokens."""
    return tuple(dict.fromkeys(joined(code.keys) for code in codes if code.head is None))


def foretelling(behaviour: Behaviour) -> tuple[TokenCode, ...]:
    """The tokens of a behaviour encoder: one for the items, one for each kind of them."""
    code = behaviour.code
    heads = [("", ()), *((f".{kinds.column}", (kinds.asset_id,)) for kinds in code.kinds)]
    return tuple(TokenCode(f"{code.token}{name}|next", tuple(sorted({*code.assets, *assets})), code.keys, (), (), head)
                 for head, (name, assets) in enumerate(heads))


def together(parts: Sequence[Encoded]) -> Encoded:
    """Rows of several windows behind one another."""
    sizes = np.array([[len(numbers) for numbers in part.numbers] for part in parts])
    before = np.cumsum(sizes, axis=0) - sizes
    places = [part.places + start for part, start in zip(parts, before, strict=True)]
    return Encoded(tuple(map(np.concatenate, zip(*(part.numbers for part in parts), strict=True))),
                   tuple(map(np.concatenate, zip(*(part.categories for part in parts), strict=True))),
                   np.concatenate(places).astype(np.int32))


def learn_codes(parts: Sequence[FeatureTables]) -> tuple[TokenCode, ...]:
    """Knots and vocabularies from the training windows' rows.

    A thing counts as often as rows name it. Features that never vary there are left out, and so are tokens without any other.
    """
    # of all windows: an asset that began between two of them has no token in the first
    of = {token: table for part in parts for table, features in part.tables.items() for token in tokens_of(features)}
    order = list(dict.fromkeys(table for part in parts for table in part.tables))
    codes = []
    for token in sorted(of, key=lambda token: order.index(of[token])):
        numbers, categories, texts = [], [], []
        seen: set[bytes] = set()
        for feature in (f for f in token.features if f.kind != "sequence"):
            name = token.column(feature)
            column = _by_row(parts, of[token], name, pa.float32() if feature.kind == "number" else pa.string())
            if feature.kind == "number":
                knots = _knots(column)
                if knots:
                    missing = hashlib.sha256(pc.is_null(column).to_numpy().tobytes()).digest()
                    numbers.append(NumberCode(name, knots, bool(column.null_count) and missing not in seen))
                    seen.add(missing)
            else:
                words = _words(column)
                if words:
                    kept = words[:_VOCABULARY]
                    categories.append(CategoryCode(name, kept, _BUCKETS if len(kept) < len(words) else 0))
                    meaning = next((part.texts[name] for part in parts if name in part.texts), None)
                    texts += [_directions(name, kept, meaning)] if meaning is not None else []
        if numbers or categories:
            codes.append(TokenCode(token.name, token.assets, token.keys, tuple(numbers), tuple(categories), None, tuple(texts)))
    return tuple(codes)


def _directions(column: str, words: Sequence[str], meaning: pa.Table) -> TextCode:
    """The principal directions of the vocabulary's vectors."""
    vectors = _vectors(meaning)
    place = {text: row for row, text in enumerate(meaning.column("text").to_pylist())}
    own = vectors[[place[word] for word in words if word in place]].astype(np.float64)
    mean = own.mean(axis=0)
    _, spread, directions = np.linalg.svd(own - mean, full_matrices=False)
    kept = spread[:_DIRECTIONS] > 1e-6
    length = _WITHIN * spread[:_DIRECTIONS][kept] / np.sqrt(len(own))
    return TextCode(column, _floats(mean), tuple(map(_floats, directions[:_DIRECTIONS][kept] / length[:, None])))


def _floats(values: np.ndarray) -> tuple[float, ...]:
    return tuple(float(np.float32(value)) for value in values)


def _vectors(meaning: pa.Table) -> np.ndarray:
    """Float32, shape (texts, dimensions)."""
    flat = np.asarray(meaning.column("vector").combine_chunks().flatten(), np.float32)
    return flat.reshape(meaning.num_rows, -1)


def _by_row(parts: Sequence[FeatureTables], of: str, name: str, kind: pa.DataType) -> pa.ChunkedArray:
    """A feature as the rows of all windows see it; missing where a window hasn't got it."""
    chunks: list[pa.Array] = []
    for part in parts:
        table = part.tables.get(of)
        if table is None or name not in table.column_names:
            chunks.append(pa.nulls(part.rows.num_rows, kind))
        elif of in part.things:
            chunks += table.column(name).take(pa.array(places(part.rows, of, table))).chunks
        else:
            chunks += table.column(name).chunks
    return pa.chunked_array([chunk.cast(kind) for chunk in chunks], kind)


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
    return tuple(word for word, _ in kept)


def encode(codes: Sequence[TokenCode], features: FeatureTables, behaviour: Behaviour | None = None) -> Encoded:
    """A window's rows as arrays; a column or a table that is absent counts as missing everywhere.

    Args:
        codes: Tokens of the model.
        features: The window.
        behaviour: The encoder whose heads the codes name.
    """
    numbers, categories, named = [], [], []
    for of in tables_of(codes):
        own = [code for code in codes if code.head is None and joined(code.keys) == of]
        table = features.tables.get(of, _NOTHING)
        numbers.append(_numbers(own, table, features.texts))
        columns = [_category(category, table) for code in own for category in code.categories]
        categories.append(np.column_stack(columns) if columns else np.zeros((table.num_rows, 0), np.int32))
        named.append(_named(features, of, table))
    if behaviour is not None:
        users, items = (_things(features, role) for role in behaviour.code.keys)
        for role, table, arrays in ((behaviour.code.keys[0], users, [states(behaviour, users)]),
                                    (behaviour.code.keys[1], items, head_vectors(behaviour, items))):
            numbers += arrays
            categories += [np.zeros((table.num_rows, 0), np.int32)] * len(arrays)
            named += [_named(features, role, table)] * len(arrays)
    return Encoded(tuple(numbers), tuple(categories), np.column_stack(named))


def _named(features: FeatureTables, of: str, table: pa.Table) -> np.ndarray:
    if table is features.rows:
        return np.arange(table.num_rows, dtype=np.int32)
    return np.zeros(features.rows.num_rows, np.int32) if table is _NOTHING else places(features.rows, of, table)


def _things(features: FeatureTables, role: str) -> pa.Table:
    """The table of a role, or what candidates name of it where nothing is said of it alone."""
    known = features.things.get(role)
    return known if known is not None else features.rows.select([role]).group_by(role).aggregate([]).sort_by(role)


def _numbers(codes: Sequence[TokenCode], table: pa.Table, meanings: Mapping[str, pa.Table]) -> np.ndarray:
    found = np.zeros((table.num_rows, sum(code.width for code in codes)), np.float32)
    start = 0
    for code in codes:
        _fill_numbers(found[:, start:start + code.width], code.numbers, table)
        end = start = start + code.width
        for text in reversed(code.texts):
            if text.column in table.column_names and text.column in meanings:
                found[:, end - len(text.directions):end] = _told(text, table.column(text.column), meanings[text.column])
            end -= len(text.directions)
    return found


def _told(code: TextCode, column: pa.ChunkedArray, meaning: pa.Table) -> np.ndarray:
    """Where the texts lie along the code's directions, within -1..1; zeros where there is none, or nothing is known of it."""
    along = (_vectors(meaning) - np.asarray(code.mean)) @ np.asarray(code.directions).T
    along = np.concatenate([np.clip(along, -1, 1), np.zeros((1, along.shape[1]))])
    place = pc.fill_null(pc.index_in(column, value_set=meaning.column("text").combine_chunks()), len(meaning))
    return np.asarray(along[place.to_numpy()])


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
    place = pc.index_in(column, value_set=pa.array(code.words, column.type))
    known = pc.fill_null(pc.add(place, _FIRST), _UNSEEN)
    found = np.array(pc.if_else(pc.is_null(column), pa.scalar(_MISSING, pa.int32()), known).to_numpy(), np.int32)
    if code.buckets and (others := np.flatnonzero(found == _UNSEEN)).size:
        words = column.take(pa.array(others)).combine_chunks().dictionary_encode()
        hashed = [zlib.crc32(word.encode()) % code.buckets for word in words.dictionary.to_pylist()]
        found[others] = _FIRST + len(code.words) + np.array(hashed, np.int32)[words.indices.to_numpy()]
    return found


def vocabulary_size(code: CategoryCode) -> int:
    """Codes that the category can take."""
    return _FIRST + len(code.words) + code.buckets
