"""The outcome model: will it happen, and for how much, seen through any coalition of assets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from assay.models.encoding import EncodedToken, TokenCode, vocabulary_size

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Size:
    """Widths of the network and how long it trains.

    Attributes:
        token: Size of a token's vector.
        hidden: Hidden size of a token's encoder.
        fusion: Width of the gated layer.
        inner: Width of the layer behind it.
        epochs: Most passes over the training rows.
        steps: Least optimiser steps, so that small tables are passed more often.
        batch: Rows per step.
        rate: Peak learning rate.
        negatives: Most rows without the outcome for each row with it; the rest is left out and weighted for.
    """

    token: int
    hidden: int
    fusion: int
    inner: int
    epochs: int
    steps: int
    batch: int
    rate: float
    negatives: int


SIZES = {
    "tiny": Size(token=12, hidden=32, fusion=32, inner=24, epochs=2, steps=400, batch=2048, rate=4e-3, negatives=8),
    "base": Size(token=16, hidden=64, fusion=64, inner=32, epochs=3, steps=1500, batch=2048, rate=2e-3, negatives=40),
}


def build_network(codes: Sequence[TokenCode], size: Size) -> keras.Model:
    """The untrained network.

    Inputs, by name: `numbers_<n>` (batch, width) and `categories_<n>` (batch, categorical features) of token n, and
    `visible` (batch, tokens). Output: (batch, 2), logit of the outcome and log1p of its amount if it happens.
    """
    import keras

    from assay.models.layers import FusionHead, TokenEncoder

    inputs: dict[str, keras.KerasTensor] = {}
    vectors = []
    for n, code in enumerate(codes):
        numbers = keras.Input((code.width,), name=f"numbers_{n}")
        categories = keras.Input((len(code.categories),), dtype="int32", name=f"categories_{n}")
        encoder = TokenEncoder([vocabulary_size(c) for c in code.categories], size.hidden, size.token, name=f"token_{n}")
        inputs |= {f"numbers_{n}": numbers, f"categories_{n}": categories}
        vectors.append(encoder(numbers, categories))
    stacked = keras.ops.stack(vectors, axis=1)
    visible = keras.Input((len(codes),), name="visible")
    out = FusionHead(size.fusion, size.inner, name="fusion")(stacked, visible)
    return keras.Model(inputs | {"visible": visible}, out, name="outcome")


def inputs_of(encoded: Sequence[EncodedToken]) -> dict[str, np.ndarray]:
    """Encoded tokens under the network's input names."""
    return ({f"numbers_{n}": token.numbers for n, token in enumerate(encoded)}
            | {f"categories_{n}": token.categories for n, token in enumerate(encoded)})


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
