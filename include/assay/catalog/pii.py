"""Personal data: what a column says about persons, and how far a table can be traced to them.

Direct identifiers are found by validators when the profile is made and are masked there (`assay.profiling.personal`); here
names add quasi-identifiers, which only count in tables about persons: a product's `age` is nobody's. What a manifest says wins.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assay.catalog.facts import ColumnFacts, Family, mentions
from assay.catalog.semantic_types import SemanticType
from assay.contracts.enums import NOT_PERSONAL, IndirectKind, PersonalKind, Role

DIRECT = frozenset(kind.value for kind in PersonalKind)

_SURE = {PersonalKind.EMAIL: 0.99, PersonalKind.RESIDENT_ID: 0.98, PersonalKind.IBAN: 0.98, PersonalKind.PAYMENT_CARD: 0.9,
         PersonalKind.NATIONAL_ID: 0.95, PersonalKind.BIRTH_DATE: 0.9, PersonalKind.PHONE: 0.85, PersonalKind.DEVICE_ID: 0.85,
         PersonalKind.LICENCE_PLATE: 0.85, PersonalKind.IP_ADDRESS: 0.8, PersonalKind.PASSPORT: 0.8,
         PersonalKind.GEOLOCATION: 0.8, PersonalKind.PERSON_NAME: 0.7, PersonalKind.POSTAL_ADDRESS: 0.7}
_QUASI: tuple[tuple[IndirectKind, frozenset[str]], ...] = (
    (IndirectKind.AGE, frozenset({"age", "yob", "年龄"})),
    (IndirectKind.SEX, frozenset({"sex", "gender", "性别"})),
    (IndirectKind.MARITAL_STATUS, frozenset({"marital", "婚姻", "婚否"})),
    (IndirectKind.INCOME, frozenset({"income", "salary", "wage", "收入", "工资", "薪资"})),
    (IndirectKind.HOUSEHOLD, frozenset({"household", "kid", "child", "children", "family", "家庭", "子女"})),
    (IndirectKind.HOUSING, frozenset({"home", "homeowner", "housing", "ownership", "residence", "住房"})),
    (IndirectKind.OCCUPATION, frozenset({"job", "occupation", "profession", "employment", "职业"})),
    (IndirectKind.NATIONALITY, frozenset({"foreign", "nationality", "citizenship", "ethnicity", "religion", "国籍", "民族"})),
    (IndirectKind.LOCATION, frozenset({"zip", "postcode", "zipcode", "latitude", "longitude", "邮编"})),
)


@dataclass(frozen=True)
class PersonalData:
    """Kind of personal data and how sure it is, 0..1; no kind means none was found."""

    kind: str | None
    confidence: float


NONE = PersonalData(None, 0.0)


def find_personal(column: ColumnFacts, role: Role, meaning: SemanticType, *, about_persons: bool,
                  said: str | None = None) -> PersonalData:
    """What a column says about persons.

    Args:
        column: The column.
        role: What it does in its table.
        meaning: Its semantic type.
        about_persons: Whether the table's rows concern persons, as opposed to products, shops or campaigns.
        said: What the manifest says of the column: a kind, or `none`.
    """
    if said is not None:
        return PersonalData(None if said == NOT_PERSONAL else said, 1.0)
    if column.personal is not None:
        sure = _SURE[PersonalKind(column.personal)]
        return PersonalData(column.personal, round(0.6 * sure, 2) if column.partly else sure)
    if role is Role.KEY:
        return PersonalData(IndirectKind.PSEUDONYM.value, 0.6) if meaning is SemanticType.USER_ID else NONE
    if not about_persons or column.family is Family.TIME or role is Role.MEASURE:
        return NONE
    for kind, vocabulary in _QUASI:
        if mentions(column.words, vocabulary):
            return PersonalData(kind.value, 0.7)
    return NONE


def personal_level(found: Iterable[PersonalData]) -> str:
    """How far a table can be traced to persons: direct, indirect (quasi-identifiers, pseudonyms) or none."""
    kinds = {data.kind for data in found if data.kind}
    if kinds & DIRECT:
        return "direct"
    return "indirect" if kinds else "none"
