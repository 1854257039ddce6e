"""Which values look personal: validators with checksums and structure, so that codes and numbers are left alone.

A column is judged by the share of its values that pass a validator, and a weak pattern needs a telling column name too.
What is found is kept in states only as `<kind>:<hash>`: equal values stay equal, so keys can still be compared.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

EMAIL_INSIDE = r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,}"
_EMAIL = re.compile(EMAIL_INSIDE)
_DATE = re.compile(r"(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})([ T].*)?")
_NANP = re.compile(r"(\+?1[ .-]?)?(\([2-9]\d\d\) ?|[2-9]\d\d[ .-])[2-9]\d\d[ .-]\d{4}")
_CHINESE_LANDLINE = re.compile(r"0\d{2,3}-[2-9]\d{6,7}")
_CHINESE_MOBILE = re.compile(r"(\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}")
_BARE_CHINESE_MOBILE = re.compile(r"1[3-9]\d{9}")
_CARD = re.compile(r"4\d{15}|5[1-5]\d{14}|2(22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|62\d{14,17}|6011\d{12}")
_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_REGIONS = {11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54,
                     61, 62, 63, 64, 65, 71, 81, 82, 83}
_DIGEST = 16
_FEWEST_UNNAMED = 5  # values without a telling column name


class PersonalKind(StrEnum):
    """Kinds of values that point at a person directly."""

    EMAIL = "email"
    PHONE = "phone"
    CARD = "payment_card"
    IBAN = "iban"
    RESIDENT_ID = "resident_id"
    IP_ADDRESS = "ip_address"
    BIRTH_DATE = "birth_date"
    PERSON_NAME = "person_name"
    POSTAL_ADDRESS = "postal_address"


def is_email(text: str) -> bool:
    """Whether the whole text is an e-mail address."""
    return _EMAIL.fullmatch(text) is not None


def is_phone(text: str) -> bool:
    """Whether the text is structured like a phone number: a country code or the groups of one; bare digits are not."""
    if is_date(text):
        return False
    if _NANP.fullmatch(text) or _CHINESE_LANDLINE.fullmatch(text):
        return True
    if _CHINESE_MOBILE.fullmatch(text):
        return not text.isdigit()
    return bool(re.fullmatch(r"\+[1-9][\d ().-]{7,20}", text)) and 8 <= sum(c.isdigit() for c in text) <= 15


def is_card(text: str) -> bool:
    """Whether the text is a payment card number: an issuer's prefix and length, and the Luhn checksum."""
    digits = re.sub(r"[ -]", "", text)
    if not _CARD.fullmatch(digits):
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def is_iban(text: str) -> bool:
    """Whether the text is an IBAN with valid checksum (ISO 7064 mod 97)."""
    packed = text.replace(" ", "")
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", packed):
        return False
    return int("".join(str(int(c, 36)) for c in packed[4:] + packed[:4])) % 97 == 1


def is_resident_id(text: str) -> bool:
    """Whether the text is a Chinese resident identity number (GB 11643: region, birth date, mod 11-2 checksum)."""
    if not re.fullmatch(r"\d{17}[\dXx]", text) or int(text[:2]) not in _RESIDENT_REGIONS or not is_date(text[6:14]):
        return False
    if not "1900" <= text[6:10] <= "2100":
        return False
    check = sum(int(digit) * weight for digit, weight in zip(text[:17], _RESIDENT_WEIGHTS, strict=True)) % 11
    return "10X98765432"[check] == text[17].upper()


def is_ipv4(text: str) -> bool:
    """Whether the text is an IPv4 address; a first part below 10 is taken for a version number."""
    parts = text.split(".")
    return len(parts) == 4 and all(re.fullmatch(r"0|[1-9]\d{0,2}", p) and int(p) <= 255 for p in parts) and int(parts[0]) >= 10


def is_date(text: str) -> bool:
    """Whether the text is a calendar date, ISO-like, with or without separators and time of day."""
    match = _DATE.fullmatch(text)
    if match is None:
        return False
    try:
        dt.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return False
    return True


def _is_dialled(text: str) -> bool:
    """Whether the text may be a phone number where the column's name says that it is one."""
    digits = re.sub(r"[ ().+-]", "", text)
    return is_phone(text) or (digits.isdigit() and 7 <= len(digits) <= 15 and not is_date(text))


def _is_name(text: str) -> bool:
    return any(c.isalpha() for c in text) and not any(c.isdigit() for c in text) and len(text) <= 60


def _is_address(text: str) -> bool:
    return len(text) >= 6 and any(c.isalpha() for c in text) and any(c.isdigit() for c in text)


@dataclass(frozen=True)
class _Rule:
    """A kind is found where at least `share` of the values pass and, if `named` is given, the column's name matches it."""

    kind: PersonalKind
    passes: Callable[[str], bool]
    share: float
    named: str | None = None


_RULES = (
    _Rule(PersonalKind.EMAIL, is_email, 0.05),
    _Rule(PersonalKind.RESIDENT_ID, is_resident_id, 0.5),
    _Rule(PersonalKind.RESIDENT_ID, is_resident_id, 0.05, r"身份证|id_?card|resident|citizen_?id"),
    _Rule(PersonalKind.IBAN, is_iban, 0.5),
    _Rule(PersonalKind.CARD, is_card, 0.8),
    _Rule(PersonalKind.CARD, is_card, 0.3, r"card|\bpan\b|卡号"),
    _Rule(PersonalKind.BIRTH_DATE, is_date, 0.8, r"birth|(^|_)dob($|_)|生日|出生"),
    _Rule(PersonalKind.PHONE, is_phone, 0.8),
    _Rule(PersonalKind.PHONE, _is_dialled, 0.5, r"phone|mobile|(^|_)(tel|cell|fax)($|_)|手机|电话|联系方式"),
    _Rule(PersonalKind.IP_ADDRESS, is_ipv4, 0.9),
    _Rule(PersonalKind.IP_ADDRESS, is_ipv4, 0.5, r"(^|_)ip(v4)?($|_)"),
    _Rule(PersonalKind.PERSON_NAME, _is_name, 0.5,
          r"(first|last|full|given|family|middle|maiden|sur|customer|user|member|client|contact|recipient|receiver)_?name|姓名"),
    _Rule(PersonalKind.POSTAL_ADDRESS, _is_address, 0.5, r"^(?!.*(mail|ip|mac|web|url)).*(address|street|(^|_)addr($|_)|地址)"),
)
_PERSONS = re.compile(r"(^|[._])(customer|user|member|client|employee|person|contact|buyer|shopper)s?$|用户|客户|会员|员工")


def find_kind(asset_id: str, column: str, values: Sequence[str]) -> PersonalKind | None:
    """Kind of personal data that a column holds, judged by a sample of its different values.

    Args:
        asset_id: Its last part tells whether a bare `name` is a person's.
        column: Name of the column.
        values: Different values as text, without nulls.

    Returns:
        The first kind, strongest evidence first, that enough of the values pass; None if none does.
    """
    if not values:
        return None
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column).lower()
    if name == "name" and _PERSONS.search(asset_id.lower()):
        name = "full_name"
    for rule in _RULES:
        if rule.named is None and len(values) < _FEWEST_UNNAMED and rule.share > 0.5:
            continue
        if rule.named is not None and not re.search(rule.named, name):
            continue
        if sum(map(rule.passes, values)) >= max(rule.share * len(values), 1):
            return rule.kind
    return PersonalKind.PHONE if _are_mobiles(values) else None


def _are_mobiles(values: Sequence[str]) -> bool:
    """Whether bare digits are Chinese mobile numbers: all of that form and of many operators, unlike a running number."""
    if len(values) < 20 or not all(_BARE_CHINESE_MOBILE.fullmatch(value) for value in values):
        return False
    return len({value[:3] for value in values}) >= 8


def mask(kind: str, text: str) -> str:
    """The stand-in for a personal value: its kind and 64 bits of its SHA-256."""
    return f"{kind}:{hashlib.sha256(text.encode()).hexdigest()[:_DIGEST]}"


def mask_sql(kind: str, expression: str) -> str:
    """SQL that gives the same as `mask` for a text expression."""
    return f"'{kind}:' || substr(sha256({expression}), 1, {_DIGEST})"
