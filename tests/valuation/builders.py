"""Games whose solution is known in closed form, and a model that foretells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from tests.models import builders as m

from assay.features.blocks import Feature, Token
from assay.features.blocks.sequence import AGES, BEGINS, ITEMS
from assay.features.table import FeatureTables
from assay.models.behaviour import Behaviour, Kinds, build_encoder, learn_sequence_code
from assay.models.calibration import Calibration
from assay.models.encoding import foretelling, learn_codes
from assay.models.runtime import prepare_tensorflow
from assay.models.store import OutcomeModel
from assay.valuation.coalitions import all_coalitions
from assay.valuation.game import CoalitionModel, Game
from assay.valuation.payoffs import Payoff, Prediction


def play(model: CoalitionModel, payoff: Payoff, players: Sequence[str], channels: Mapping[str, tuple[str, ...]],
         found_by: Mapping[str, np.ndarray], rows: int) -> np.ndarray:
    """The payoffs of all coalitions."""
    return Game(model, payoff, players, channels, found_by, rows).play(all_coalitions(len(players)))


class AdditiveModel:
    """What each asset tells of each row simply adds up; a planted truth for any coalition.

    Args:
        told: Expected amount that each asset adds, shape (players, rows).
    """

    def __init__(self, told: np.ndarray) -> None:
        self.told = told
        self.asked: list[tuple[int, tuple[int, ...]]] = []

    def predict(self, coalitions: np.ndarray, rows: np.ndarray) -> Prediction:
        self.asked.append((len(coalitions), tuple(rows.tolist())))
        amount = (coalitions.astype(np.float64) @ self.told[:, rows]).astype(np.float32)
        return Prediction(np.ones_like(amount), amount)


class SumOfScores(Payoff):
    """Each row earns its predicted amount: the Shapley value of an asset is what it tells of the rows."""

    done = "seen"

    def __init__(self, clusters: list[str]) -> None:
        names = list(dict.fromkeys(clusters))
        super().__init__(names, np.array([names.index(name) for name in clusters]))

    def decide(self, prediction: Prediction, rows: np.ndarray) -> np.ndarray:
        return prediction.amount

    def earn(self, decisions: np.ndarray, rows: np.ndarray) -> np.ndarray:
        return decisions


SKY = "clinic.weather|item.sky"
SEQUENCE = Token("clinic.visits|user|sequence", ("clinic.visits",), ("user",), tuple(
    Feature(name, "sequence", ()) for name in (ITEMS, AGES, BEGINS, "doses")))


def foretelling_clinic(users: int = 12, items: int = 4) -> tuple[OutcomeModel, FeatureTables]:
    """A clinic whose patients' prescriptions are read one by one, and an untrained model of it; every weight matters."""
    rng, (features, _) = np.random.default_rng(8), m.clinic(users, items, seed=3)
    lengths = rng.integers(0, 7, users)
    lists = {ITEMS: [[str(item) for item in rng.integers(0, items, n)] for n in lengths],
             AGES: [sorted(rng.integers(1, 60, n).tolist(), reverse=True) for n in lengths],
             BEGINS: [(rng.random(n) < 0.5).tolist() for n in lengths], "doses": [rng.normal(size=n).tolist() for n in lengths]}
    of_users, of_items = features.things["user"], features.things["item"]
    for name, values in lists.items():
        of_users = of_users.append_column(f"{SEQUENCE.name}.{name}", pa.array(values))
    of_items = of_items.append_column(SKY, pa.array(["dry", "wet"] * (items // 2)))
    features = FeatureTables(features.rows, {"user": of_users, "item": of_items})
    sky = Kinds(SKY, "clinic.weather", ("dry", "wet"))
    code = learn_sequence_code(of_users, SEQUENCE.name, SEQUENCE.assets, ("user", "item"), 5, m.SIZE.vocabulary, [sky])
    assert code is not None
    prepare_tensorflow()
    behaviour = Behaviour(m.stirred(build_encoder(code, m.SIZE.state, m.SIZE.layers, 0.0)), code)
    codes = (*learn_codes([features]), *foretelling(behaviour))
    return OutcomeModel(m.network(codes), codes, Calibration(0.8, -0.3), m.PLAYERS, behaviour), features
