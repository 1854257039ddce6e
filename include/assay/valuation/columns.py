"""What each column of an asset is worth: its Owen value in the game of a sample of clusters.

A feature is seen only if every column that it reads is. One that reads no column but keys (how often, how long ago) is seen
if `ROWS` is: that there are rows, and what they refer to, is a player like a column; retrieval needs it, too. What the columns
of a sample add up to differs from the asset's own value, which is exact and of all clusters; the difference is shared out among
them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from assay.features.blocks import Token
from assay.features.table import joined
from assay.models.encoding import TokenCode, tables_of
from assay.models.store import OutcomeModel
from assay.valuation.appraise import judged
from assay.valuation.bootstrap import bootstrap_sums, interval
from assay.valuation.game import Game
from assay.valuation.masked import MaskedModel
from assay.valuation.owen import owen_values, settled
from assay.valuation.table import Played

ROWS = "(rows and keys)"
_SAMPLED_ROWS = 30_000  # of the window, as whole clusters
_CLOSED = "(closed)"  # an asset that no coalition has

Needs = Mapping[str, frozenset[str]]  # asset -> columns of it that must be seen


@dataclass(frozen=True)
class ColumnReads:
    """Which columns the features of a model read.

    Attributes:
        features: Per token, the needs of each of its numbers and categories, in the order of the network's columns.
        wholes: Per token that is not told apart (of the behaviour encoder) its needs; None for others.
        columns: Of each asset, `ROWS` first where any feature needs it.
    """

    features: tuple[tuple[tuple[Needs, ...], tuple[Needs, ...]], ...]
    wholes: tuple[Needs | None, ...]
    columns: Mapping[str, tuple[str, ...]]


def column_reads(model: OutcomeModel, tokens: Sequence[Token]) -> ColumnReads:
    """Which columns a model's features read.

    Args:
        model: The trained model.
        tokens: Those of the window's tables; a feature that isn't among them reads nothing but rows.
    """
    known = {token.column(feature): frozenset(feature.sources) for token in tokens for feature in token.features}
    sequences = {token.name: frozenset(source for feature in token.features for source in feature.sources) for token in tokens}

    def needs(code: TokenCode, sources: frozenset[tuple[str, str]]) -> Needs:
        return {asset: frozenset(column for of, column in sources if of == asset) or frozenset({ROWS}) for asset in code.assets}

    features: list[tuple[tuple[Needs, ...], tuple[Needs, ...]]] = []
    wholes: list[Needs | None] = []
    for code in model.codes:
        if code.head is None:
            wholes.append(None)
        else:
            assert model.behaviour is not None
            sequence, kinds = model.behaviour.code.token, model.behaviour.code.kinds
            own = known.get(kinds[code.head - 1].column, frozenset()) if code.head else frozenset()
            whole = needs(code, sequences.get(sequence, frozenset()) | own)
            wholes.append({asset: columns | ({ROWS} if asset in model.behaviour.code.assets else set())
                           for asset, columns in whole.items()})
        features.append((tuple(needs(code, known.get(name, frozenset())) for name in code.features),
                         tuple(needs(code, known.get(category.column, frozenset())) for category in code.categories)))
    all_needs = [need for numbers, categories in features for need in (*numbers, *categories)]
    all_needs += [whole for whole in wholes if whole is not None]
    columns = {asset: set().union(*(need.get(asset, frozenset()) for need in all_needs)) for asset in model.players}
    return ColumnReads(tuple(features), tuple(wholes), {asset: tuple(sorted(found)) for asset, found in columns.items()})


def narrowed(masked: MaskedModel, reads: ColumnReads, asset: str, seen: frozenset[str]) -> MaskedModel:
    """The model where of one asset only some columns are seen; a token of which no feature is left is not seen at all."""
    def left(needs: Sequence[Needs]) -> np.ndarray:
        return np.array([need.get(asset, frozenset()) <= seen for need in needs], bool)

    kept = [(left(numbers), left(categories)) for numbers, categories in reads.features]
    shown = np.array([bool(left([whole])[0]) if whole is not None else bool(numbers.any() or categories.any())
                      for whole, (numbers, categories) in zip(reads.wholes, kept, strict=True)])
    tables = [[n for n, code in enumerate(masked.codes) if code.head is None and joined(code.keys) == of]
              for of in tables_of(masked.codes)]
    return masked.narrowed(shown, *([np.concatenate([kept[n][part] for n in own]) for own in tables] for part in (0, 1)))


class ColumnGame:
    """The game of one asset's columns beside coalitions of the others.

    Args:
        game: Of the assets, with a `MaskedModel`.
        reads: Which columns its model reads.
        asset: One of its players.
        known: Payoffs of coalitions of whole assets by their bytes; more are added.
    """

    def __init__(self, game: Game, reads: ColumnReads, asset: str, known: dict[bytes, np.ndarray]) -> None:
        self._game, self._reads, self._asset, self._known = game, reads, asset, known
        self.columns = reads.columns[asset]
        self._place = list(game.players).index(asset)

    def play(self, seen: np.ndarray, others: np.ndarray) -> np.ndarray:
        """Payoffs of a set of columns, bool, beside coalitions of the others; shape (coalitions, clusters)."""
        coalitions = np.insert(others, self._place, np.int8(seen.any()), axis=1)
        if seen.all() or not seen.any():
            return self._whole(coalitions)
        chosen = frozenset(column for column, there in zip(self.columns, seen, strict=True) if there)
        assert isinstance(self._game.model, MaskedModel)
        model = narrowed(self._game.model, self._reads, self._asset, chosen)
        channels = self._game.channels
        if ROWS not in chosen:
            channels = {name: (*assets, _CLOSED) if self._asset in assets else assets for name, assets in channels.items()}
        return replace(self._game, model=model, channels=channels).play(coalitions)

    def _whole(self, coalitions: np.ndarray) -> np.ndarray:
        missing = [n for n, coalition in enumerate(coalitions) if coalition.tobytes() not in self._known]
        if missing:
            for n, payoff in zip(missing, self._game.play(coalitions[missing]), strict=True):
                self._known[coalitions[n].tobytes()] = payoff
        return np.stack([self._known[coalition.tobytes()] for coalition in coalitions])


def sample_clusters(keys: np.ndarray, clusters: Sequence[str], *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Clusters drawn at random, as many as have some ten thousand rows together, at least one.

    Args:
        keys: Of each row its cluster's, shape (rows,).
        clusters: All keys as text, in the order of the payoffs.
        seed: Of the draw.

    Returns:
        Positions of their rows, and their own, both ascending.
    """
    place = {key: n for n, key in enumerate(clusters)}
    of = np.array([place[str(key)] for key in keys], np.int64)
    order = np.random.default_rng(seed).permutation(len(clusters))
    total = np.cumsum(np.bincount(of, minlength=len(clusters))[order])
    some = np.sort(order[:max(1, int(np.searchsorted(total, _SAMPLED_ROWS, side="right")))])
    return np.flatnonzero(np.isin(of, some)), some


def appraise_columns(game: Game, reads: ColumnReads, values: Mapping[str, float], played: Played, *, times: float, unit: str,
                     seed: int) -> list[dict[str, Any]]:
    """Rows for `column_values`, without the use case, of the columns that the model reads.

    Args:
        game: Of a sample of the clusters.
        reads: Which columns its model reads.
        values: Of each player, of all clusters: what its columns add up to.
        played: What coalitions of whole assets earned from the sample.
        times: How many clusters each of the sample stands for.
        unit: Currency and window.
        seed: Of orders and bootstrap.
    """
    known = {coalition.tobytes(): payoff for coalition, payoff in zip(played.coalitions, played.payoffs, strict=True)}
    rows, total = [], sum(values.values())
    for asset in game.players:
        columns = ColumnGame(game, reads, asset, known)
        names = columns.columns
        if not names:
            continue
        each = owen_values(columns.play, len(names), len(game.players) - 1, seed=seed)
        sampled = times * each.sum(axis=1)
        value = settled(sampled, values[asset])
        low, high = (value + times * end - sampled for end in interval(bootstrap_sums(each, seed=seed)))
        rows += [{"asset_id": asset, "column": name, "value": float(value[n]), "ci_low": float(low[n]),
                  "ci_high": float(high[n]), "unit": unit, "share": float(value[n]) / total if total > 0 else None}
                 | judged(low[n], high[n], unit) for n, name in enumerate(names)]
    return rows
