"""Phone numbers after the numbering plans of `phonenumbers`, mainland China's among the regions that are tried by default.

Nearly any run of digits is a number somewhere: where no name tells, numbers must be written as such (a country code, a
trunk zero, the groups of North America) or be mainland mobile numbers of many operators, unlike a running number.
"""

from __future__ import annotations

import re

import phonenumbers

from assay.contracts.enums import PersonalKind
from assay.profiling.personal.births import is_date
from assay.profiling.personal.column import Column, Recogniser
from assay.profiling.personal.words import Vocabulary

_NAMES = Vocabulary("""
    phone phone_no phone_nr phone_num phone_number telephone telephone_no telephone_number tel tel_no tel_nr telno cell
    cellphone cell_phone mobile mobile_no mobile_nr mobile_number mobile_phone mob mob_no fax fax_no msisdn contact_no
    contact_number whatsapp telefon* telefax* handy* mobilnummer mobilfunk* mobiltelefon* rufnummer rufnr sjh sjhm shouji
    shoujihao shoujihaoma lxdh lxfs dianhua dh yddh denwa denwabango denwa_bango keitai
""", """
    手机 手機 电话 电话号码 联系方式 联系电话 電話 携帯 ファックス
""")
REGIONS = ("CN", "US", "DE", "JP", "GB", "FR", "IT", "ES", "NL", "CH", "AT", "PL", "SE", "IN", "KR", "TW", "HK",
           "SG", "BR", "AU")
_DIALLED = re.compile(r"[+(]{0,2}\d[\d ()./-]{5,22}\d(?: ?(?:x|ext\.?|-) ?\d{1,6})?")
_DECIMAL = re.compile(r"\d+[.]\d+")
_NANP = re.compile(r"(?:(?:\+|00)?1[ .-]?)?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-])[2-9]\d\d[ .-]\d{4}(?: ?(?:x|ext\.?) ?\d{1,6})?")
_BARE_NANP = re.compile(r"[2-9]\d\d[2-9]\d{6}")
_WRITTEN = re.compile(r"(?:\+|00)[1-9]|\(?0\d+[) ./-]+\d|1[3-9]\d[ -]\d{4}[ -]\d{4}$")
_CHINESE_MOBILE = re.compile(r"1[3-9]\d{9}")
_PARSED = 100  # values whose region is checked: a parse takes some 75 µs
_TRIED = 16  # values by which the region is chosen
_OPERATORS = 8  # different first three digits that mobile numbers have and running numbers do not


def is_valid(text: str, region: str) -> bool:
    """Whether the text is a number of a region's numbering plan, or of any country if it begins with a country code."""
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, region))
    except phonenumbers.NumberParseException:
        return False


def is_dialled(text: str) -> bool:
    """Whether the text may be a phone number where the column's name says so: 7 to 15 digits and what stands between them."""
    if _DIALLED.fullmatch(text) is None or _DECIMAL.fullmatch(text) or is_date(text):
        return False
    return 7 <= sum(map(str.isdigit, re.split("x|ext", text)[0])) <= 15


def is_written(text: str) -> bool:
    """Whether the text is written as phone numbers are: a country code, a trunk zero set apart, or the groups of a plan."""
    return is_dialled(text) and (_NANP.fullmatch(text) is not None or _WRITTEN.match(text) is not None)


def are_chinese_mobiles(column: Column) -> bool:
    """Whether bare digits are Chinese mobile numbers: all of that form and of many operators."""
    if len(column.values) < 20 or not column.holds(lambda text: _CHINESE_MOBILE.fullmatch(text) is not None, 0.98):
        return False
    return len({text[:3] for text in column.values}) >= _OPERATORS


def _share_valid(column: Column) -> float:
    """Highest share of valid numbers that a region reaches; the groups of North America count with unassigned areas."""
    tried = column.spread(_TRIED)
    region = max(REGIONS, key=lambda name: sum(is_valid(text, name) for text in tried))
    values = column.spread(_PARSED)
    return sum(is_valid(text, region) or bool(_NANP.fullmatch(text)) for text in values) / len(values)


def _told(column: Column) -> bool:
    if not column.says(_NAMES) or not column.holds(is_dialled, 0.5):
        return False
    return column.holds(is_written, 0.2) or _share_valid(column) >= 0.3


def _shown(column: Column) -> bool:
    if are_chinese_mobiles(column):
        return True
    if not (column.holds(_looks_like, 0.7) and column.holds(is_dialled, 0.95) and column.holds(is_written, 0.2)):
        return False
    return _share_valid(column) >= (0.5 if column.holds(is_written, 0.6) else 0.8)


def _looks_like(text: str) -> bool:
    return is_written(text) or text.startswith("0") or _BARE_NANP.fullmatch(text) is not None


PHONE = Recogniser(PersonalKind.PHONE, _told, _shown)
