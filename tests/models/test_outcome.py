from __future__ import annotations

import numpy as np
from tests.models import builders as b

from assay.models.encoding import learn_codes
from assay.models.outcome import SIZES, token_visibility


def test_a_token_is_seen_if_all_its_assets_are() -> None:
    codes = learn_codes([b.clinic()[0]])
    assert [code.assets for code in codes] == [
        ("clinic.visits",), ("clinic.patients",), ("clinic.weather",), ("clinic.patients", "clinic.visits")]
    coalitions = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1], [1, 1, 1]])  # patients, visits, weather
    found = token_visibility(codes, coalitions, b.PLAYERS)
    assert found.dtype == np.float32
    assert found.tolist() == [[0, 0, 0, 0], [0, 1, 0, 0], [1, 0, 0, 0], [1, 1, 0, 1], [0, 0, 1, 0], [1, 1, 1, 1]]


def test_without_tokens_there_is_nothing_to_see() -> None:
    assert token_visibility((), np.ones((3, 2)), ["a.b", "a.c"]).shape == (3, 0)


def test_larger_sizes_have_more_weights() -> None:
    codes = learn_codes([b.clinic()[0]])
    assert b.network(codes, SIZES["tiny"]).count_params() < b.network(codes, SIZES["base"]).count_params()
