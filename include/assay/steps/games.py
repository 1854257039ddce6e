"""The game that a use case's assets play on its outcome window, from artifacts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.contracts.refs import ArtifactRef
from assay.errors import NotEnoughData
from assay.steps.cases import labels_of, rows_of, served, window_rows
from assay.steps.extract import load_model
from assay.storage import ArtifactStore

if TYPE_CHECKING:
    import numpy as np

    from assay.config import UseCase
    from assay.features.table import FeatureTables
    from assay.models.store import OutcomeModel
    from assay.valuation.game import Game
    from assay.valuation.payoffs import Payoff


@dataclass(frozen=True)
class OutcomeWindow:
    """The outcome window of a use case, and the model that is asked about it.

    Attributes:
        case: The use case.
        model: Trained and calibrated on windows before.
        features: What was known of the candidates.
        y: Whether the outcome happened, float32 0/1, shape (rows,).
        amount: What it was worth, float32, shape (rows,).
        propensity: The chance with which it was shown, NaN where it was not, shape (rows,); None without a log of exposure.
    """

    case: UseCase
    model: OutcomeModel
    features: FeatureTables
    y: np.ndarray
    amount: np.ndarray
    propensity: np.ndarray | None = None

    def take(self, rows: np.ndarray) -> OutcomeWindow:
        """The candidates at these positions."""
        return self._of(self.model, self.features.take(rows), rows)

    def without(self, assets: Collection[str], model: OutcomeModel) -> OutcomeWindow:
        """The window if nobody had these assets, and a model that was trained so."""
        features, rows = self.features.without(assets)
        return self._of(model, features, rows)

    def _of(self, model: OutcomeModel, features: FeatureTables, rows: np.ndarray) -> OutcomeWindow:
        propensity = None if self.propensity is None else self.propensity[rows]
        return OutcomeWindow(self.case, model, features, self.y[rows], self.amount[rows], propensity)

    @property
    def cluster_roles(self) -> tuple[str, ...]:
        """Roles that name what draws of the bootstrap take as one: the user, or the whole entity where there is none."""
        return ("user",) if "user" in self.case.entity else tuple(self.case.entity)

    @property
    def cluster_keys(self) -> np.ndarray:
        """Of each candidate the key of its cluster, those of several roles joined with `|`."""
        import numpy as np

        keys = [self.features.rows.column(role).to_numpy() for role in self.cluster_roles]
        return keys[0] if len(keys) == 1 else np.array(["|".join(map(str, key)) for key in zip(*keys, strict=True)])

    def game(self) -> Game:
        """The game of its assets."""
        from assay.features.table import via
        from assay.valuation.game import Game
        from assay.valuation.masked import masked_model

        rows, channels = self.features.rows, self.features.channels
        found_by = {channel: rows.column(via(channel)).to_numpy() for channel in channels}
        masked = masked_model(self.model, self.model.encode(self.features))
        return Game(masked, self._payoff(), self.model.players, channels, found_by, rows.num_rows)

    def _payoff(self) -> Payoff:
        """The manifest's payoff on the realised outcomes."""
        from assay.features.candidates import PRICE
        from assay.valuation.payoffs import CapturedSales, CostMatrix, Newsvendor, Replay

        rule = self.case.payoff
        if rule.type == "captured_sales":
            return CapturedSales(self.cluster_keys, self.amount, top_k=rule.top_k, margin=rule.margin)
        if rule.type == "replay":
            return Replay(self.cluster_keys, self.amount, self._shown(), top_k=rule.top_k, margin=rule.margin)
        if rule.type == "newsvendor":
            price = self.features.rows.column(PRICE).to_numpy()
            return Newsvendor(self.cluster_keys, price, self.amount, margin=rule.margin, holding=rule.holding,
                              spoilage=rule.spoilage)
        return CostMatrix(self.cluster_keys, self.y, self.amount, gain_accept=rule.gain_accept, loss_accept=rule.loss_accept)

    def _shown(self) -> np.ndarray:
        """The propensities, if any candidate was shown at all."""
        import numpy as np

        if self.propensity is None or np.isnan(self.propensity).all():
            raise NotEnoughData(self.case.name, "no candidate was shown in the outcome window",
                                "run a partition whose window the exposure log covers, or propose more candidates")
        return self.propensity


def outcome_window(store: ArtifactStore, case: UseCase, features: ArtifactRef, model: ArtifactRef) -> OutcomeWindow:
    """Read it.

    Args:
        store: Shared storage.
        case: The use case.
        features: Its index of windows.
        model: What `train` made for it.
    """
    line = outcome_line(store, features)
    return _window(store, line, case, load_model(store, model), *window_rows(store, line))


def outcome_line(store: ArtifactStore, features: ArtifactRef) -> dict:
    """The line of an index of windows that names the outcome window's tables."""
    from assay.features.windows import WindowRole

    (line,) = rows_of(store.read(features), WindowRole.OUTCOME)
    return line


def decided_on(store: ArtifactStore, line: dict, window: OutcomeWindow, features: FeatureTables) -> OutcomeWindow:
    """The same window if something else were known before it: other candidates and features, the same outcomes.

    Args:
        store: Shared storage.
        line: Of the index of windows, from `outcome_line`.
        window: What was read of it.
        features: What is known instead, of all candidates.
    """
    return _window(store, line, window.case, window.model, *served(store, line, features))


def _window(store: ArtifactStore, line: dict, case: UseCase, model: OutcomeModel, features: FeatureTables, y: np.ndarray,
            amount: np.ndarray) -> OutcomeWindow:
    from assay.models.rows import join_propensity

    propensity = join_propensity(features, labels_of(store, line)) if case.payoff.type == "replay" else None
    return OutcomeWindow(case, model, features, y, amount, propensity)
