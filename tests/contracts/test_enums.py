"""The vocabularies are those that the published columns promise."""

from __future__ import annotations

import inspect
from enum import StrEnum

import pytest

from assay.contracts import enums
from assay.contracts.schemas import ASSETS, ASSOCIATIONS, CHECKS, INVENTORY, RELATIONS, VALUES

VOCABULARIES = [cls for _, cls in inspect.getmembers(enums, inspect.isclass) if cls is not StrEnum and issubclass(cls, StrEnum)]


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_a_member_is_its_own_text(vocabulary):
    assert all(member.value == member.name.lower() == str(member) for member in vocabulary)


@pytest.mark.parametrize("contract, column, vocabulary", [
    (ASSETS, "kind", enums.AssetKind), (ASSETS, "status", enums.AssetStatus), (RELATIONS, "kind", enums.RelationKind),
    (ASSOCIATIONS, "measure", enums.AssociationMeasure),
    (VALUES, "status", enums.ValueStatus), (INVENTORY, "value_status", enums.ValueStatus),
])
def test_the_column_lists_its_vocabulary(contract, column, vocabulary):
    listed = contract.schema.field(column).metadata[b"description"].decode().split(", ")
    assert listed == [member.value for member in vocabulary]


def test_severities_are_two():
    assert CHECKS.schema.field("severity").metadata[b"description"].decode() == " or ".join(enums.Severity)
