"""A trained model as files: weights in Keras' own format, everything else as JSON; never pickle."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.features.blocks.sequence import ITEMS
from assay.features.table import FeatureTables
from assay.models.behaviour import Behaviour, SequenceCode
from assay.models.encoding import CategoryCode, Encoded, NumberCode, TextCode, TokenCode, encode
from assay.models.targets import PURCHASE, Calibrated, Target, target_from_json, target_to_json

if TYPE_CHECKING:
    import keras

WEIGHTS, FACTS, BEHAVIOUR = "model.keras", "model.json", "behaviour.keras"


@dataclass(frozen=True)
class OutcomeModel:
    """Everything that predicting takes.

    Attributes:
        network: The trained network.
        codes: How features become its inputs.
        calibration: Of what it says.
        players: Assets that it reads, ascending.
        behaviour: The encoder of users' events, where there are any.
        target: What it predicts.
    """

    network: keras.Model
    codes: tuple[TokenCode, ...]
    calibration: Calibrated
    players: tuple[str, ...]
    behaviour: Behaviour | None = None
    target: Target = PURCHASE

    @property
    def columns(self) -> frozenset[str]:
        """Features that it reads, by their columns in a window's tables."""
        own = {number.column for code in self.codes for number in code.numbers}
        own |= {category.column for code in self.codes for category in code.categories}
        if self.behaviour is not None:
            code = self.behaviour.code
            own |= {f"{code.token}.{ITEMS}", *(kinds.column for kinds in code.kinds)}
        return frozenset(own)

    def encode(self, features: FeatureTables) -> Encoded:
        """A window's rows as its inputs."""
        return encode(self.codes, features, self.behaviour)


def to_files(model: OutcomeModel) -> dict[str, bytes]:
    """The model as files by name."""
    files = {WEIGHTS: _saved(model.network), FACTS: _facts(model)}
    if model.behaviour is not None:
        files[BEHAVIOUR] = _saved(model.behaviour.network)
    return files


def _saved(network: keras.Model) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / WEIGHTS
        network.save(path)
        return path.read_bytes()


def from_files(read: Callable[[str], bytes]) -> OutcomeModel:
    """Inverse of `to_files`; loads in Keras' safe mode, which runs no code from the file.

    Args:
        read: Content of the file of that name.
    """
    known = json.loads(read(FACTS))
    code = SequenceCode.from_json(known["sequence"]) if known["sequence"] else None
    target = target_from_json(known.get("target"))
    return OutcomeModel(_loaded(read(WEIGHTS)), codes_from_json(known["codes"]), target.read(known["calibration"]),
                        tuple(known["players"]), Behaviour(_loaded(read(BEHAVIOUR)), code) if code else None, target)


def _loaded(weights: bytes) -> keras.Model:
    import keras

    import assay.models.fusion
    import assay.models.layers
    import assay.models.transformer  # noqa: F401 - registers the layers that the file names

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / WEIGHTS
        path.write_bytes(weights)
        return keras.saving.load_model(path, safe_mode=True, compile=False)


def identity(model: OutcomeModel) -> str:
    """Hex SHA-256 of weights, codes and calibration; the files themselves carry dates."""
    digest = hashlib.sha256(_facts(model))
    for network in (model.network, *([model.behaviour.network] if model.behaviour else [])):
        for weight in network.get_weights():
            digest.update(str(weight.shape).encode() + weight.tobytes())
    return digest.hexdigest()


def _facts(model: OutcomeModel) -> bytes:
    """All but the weights, as canonical JSON."""
    facts = {"codes": codes_to_json(model.codes), "calibration": asdict(model.calibration),  # type: ignore[call-overload]
             "players": list(model.players), "sequence": model.behaviour.code.to_json() if model.behaviour else None}
    if (target := target_to_json(model.target)) is not None:
        facts["target"] = target
    return json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()


def codes_to_json(codes: Sequence[TokenCode]) -> list[dict[str, Any]]:
    """Codes as JSON-like data, for the model store."""
    return [asdict(code) for code in codes]


def codes_from_json(raw: Sequence[dict[str, Any]]) -> tuple[TokenCode, ...]:
    """Inverse of `codes_to_json`."""
    return tuple(
        TokenCode(r["name"], tuple(r["assets"]), tuple(r["keys"]),
                  tuple(NumberCode(n["column"], tuple(n["knots"]), n["flagged"]) for n in r["numbers"]),
                  tuple(CategoryCode(c["column"], tuple(c["words"]), c["buckets"]) for c in r["categories"]), r["head"],
                  tuple(TextCode(t["column"], tuple(t["mean"]), tuple(map(tuple, t["directions"]))) for t in r["texts"]))
        for r in raw)
