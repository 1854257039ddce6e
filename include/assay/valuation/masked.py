"""One trained network asked under any coalition: encoders once per row, only the fusion head per coalition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from assay.models.calibration import Calibration
from assay.models.encoding import Encoded, TokenCode
from assay.models.outcome import token_visibility
from assay.models.vectors import token_vectors
from assay.valuation.payoffs.base import Prediction

if TYPE_CHECKING:
    import keras

_CELLS = 200_000  # coalitions × rows per pass: some 100 MB in the fusion head


class MaskedModel:
    """Predictions of one network for one set of rows under coalitions of assets.

    Args:
        network: From `assay.models.outcome.build_network`, trained.
        codes: Its tokens.
        calibration: Of what it says.
        encoded: The rows.
        players: Asset ids in the order of coalitions' columns.
    """

    def __init__(self, network: keras.Model, codes: Sequence[TokenCode], calibration: Calibration,
                 encoded: Encoded, players: Sequence[str]) -> None:
        self._codes, self._calibration, self._players = codes, calibration, players
        self.vectors = token_vectors(network, encoded)
        self._head = network.get_layer("fusion").coalitions

    def predict(self, coalitions: np.ndarray, rows: np.ndarray) -> Prediction:
        """Probability and expected amount, shape (coalitions, rows)."""
        visible = token_visibility(self._codes, coalitions, self._players)
        # coalitions that see the same tokens are one question
        asked, answer = np.unique(visible, axis=0, return_inverse=True)
        out = np.empty((len(asked), len(rows), 2), np.float32)
        step = max(1, _CELLS // len(asked))
        for start in range(0, len(rows), step):
            part = rows[start:start + step]
            out[:, start:start + step] = self._head(self.vectors.of(part), asked).numpy()
        probability = self._calibration.probability(out[..., 0]).astype(np.float32)
        amount = self._calibration.amount(out[..., 1]).astype(np.float32)
        return Prediction(probability[answer.ravel()], amount[answer.ravel()])
