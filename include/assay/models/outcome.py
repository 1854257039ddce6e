"""The outcome model: what will happen, seen through any coalition of assets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from assay.features.table import joined
from assay.models.encoding import TokenCode, tables_of, vocabulary_size
from assay.models.targets import PURCHASE, Target

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Size:
    """Widths of the network and how long it trains.

    Attributes:
        token: Size of a token's vector.
        hidden: Hidden size of a token's encoder.
        embedding: Size of a category's vector.
        bins: Pieces of the piecewise linear encoding of a number; 0 takes its quantile position alone.
        members: Fusion heads that share a tower of the encoders.
        dropout: Share of hidden entries that training hides.
        fusion: Width of the gated layer.
        inner: Width of the layer behind it.
        epochs: Most passes over the training rows.
        steps: Least optimiser steps, so that small tables are passed more often.
        batch: Most rows per step.
        rate: Peak learning rate.
        negatives: Most rows without the outcome for each row with it; the rest is left out and weighted for.
        state: Width of a user's state, which the behaviour encoder makes.
        layers: Of its transformer.
        events: The last ones of a user that it reads.
        vocabulary: Most items that it tells apart.
        foretelling: Optimiser steps of its training.
        mixed: Whether training computes products in half precision where the device has units for it.
        towers: Sets of encoders that are independent of each other.
        whole: Share of the training rows that see every asset; the others see a random coalition.
    """

    token: int
    hidden: int
    embedding: int
    bins: int
    members: int
    dropout: float
    fusion: int
    inner: int
    epochs: int
    steps: int
    batch: int
    rate: float
    negatives: int
    state: int
    layers: int
    events: int
    vocabulary: int
    foretelling: int
    mixed: bool = False
    towers: int = 1
    whole: float = 0.5


ENCODERS, AFFINITY = "encoders_", "affinity_"  # begin the names of the layers that encode a table each, or read a head each

SIZES = {
    "tiny": Size(token=12, hidden=32, embedding=8, bins=0, members=1, dropout=0.0, fusion=32, inner=16, epochs=1, steps=200,
                 batch=2048, rate=4e-3, negatives=6, state=32, layers=1, events=64, vocabulary=6000, foretelling=500),
    "base": Size(token=16, hidden=64, embedding=16, bins=8, members=2, dropout=0.1, fusion=48, inner=32, epochs=2, steps=1200,
                 batch=2048, rate=3e-3, negatives=40, state=64, layers=2, events=256, vocabulary=20_000, foretelling=1000,
                 towers=2, whole=0.75),
    "large": Size(token=32, hidden=256, embedding=32, bins=16, members=2, dropout=0.1, fusion=192, inner=64, epochs=2,
                  steps=2000, batch=8192, rate=2e-3, negatives=80, state=256, layers=4, events=256, vocabulary=200_000,
                  foretelling=20_000, mixed=True, towers=4),
}


def build_network(codes: Sequence[TokenCode], size: Size, target: Target = PURCHASE) -> keras.Model:
    """The untrained network.

    Inputs, by name: per table of the codes `numbers_<n>` (batch, numeric columns) and `categories_<n>` (batch, categorical
    columns), of the things that the rows name; states and heads of the behaviour encoder, where codes name heads, as the
    `numbers_<n>` behind them; and `visible` (batch, tokens).
    Output: (batch, towers × members, the target's outputs).
    """
    import keras

    from assay.models.fusion import FusionHead
    from assay.models.layers import Affinity, TokenEncoders

    inputs, vectors = {}, []
    for n, of in enumerate(tables_of(codes)):
        own = [code for code in codes if code.head is None and joined(code.keys) == of]
        number_tokens = [place for place, code in enumerate(own) for _ in range(code.width)]
        category_tokens = [place for place, code in enumerate(own) for _ in code.categories]
        vocabularies = [vocabulary_size(category) for code in own for category in code.categories]
        numbers = inputs[f"numbers_{n}"] = keras.Input((len(number_tokens),), name=f"numbers_{n}")
        categories = inputs[f"categories_{n}"] = keras.Input((len(category_tokens),), dtype="int32", name=f"categories_{n}")
        encoders = TokenEncoders(number_tokens, category_tokens, vocabularies, len(own), size.hidden, size.token,
                                 size.embedding, size.bins, size.dropout, size.towers, name=f"{ENCODERS}{n}")
        vectors.append(encoders(numbers, categories))
    state = len(vectors)  # the tables behind the others: states, then a head each
    for head in (code.head for code in codes if code.head is not None):
        for n, width in ((state, size.state), (state + 1 + head, size.state + 1)):
            inputs.setdefault(f"numbers_{n}", keras.Input((width,), name=f"numbers_{n}"))
        affinity = Affinity(size.hidden, size.token, size.dropout, size.towers, name=f"{AFFINITY}{head}")
        vectors.append(affinity(inputs[f"numbers_{state}"], inputs[f"numbers_{state + 1 + head}"]))
    inputs["visible"] = visible = keras.Input((len(codes),), name="visible")
    tokens = keras.layers.Concatenate(axis=1, name="tokens")(vectors) if len(vectors) > 1 else vectors[0]
    out = FusionHead(size.fusion, size.inner, size.members, size.dropout, size.towers, target.outputs, target.rising,
                     name="fusion")(tokens, visible)
    return keras.Model(inputs, out, name="outcome")


def token_visibility(codes: Sequence[TokenCode], coalitions: np.ndarray, players: Sequence[str]) -> np.ndarray:
    """Which tokens each coalition sees: those whose assets are all in it.

    Args:
        codes: The model's tokens.
        coalitions: 0/1, shape (coalitions, players).
        players: Asset ids.

    Returns:
        float32 of 0 and 1, shape (coalitions, tokens).
    """
    index = {asset: n for n, asset in enumerate(players)}
    columns = [coalitions[:, [index[a] for a in code.assets]].all(axis=1) for code in codes]
    return np.column_stack(columns).astype(np.float32) if columns else np.zeros((len(coalitions), 0), np.float32)
