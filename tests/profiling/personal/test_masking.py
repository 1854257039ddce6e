from __future__ import annotations

import hashlib

import duckdb
import pytest

from assay.contracts.enums import NOT_PERSONAL, IndirectKind, PersonalKind
from assay.profiling.personal import mask, mask_sql, masked_as


def test_engine_and_python_mask_alike():
    told = duckdb.sql(f"select {mask_sql('email', chr(39) + 'zoë@example.com' + chr(39))}").fetchall()[0][0]
    assert told == mask("email", "zoë@example.com") == "email:" + hashlib.sha256("zoë@example.com".encode()).hexdigest()[:16]


@pytest.mark.parametrize("kind", PersonalKind)
def test_what_is_said_to_be_direct_is_masked(kind):
    assert masked_as(kind.value) is kind


@pytest.mark.parametrize("said", [NOT_PERSONAL, *IndirectKind])
def test_what_is_said_to_be_indirect_or_nobodys_is_not_masked(said):
    assert masked_as(str(said)) is None
