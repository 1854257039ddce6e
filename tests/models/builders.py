"""A small clinic: whether a patient is prescribed a drug, with signal planted in one token and none in another."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa

from assay.features.blocks import Feature, Token, tokens_to_json
from assay.features.table import CHANNELS, ENTITY, TOKENS
from assay.models.encoding import Encoded, TokenCode, encode, learn_codes
from assay.models.outcome import Size, build_network
from assay.models.runtime import prepare_tensorflow
from assay.models.train import Rows

PLAYERS = ("clinic.patients", "clinic.visits", "clinic.weather")
SIZE = Size(token=4, hidden=8, embedding=4, bins=3, members=2, dropout=0.0, fusion=8, inner=8, epochs=1, steps=60, batch=128,
            rate=2e-2, negatives=8)


def number(name: str) -> Feature:
    return Feature(name, "number", ())


def category(name: str) -> Feature:
    return Feature(name, "category", ())


VISITS = Token("clinic.visits|user", ("clinic.visits",), ("user",), (number("rows"), number("recency")))
PATIENTS = Token("clinic.patients", ("clinic.patients",), ("user",), (number("age"), category("ward")))
WEATHER = Token("clinic.weather|item", ("clinic.weather",), ("item",), (number("rain"),))
BOTH = Token("clinic.visits~clinic.patients|user+item", ("clinic.patients", "clinic.visits"), ("user", "item"),
             (number("alike"),))
ALL = (VISITS, PATIENTS, WEATHER, BOTH)


def clinic(users: int = 60, items: int = 8, seed: int = 0) -> tuple[pa.Table, np.ndarray]:
    """A feature table as `build_window` makes it, sorted by user and item, and the outcomes of its rows."""
    rng = np.random.default_rng(seed)
    user, item = np.repeat(np.arange(users), items), np.tile(np.arange(items), users)
    visits, recency = rng.poisson(3, users).astype(np.float32), rng.integers(1, 90, users).astype(np.float32)
    ward = np.array(["north", "south", "east"])[rng.integers(0, 3, users)]
    logit = -1.5 + 1.2 * (visits[user] - 3) + 1.5 * (ward[user] == "south")
    columns = {
        "user": pa.array(user), "item": pa.array(item),
        VISITS.column(VISITS.features[0]): pa.array(visits[user], mask=visits[user] == 0),
        VISITS.column(VISITS.features[1]): pa.array(recency[user], mask=visits[user] == 0),
        PATIENTS.column(PATIENTS.features[0]): pa.array(rng.integers(18, 90, users)[user].astype(np.float32)),
        PATIENTS.column(PATIENTS.features[1]): pa.array(ward[user]),
        WEATHER.column(WEATHER.features[0]): pa.array(rng.normal(size=items)[item].astype(np.float32)),
        BOTH.column(BOTH.features[0]): pa.array(rng.normal(size=len(user)).astype(np.float32)),
    }
    metadata = {TOKENS: tokens_to_json(ALL), CHANNELS: json.dumps({}), ENTITY: json.dumps(["user", "item"])}
    y = (rng.random(len(user)) < 1 / (1 + np.exp(-logit))).astype(np.float32)
    return pa.table(columns).replace_schema_metadata(metadata), y


def rows(table: pa.Table, y: np.ndarray, codes: tuple[TokenCode, ...] | None = None) -> tuple[tuple[TokenCode, ...], Rows]:
    """Codes learned on the table, unless given, and its encoded rows; what happened is worth 5."""
    codes = codes or learn_codes(ALL, table)
    return codes, Rows(encode(codes, table), y, 5 * y, np.ones(len(y), np.float32))


def every_coalition() -> np.ndarray:
    return ((np.arange(2 ** len(PLAYERS))[:, None] >> np.arange(len(PLAYERS))) & 1).astype(np.int8)


def columns_of(codes: tuple[TokenCode, ...]) -> list[tuple[list[int], list[int]]]:
    """Numeric and categorical columns of each token in `Encoded`."""
    found, number_, category_ = [], 0, 0
    for code in codes:
        found.append((list(range(number_, number_ + code.width)), list(range(category_, category_ + len(code.categories)))))
        number_, category_ = number_ + code.width, category_ + len(code.categories)
    return found


def overwritten(encoded: Encoded, numbers: list[int], categories: list[int], seed: int = 5) -> Encoded:
    """The rows with these columns permuted, and turned over so that no column stays as it was."""
    order = np.random.default_rng(seed).permutation(len(encoded))
    out = Encoded(encoded.numbers.copy(), encoded.categories.copy())
    out.numbers[:, numbers] = 0.5 - encoded.numbers[order][:, numbers]
    out.categories[:, categories] = encoded.categories[order][:, categories]
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
