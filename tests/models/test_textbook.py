from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest
from tests.models import builders as b

from assay.features.table import FeatureTables
from assay.models.encoding import learn_codes
from assay.models.learn import LabelledWindow
from assay.models.runtime import prepare_tensorflow
from assay.models.textbook import fit_textbook, textbook_scores

pytestmark = pytest.mark.slow


def weeks(*seeds: int, change: Callable[[pa.Table], pa.Table] = lambda table: table) -> list[LabelledWindow]:
    def week(seed: int) -> LabelledWindow:
        features, y = b.clinic(150, 6, seed)
        return LabelledWindow(len(y), lambda: [(b.rewritten(features, change), y, 5 * y)])

    return [week(seed) for seed in seeds]


def read(window: LabelledWindow) -> FeatureTables:
    return next(iter(window.parts()))[0]


def test_it_is_the_network_of_the_textbook_and_learns_a_line() -> None:
    prepare_tensorflow()
    rng = np.random.default_rng(2)
    x = rng.normal(5, 3, (4000, 3))
    y = (rng.random(4000) < 1 / (1 + np.exp(5 - x[:, 0]))).astype(np.float32)
    found = fit_textbook(x, y, seed=1)
    assert [layer.units for layer in found.network.layers] == [64, 32, 1]
    assert float(found.network.optimizer.learning_rate.numpy()) == pytest.approx(0.01)
    assert int(found.network.optimizer.iterations.numpy()) == 10 * 4000 // 32
    assert found.mean == pytest.approx([5] * 3, abs=0.2) and found.deviation == pytest.approx([3] * 3, abs=0.2)
    low, high = found.probability(np.array([[3.0, 5, 5], [7.0, 5, 5]]))
    assert low < 0.25 < 0.75 < high
    again = fit_textbook(x, y, seed=1)
    assert all(np.array_equal(*pair) for pair in zip(found.network.get_weights(), again.network.get_weights(), strict=True))


def test_what_is_missing_is_the_mean_and_a_wild_value_does_no_harm() -> None:
    prepare_tensorflow()
    x = np.random.default_rng(2).normal(size=(640, 3))
    x[:, 2], x[0, 0] = np.nan, 1e12
    found = fit_textbook(x, (x[:, 1] > 0).astype(np.float32), seed=1)
    middle = np.array([[found.mean[0], found.mean[1], 0.0]])
    assert found.probability(np.full((1, 3), np.nan)) == pytest.approx(found.probability(middle))
    assert np.isfinite(found.probability(np.array([[-1e30, 1e30, 7.0]]))).all()


def test_it_is_scored_on_all_validation_rows_and_reads_numbers_and_categories() -> None:
    prepare_tensorflow()
    train, valid = weeks(0, 1), weeks(2)
    codes = learn_codes([read(window) for window in train])
    found = textbook_scores(train, valid, codes, seed=3)
    assert found["rows"] == 900 and found["auc"] > 0.75
    assert textbook_scores(train, valid, codes, seed=3) == found
    numbers_alone = [code for code in codes if not code.categories]
    assert textbook_scores(train, valid, numbers_alone, seed=3)["auc"] < found["auc"]


def test_a_column_that_a_window_has_not_got_counts_as_missing() -> None:
    prepare_tensorflow()
    train = weeks(0)
    codes = learn_codes([read(train[0])])
    lost = weeks(2, change=lambda table: table.select([n for n in table.column_names if not n.endswith((".ward", ".age"))]))
    later = [LabelledWindow(lost[0].rows, lambda: [(_told(features), y, a) for features, y, a in lost[0].parts()])]
    assert 0.5 < textbook_scores(train, later, codes, seed=3)["auc"] < textbook_scores(train, weeks(2), codes, seed=3)["auc"]


def _told(features: FeatureTables) -> FeatureTables:
    """The tables without the token that has no column left."""
    users = features.things["user"]
    user = b.table_of((b.VISITS,), {name: users.column(name) for name in users.column_names})
    return FeatureTables(features.rows, features.things | {"user": user})
