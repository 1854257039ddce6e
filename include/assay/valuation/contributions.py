"""What each asset and each column contributes to single predictions, on the scale of the calibrated logit.

Where quantiles are predicted, the logarithm of one more than the quantile by which is decided stands in place of the logit.

An asset contributes its Shapley value of the game v(S) = calibrated logit of the row under coalition S. What it adds as
it joins is told apart into columns along the way, in two parts that each add up by themselves:

- In the head, on the way from S to S ∪ i, every token that is seen from then on pulls by the gradient, taken at both ends
  (trapezoid rule), times what it changes in the first layer. A token that reads several assets is seen once the last of them
  has joined; so it counts for each of them by the Shapley value, in equal parts as far as the head adds tokens up.
- In a token's encoder, what its vector differs by from the mean of usual rows is told apart by integrated gradients
  (`TokenEncoders.split`). The token at this mean, beside not being seen, is an entry of its own.

The trapezoid rule leaves an error, known from the exact value. It is shared out over the asset's columns by their sizes: none
of them changes by more than it, and one that adds nothing stays at 0.

Sources: Shapley 1953; Aumann and Shapley 1974, Values of non-atomic games (gradients along the way); Sundararajan et al. 2017,
Axiomatic attribution for deep networks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from assay.features.table import joined
from assay.models.encoding import Encoded, tables_of
from assay.models.outcome import ENCODERS, token_visibility
from assay.models.store import OutcomeModel
from assay.models.vectors import layers_of, token_vectors
from assay.valuation.estimators import ways_to_join

_CELLS = 40_000  # coalitions × rows per pass: some 100 MB in the fusion head
_SEED = 0  # of the ways where not all can be taken
_ROWS = 500  # per pass through the encoders


@dataclass(frozen=True)
class Contributions:
    """Contributions to the calibrated logit of some rows; positive ones make the outcome more probable.

    Attributes:
        names: Asset and column of each entry of `columns`: a feature `<token>.<feature>`, or a token by itself.
        assets: Of each player, beside seeing no asset, float64, shape (rows, players); a row's add up to logit(all) −
            logit(none).
        columns: The same told apart, float64, shape (rows, names); those of an asset add up to its own contribution.
        none: Calibrated logit without any asset, shape (rows,).
        probability: With all assets, shape (rows,); nan where quantiles are predicted.
        amount: Expected if it happens, or the quantile by which is decided, with all assets, shape (rows,).
    """

    names: tuple[tuple[str, str], ...]
    assets: np.ndarray
    columns: np.ndarray
    none: np.ndarray
    probability: np.ndarray
    amount: np.ndarray


@dataclass(frozen=True)
class _Terms:
    """Which sums the columns of assets are.

    Attributes:
        pairs: Player and token that reads it, int, shape (pairs, 2).
        pair: Of each term the pair, shape (terms,).
        column: Of each term the column of `_split`, shape (terms,).
        name: Of each term which name it adds to, shape (terms,).
        names: Player and column.
    """

    pairs: np.ndarray
    pair: np.ndarray
    column: np.ndarray
    name: np.ndarray
    names: tuple[tuple[int, str], ...]


def contributions(model: OutcomeModel, encoded: Encoded, usual: np.ndarray) -> Contributions:
    """What each asset and each column contributes to the prediction of each row.

    Args:
        model: The trained model.
        encoded: The rows.
        usual: Positions of those, at least one, beside whose mean columns are measured.
    """
    ways, terms = ways_to_join(len(model.players), seed=_SEED), _terms(model)
    split = np.concatenate([_split(model, encoded.take(slice(start, start + _ROWS)).spread())
                            for start in range(0, len(encoded), _ROWS)])
    beside = split[usual].mean(axis=0, dtype=np.float64).astype(np.float32)
    step = max(1, _CELLS // len(ways[0]))
    parts = [_contributions(model, split[start:start + step], beside, ways, terms)
             for start in range(0, len(split), step)]
    names = tuple((model.players[player], column) for player, column in terms.names)
    return Contributions(names, *(np.concatenate(found) for found in zip(*parts, strict=True)))


def _contributions(model: OutcomeModel, split: np.ndarray, beside: np.ndarray, ways: tuple[np.ndarray, np.ndarray],
                   terms: _Terms) -> tuple[np.ndarray, ...]:
    """`Contributions` of some rows, in the order of its arrays.

    Args:
        model: The trained model.
        split: Of the rows, from `_split`.
        beside: Mean of it over the usual rows.
        ways: In which assets join, from `ways_to_join`.
        terms: What the names are sums of.
    """
    head, read, tokens = model.network.get_layer("fusion"), model.calibration, len(model.codes)
    scale, number = read.scale, read.explained
    coalitions, weights = ways
    visible, ends = token_visibility(model.codes, coalitions, model.players), _ends(model, coalitions, weights, terms)
    out, pull = (found.numpy() for found in head.slopes(split[:, :tokens], visible, ends, number))
    assets = (weights @ (scale * out[..., number].astype(np.float64))).T
    whole = np.array([code.head is not None for code in model.codes])[:, None]
    told = np.concatenate([np.where(whole, split[:, :tokens], beside[:tokens]), split[:, tokens:] - beside[tokens:]], axis=1)
    columns = _completed(scale * _pulled(model, told, pull, terms), assets, terms)
    nobody, everybody = (int((coalitions == seen).all(axis=1).argmax()) for seen in (0, 1))
    return assets, columns, scale * out[nobody, :, number].astype(np.float64) + read.shift, *read.told(out[everybody])


def _split(model: OutcomeModel, encoded: Encoded) -> np.ndarray:
    """The tokens' vectors, and behind them what each column adds to its token's; float32, shape (rows, columns, size).

    What a token of the behaviour encoder says is not told apart.
    """
    layers = zip(layers_of(model.network, ENCODERS), encoded.numbers, encoded.categories, strict=False)
    return np.concatenate([token_vectors(model.network, encoded).of(slice(None)),
                           *(layer.split(numbers, categories).numpy() for layer, numbers, categories in layers)], axis=1)


def _names(model: OutcomeModel) -> Iterator[tuple[int, str]]:
    """Token and name of each column of `_split`."""
    yield from ((token, code.name) for token, code in enumerate(model.codes))
    for of in tables_of(model.codes):
        own = [(token, code) for token, code in enumerate(model.codes) if code.head is None and joined(code.keys) == of]
        yield from ((token, feature) for token, code in own for feature in code.features)
        yield from ((token, category.column) for token, code in own for category in code.categories)


def _terms(model: OutcomeModel) -> _Terms:
    """Terms in the order of their pairs, of each pair the token by itself first."""
    of_token: dict[int, list[tuple[int, str]]] = {}
    for column, (token, name) in enumerate(_names(model)):
        of_token.setdefault(token, []).append((column, name))
    pairs = [(model.players.index(asset), token) for token, code in enumerate(model.codes) for asset in code.assets]
    names: dict[tuple[int, str], int] = {}
    terms = [(pair, column, names.setdefault((player, name), len(names)))
             for pair, (player, token) in enumerate(pairs) for column, name in of_token[token]]
    pair, column, name = np.array(terms).T
    return _Terms(np.array(pairs), pair, column, name, tuple(names))


def _ends(model: OutcomeModel, coalitions: np.ndarray, weights: np.ndarray, terms: _Terms) -> np.ndarray:
    """Weights of the gradients at both ends of the ways on which an asset brings a token with it, shape (pairs, coalitions)."""
    others = [[model.players.index(asset) for asset in model.codes[token].assets if asset != model.players[player]]
              for player, token in terms.pairs]
    seen = np.stack([coalitions[:, other].all(axis=1) for other in others])
    return np.asarray(np.abs(weights[terms.pairs[:, 0]]) / 2 * seen, np.float32)


def _pulled(model: OutcomeModel, told: np.ndarray, pull: np.ndarray, terms: _Terms) -> np.ndarray:
    """Gradient × change, the mean over all ways in which each asset joins, before calibration.

    Args:
        model: The trained model.
        told: What tokens and columns say, shape (rows, columns, size).
        pull: Of each pair the gradient with respect to the head's first layer, shape (pairs, rows, entries).
        terms: Which sums are asked for.

    Returns:
        float64, shape (rows, names).
    """
    head, tokens = model.network.get_layer("fusion"), terms.pairs[:, 1]
    toward = pull @ head.mixing()[tokens]
    found = np.einsum("tbs,bts->bt", toward[terms.pair], told[:, terms.column])
    found[:, terms.column < len(model.codes)] -= np.einsum("pbh,ph->bp", pull, head.absent.numpy()[tokens])
    return np.asarray(found @ np.eye(len(terms.names))[terms.name])


def _completed(columns: np.ndarray, assets: np.ndarray, terms: _Terms) -> np.ndarray:
    """The columns with what each asset's contribution is short of shared out by size, or to its tokens if all are 0."""
    players = np.array([player for player, _ in terms.names])
    tokens = np.zeros(len(players))
    tokens[terms.name[np.unique(terms.pair, return_index=True)[1]]] = 1
    out = columns.copy()
    for player in range(assets.shape[1]):
        own = np.flatnonzero(players == player)
        size = np.abs(columns[:, own])
        size = np.where(size.any(axis=1, keepdims=True), size, tokens[own])
        short = assets[:, [player]] - columns[:, own].sum(axis=1, keepdims=True)
        out[:, own] += size / size.sum(axis=1, keepdims=True) * short
    return out
