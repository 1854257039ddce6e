from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from tests.models import builders as b

from assay.contracts.schemas import EMBEDDINGS
from assay.features.table import FeatureTables
from assay.models.calibration import Calibration
from assay.models.embeddings import embed
from assay.models.encoding import encode, learn_codes
from assay.models.store import OutcomeModel
from assay.models.vectors import token_vectors


def embedded(model: OutcomeModel, features: FeatureTables) -> list[dict]:
    return embed(model, features, model.encode(features))


@pytest.fixture(scope="module")
def made() -> tuple[OutcomeModel, FeatureTables, list[dict]]:
    features, _ = b.clinic(12, 5)
    codes = learn_codes([features])
    model = OutcomeModel(b.network(codes), codes, Calibration(1, 0), b.PLAYERS)
    return model, features, embedded(model, features)


def test_every_key_of_every_role_and_every_asset_has_one_vector(made) -> None:
    _, _, rows = made
    keys = [(row["entity"], row["key"]) for row in rows]
    assert keys == [("user", str(n)) for n in range(12)] + [("item", str(n)) for n in range(5)] + [
        ("asset", asset) for asset in b.PLAYERS]
    sizes = {entity: {len(row["vector"]) for row in rows if row["entity"] == entity} for entity in ("user", "item", "asset")}
    token = b.SIZE.towers * b.SIZE.token
    assert sizes == {"user": {2 * token}, "item": {token}, "asset": {token}}


def test_a_keys_vector_is_what_the_encoders_of_its_own_tokens_say(made) -> None:
    model, features, rows = made
    vectors = token_vectors(model.network, encode(model.codes, features)).of(slice(None))
    users = features.rows.column("user").to_numpy()
    for row in rows[:12]:
        place = np.flatnonzero(users == int(row["key"]))[0]
        assert row["vector"] == pytest.approx(vectors[place, :2].ravel(), abs=1e-5)


def test_an_assets_vector_is_the_mean_of_the_tokens_that_read_it(made) -> None:
    model, features, rows = made
    means = token_vectors(model.network, encode(model.codes, features)).of(slice(None)).mean(axis=0)
    found = {row["key"]: row["vector"] for row in rows if row["entity"] == "asset"}
    assert found["clinic.weather"] == pytest.approx(means[2], abs=1e-5)
    assert found["clinic.visits"] == pytest.approx((means[0] + means[3]) / 2, abs=1e-5)


def test_rows_fit_the_contract(made) -> None:
    _, _, rows = made
    table = pa.Table.from_pylist([{"use_case": "x"} | row for row in rows], schema=EMBEDDINGS.schema)
    assert EMBEDDINGS.conform(table).num_rows == 20


def test_a_role_that_no_token_speaks_of_alone_has_no_vectors(made) -> None:
    model, features, _ = made
    codes = tuple(code for code in model.codes if code.keys != ("item",))
    fewer = OutcomeModel(b.network(codes), codes, Calibration(1, 0), b.PLAYERS[:2])
    assert {row["entity"] for row in embedded(fewer, features)} == {"user", "asset"}


def test_a_role_of_which_the_window_knows_nothing_has_no_vectors(made) -> None:
    model, features, _ = made
    without = FeatureTables(features.rows, {"user": features.things["user"]})
    assert {row["entity"] for row in embedded(model, without)} == {"user", "asset"}


def test_keys_that_are_the_whole_entity_have_vectors_too() -> None:
    features = b.window(["user"], b.clinic(12)[0].things["user"])
    codes = learn_codes([features])
    rows = embedded(OutcomeModel(b.network(codes), codes, Calibration(1, 0), b.PLAYERS[:2]), features)
    assert [row["key"] for row in rows if row["entity"] == "user"] == [str(n) for n in range(12)]
    assert {len(row["vector"]) for row in rows if row["entity"] == "user"} == {2 * b.SIZE.towers * b.SIZE.token}
