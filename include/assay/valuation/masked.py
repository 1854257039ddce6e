"""One trained network asked under any coalition: encoders once per row, only the fusion head per coalition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from assay.models.encoding import Encoded, TokenCode
from assay.models.outcome import token_visibility
from assay.models.predictions import Prediction, Quantities
from assay.models.store import OutcomeModel
from assay.models.targets import Calibrated
from assay.models.vectors import TokenVectors, token_vectors

if TYPE_CHECKING:
    import keras

_CELLS = 200_000  # coalitions × rows per pass: some 100 MB in the fusion head


@dataclass(frozen=True)
class MaskedModel:
    """Predictions of one network for one set of rows under coalitions of assets.

    Attributes:
        network: From `assay.models.outcome.build_network`, trained.
        codes: Its tokens.
        calibration: Of what it says.
        vectors: What its encoders make of the rows.
        players: Asset ids in the order of coalitions' columns.
        shown: Tokens that any coalition may see, bool, shape (tokens,).
    """

    network: keras.Model
    codes: Sequence[TokenCode]
    calibration: Calibrated
    vectors: TokenVectors
    players: Sequence[str]
    shown: np.ndarray

    def predict(self, coalitions: np.ndarray, rows: np.ndarray) -> Prediction | Quantities:
        """What the payoff decides by, shape (coalitions, rows)."""
        visible = token_visibility(self.codes, coalitions, self.players) * self.shown.astype(np.float32)
        # coalitions that see the same tokens are one question
        asked, answer = np.unique(visible, axis=0, return_inverse=True)
        fusion = self.network.get_layer("fusion")
        out = np.empty((len(asked), len(rows), fusion.outputs), np.float32)
        step, head = max(1, _CELLS // len(asked)), fusion.coalitions
        for start in range(0, len(rows), step):
            part = rows[start:start + step]
            out[:, start:start + step] = head(self.vectors.of(part), asked).numpy()
        return self.calibration.predict(out).take(answer.ravel())

    def narrowed(self, shown: np.ndarray, numbers: Sequence[np.ndarray], categories: Sequence[np.ndarray]) -> MaskedModel:
        """The same with some columns hidden, as in training.

        Args:
            shown: Tokens of which anything is left, bool, shape (tokens,).
            numbers: Per table, which of its numeric columns stay, bool, shape (columns,).
            categories: The same of its categorical columns.
        """
        return replace(self, shown=shown, vectors=self.vectors.narrowed(self.network, numbers, categories))


def masked_model(model: OutcomeModel, encoded: Encoded) -> MaskedModel:
    """A model asked about these rows."""
    return MaskedModel(model.network, model.codes, model.calibration, token_vectors(model.network, encoded), model.players,
                       np.ones(len(model.codes), bool))
