from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.catalog.builders import column_of

from assay.catalog.pii import _SURE, DIRECT, NONE, PersonalData, find_personal, personal_level
from assay.catalog.semantic_types import SemanticType
from assay.contracts.enums import PersonalKind, Role


def _found(name, values, role=Role.ATTRIBUTE, meaning=SemanticType.CATEGORY, *, about_persons=True) -> PersonalData:
    return find_personal(column_of(name, values), role, meaning, about_persons=about_persons)


def test_direct_identifiers_are_known_though_their_values_are_hashed():
    assert _found("contact", [f"u{i}@example.com" for i in range(9)]).kind == "email"
    assert _found("note", ["write to a@example.com"] + [f"n{i}" for i in range(99)]) == PersonalData("email", 0.59)


def test_user_identifiers_are_pseudonyms_and_other_identifiers_are_nobodys():
    assert _found("household_id", [1, 2, 3], Role.KEY, SemanticType.USER_ID) == PersonalData("pseudonym", 0.6)
    assert _found("basket_id", [31198570044, 31198570045], Role.KEY, SemanticType.ORDER_ID) == NONE
    assert _found("product_id", [1, 2, 3], Role.KEY, SemanticType.ITEM_ID) == NONE


def test_what_the_manifest_says_is_reported_as_sure():
    mails = column_of("contact", [f"u{i}@example.com" for i in range(9)])
    nobodys = find_personal(mails, Role.ATTRIBUTE, SemanticType.CATEGORY, about_persons=True, said="none")
    assert nobodys == PersonalData(None, 1.0)
    shelf = column_of("shelf", ["A-01", "B-02"])
    for kind in ("passport", "age"):
        said = find_personal(shelf, Role.ATTRIBUTE, SemanticType.CATEGORY, about_persons=False, said=kind)
        assert said == PersonalData(kind, 1.0)


def test_every_kind_has_its_confidence():
    assert set(_SURE) == set(PersonalKind) and all(0 < sure < 1 for sure in _SURE.values())


def test_quasi_identifiers_count_where_rows_concern_persons():
    assert _found("age", ["19-24", "65+"]).kind == "age"
    assert _found("marital_status", ["Married", "Unmarried"]).kind == "marital_status"
    assert _found("性别", ["男", "女"]).kind == "sex"
    assert _found("age", ["0-3", "4-8"], about_persons=False) == NONE
    assert _found("telephone", ["none", "yes, registered under the customers name"]) == NONE
    assert _found("package_size", ["16 OZ"]) == NONE


@given(st.lists(st.sampled_from([NONE, PersonalData("pseudonym", 0.6), PersonalData("age", 0.7), PersonalData("email", 0.99)])))
def test_the_level_is_that_of_the_most_telling_column(found):
    kinds = {data.kind for data in found}
    expected = "direct" if kinds & DIRECT else "indirect" if kinds - {None} else "none"
    assert personal_level(found) == expected
