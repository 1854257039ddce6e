"""A trained model as files: weights in Keras' own format, everything else as JSON; never pickle."""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assay.models.calibration import Calibration
from assay.models.encoding import TokenCode, codes_from_json, codes_to_json

if TYPE_CHECKING:
    import keras

WEIGHTS, FACTS = "model.keras", "model.json"


@dataclass(frozen=True)
class OutcomeModel:
    """Everything that predicting takes.

    Attributes:
        network: The trained network.
        codes: How features become its inputs.
        calibration: Of its logits.
        players: Assets that it reads, ascending.
    """

    network: keras.Model
    codes: tuple[TokenCode, ...]
    calibration: Calibration
    players: tuple[str, ...]


def to_files(model: OutcomeModel) -> dict[str, bytes]:
    """The model as files by name."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / WEIGHTS
        model.network.save(path)
        weights = path.read_bytes()
    return {WEIGHTS: weights, FACTS: _facts(model)}


def from_files(weights: bytes, facts: bytes) -> OutcomeModel:
    """Inverse of `to_files`; loads in Keras' safe mode, which runs no code from the file."""
    import keras

    import assay.models.layers  # noqa: F401 - registers the layers that the file names

    known = json.loads(facts)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / WEIGHTS
        path.write_bytes(weights)
        network = keras.saving.load_model(path, safe_mode=True, compile=False)
    return OutcomeModel(network, codes_from_json(known["codes"]), Calibration(*known["calibration"]), tuple(known["players"]))


def identity(model: OutcomeModel) -> str:
    """Hex SHA-256 of weights, codes and calibration; the files themselves carry dates."""
    digest = hashlib.sha256(_facts(model))
    for weight in model.network.get_weights():
        digest.update(str(weight.shape).encode() + weight.tobytes())
    return digest.hexdigest()


def _facts(model: OutcomeModel) -> bytes:
    """All but the weights, as canonical JSON."""
    facts = {"codes": codes_to_json(model.codes), "calibration": [model.calibration.scale, model.calibration.shift],
             "players": list(model.players)}
    return json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()
