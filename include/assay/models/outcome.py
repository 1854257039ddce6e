"""The outcome model: will it happen, and for how much, seen through any coalition of assets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from assay.models.encoding import TokenCode, vocabulary_size

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
        members: Fusion heads that share the encoders.
        dropout: Share of hidden entries that training hides.
        fusion: Width of the gated layer.
        inner: Width of the layer behind it.
        epochs: Most passes over the training rows.
        steps: Least optimiser steps, so that small tables are passed more often.
        batch: Most rows per step.
        rate: Peak learning rate.
        negatives: Most rows without the outcome for each row with it; the rest is left out and weighted for.
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


SIZES = {
    "tiny": Size(token=12, hidden=32, embedding=8, bins=0, members=1, dropout=0.0, fusion=32, inner=16, epochs=1, steps=200,
                 batch=2048, rate=4e-3, negatives=6),
    "base": Size(token=16, hidden=64, embedding=16, bins=8, members=4, dropout=0.1, fusion=48, inner=32, epochs=2, steps=1200,
                 batch=2048, rate=3e-3, negatives=40),
}


def build_network(codes: Sequence[TokenCode], size: Size) -> keras.Model:
    """The untrained network.

    Inputs, by name: `numbers` (batch, numeric columns), `categories` (batch, categorical columns), `visible` (batch, tokens).
    Output: (batch, members, 2), logit of the outcome and logarithm of its expected amount if it happens.
    """
    import keras

    from assay.models.layers import FusionHead, TokenEncoders

    number_tokens = [n for n, code in enumerate(codes) for _ in range(code.width)]
    category_tokens = [n for n, code in enumerate(codes) for _ in code.categories]
    vocabularies = [vocabulary_size(c) for code in codes for c in code.categories]
    numbers = keras.Input((len(number_tokens),), name="numbers")
    categories = keras.Input((len(category_tokens),), dtype="int32", name="categories")
    visible = keras.Input((len(codes),), name="visible")
    vectors = TokenEncoders(number_tokens, category_tokens, vocabularies, len(codes), size.hidden, size.token, size.embedding,
                            size.bins, size.dropout, name="encoders")(numbers, categories)
    out = FusionHead(size.fusion, size.inner, size.members, size.dropout, name="fusion")(vectors, visible)
    return keras.Model({"numbers": numbers, "categories": categories, "visible": visible}, out, name="outcome")


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
