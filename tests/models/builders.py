"""A small clinic: whether a patient is prescribed a drug, with signal planted in one token and none in another."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from assay.features.blocks import Feature, Token, tokens_to_json
from assay.features.table import CHANNELS, ENTITY, TOKENS, FeatureTables, joined
from assay.models.encoding import Encoded, TokenCode, encode, learn_codes, tables_of
from assay.models.outcome import Size, build_network
from assay.models.rows import Rows
from assay.models.runtime import prepare_tensorflow
from assay.models.spool import Spool

PLAYERS = ("clinic.patients", "clinic.visits", "clinic.weather")
SIZE = Size(token=4, hidden=8, embedding=4, bins=3, members=2, dropout=0.0, fusion=8, inner=8, epochs=1, steps=60, batch=128,
            rate=2e-2, negatives=8, state=8, layers=1, events=12, vocabulary=10, foretelling=150, towers=2)


def number(name: str) -> Feature:
    return Feature(name, "number", ())


def category(name: str) -> Feature:
    return Feature(name, "category", ())


VISITS = Token("clinic.visits|user", ("clinic.visits",), ("user",), (number("rows"), number("recency")))
PATIENTS = Token("clinic.patients", ("clinic.patients",), ("user",), (number("age"), category("ward")))
WEATHER = Token("clinic.weather|item", ("clinic.weather",), ("item",), (number("rain"),))
BOTH = Token("clinic.visits~clinic.patients|user+item", ("clinic.patients", "clinic.visits"), ("user", "item"),
             (number("alike"),))
GOODS = Token("shop.goods", ("shop.goods",), ("item",), (category("kind"),))
ALL = (VISITS, PATIENTS, WEATHER, BOTH)


def clinic(users: int = 60, items: int = 8, seed: int = 0) -> tuple[FeatureTables, np.ndarray]:
    """Feature tables as `build_window` makes them, sorted by key, and the outcomes of the candidates."""
    rng = np.random.default_rng(seed)
    user, item = np.repeat(np.arange(users), items), np.tile(np.arange(items), users)
    visits, recency = rng.poisson(3, users).astype(np.float32), rng.integers(1, 90, users).astype(np.float32)
    ward = np.array(["north", "south", "east"])[rng.integers(0, 3, users)]
    logit = -1.5 + 1.2 * (visits[user] - 3) + 1.5 * (ward[user] == "south")
    rain, alike = rng.normal(size=items).astype(np.float32), rng.normal(size=len(user)).astype(np.float32)
    of_users = table_of((VISITS, PATIENTS), {
        "user": np.arange(users), VISITS.column(VISITS.features[0]): pa.array(visits, mask=visits == 0),
        VISITS.column(VISITS.features[1]): pa.array(recency, mask=visits == 0),
        PATIENTS.column(PATIENTS.features[0]): rng.integers(18, 90, users).astype(np.float32),
        PATIENTS.column(PATIENTS.features[1]): ward})
    of_items = table_of((WEATHER,), {"item": np.arange(items), WEATHER.column(WEATHER.features[0]): rain})
    rows = table_of((BOTH,), {"user": user, "item": item, BOTH.column(BOTH.features[0]): alike})
    y = (rng.random(len(user)) < 1 / (1 + np.exp(-logit))).astype(np.float32)
    return window(("user", "item"), rows, {"user": of_users, "item": of_items}), y


def table_of(tokens: Sequence[Token], columns: dict[str, Any]) -> pa.Table:
    return pa.table(columns).replace_schema_metadata({TOKENS: tokens_to_json(tokens)})


def window(entity: Sequence[str], rows: pa.Table, things: Mapping[str, pa.Table] | None = None) -> FeatureTables:
    """The feature tables of these candidates and of the things that they name."""
    metadata = (rows.schema.metadata or {}) | {CHANNELS: json.dumps({}), ENTITY: json.dumps(list(entity))}
    return FeatureTables(rows.replace_schema_metadata(metadata), things or {})


def rewritten(features: FeatureTables, change: Callable[[pa.Table], pa.Table]) -> FeatureTables:
    """The tables, each of them changed."""
    return FeatureTables(change(features.rows), {of: change(table) for of, table in features.things.items()})


def of_rows(encoded: Encoded) -> tuple[np.ndarray, np.ndarray]:
    """Numbers and categories of each row, the tables side by side."""
    numbers, categories = ([table[at] for table, at in zip(tables, encoded.places.T, strict=True)]
                           for tables in (encoded.numbers, encoded.categories))
    return np.hstack(numbers), np.hstack(categories)


def rows(features: FeatureTables, y: np.ndarray,
         codes: tuple[TokenCode, ...] | None = None) -> tuple[tuple[TokenCode, ...], Rows]:
    """Codes learned on the tables, unless given, and their encoded rows; what happened is worth 5."""
    codes = codes or learn_codes([features])
    return codes, Rows(encode(codes, features), y, 5 * y, np.ones(len(y), np.float32))


def trainable() -> tuple[tuple[TokenCode, ...], Rows, Rows]:
    """Codes, rows to train on, and rows of a later window."""
    codes, train = rows(*clinic(300))
    return codes, train, rows(*clinic(200, seed=9), codes)[1]


def spooled(*parts: Rows) -> Spool:
    """A spool of these rows, which the garbage collector removes."""
    spool = Spool()
    for part in parts:
        spool.add(part)
    return spool


def every_coalition() -> np.ndarray:
    return ((np.arange(2 ** len(PLAYERS))[:, None] >> np.arange(len(PLAYERS))) & 1).astype(np.int8)


def columns_of(codes: tuple[TokenCode, ...]) -> list[tuple[int, list[int], list[int]]]:
    """Table of each token, and its numeric and categorical columns there."""
    tables = tables_of(codes)
    found, number_, category_ = [], [0] * len(tables), [0] * len(tables)
    for code in codes:
        n = tables.index(joined(code.keys))
        found.append((n, list(range(number_[n], number_[n] + code.width)),
                      list(range(category_[n], category_[n] + len(code.categories)))))
        number_[n], category_[n] = number_[n] + code.width, category_[n] + len(code.categories)
    return found


def overwritten(encoded: Encoded, table: int, numbers: list[int], categories: list[int], seed: int = 5) -> Encoded:
    """The rows with these columns of a table permuted, and turned over so that no column stays as it was."""
    order = np.random.default_rng(seed).permutation(len(encoded.numbers[table]))
    out = Encoded(tuple(map(np.copy, encoded.numbers)), tuple(map(np.copy, encoded.categories)), encoded.places)
    out.numbers[table][:, numbers] = 0.5 - encoded.numbers[table][order][:, numbers]
    out.categories[table][:, categories] = encoded.categories[table][order][:, categories]
    return out


def stirred(layer: Any, seed: int = 1) -> Any:
    """The network or layer with every weight drawn anew: none of them is at the zero that it starts from."""
    rng = np.random.default_rng(seed)
    layer.set_weights([(0.5 * rng.normal(size=weight.shape)).astype(np.float32) for weight in layer.get_weights()])
    return layer


def network(codes: tuple[TokenCode, ...], size: Size = SIZE, seed: int = 1) -> Any:
    """An untrained network whose every weight matters."""
    prepare_tensorflow()
    return stirred(build_network(codes, size), seed)
