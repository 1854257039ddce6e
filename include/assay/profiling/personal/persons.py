"""Names of persons: mostly the column's name tells; values show it by frequent surnames and given names in the right form."""

from __future__ import annotations

import re

from assay.contracts.enums import PersonalKind
from assay.profiling.personal.column import Column, Recogniser
from assay.profiling.personal.known_names import CHINESE_SURNAMES, GIVEN_NAMES, JAPANESE_SURNAMES
from assay.profiling.personal.words import THINGS, Vocabulary, is_plain

_OF = """
    customer cust user usr member client contact recipient receiver consignee employee emp patient student teacher
    passenger guest driver holder cardholder account_holder owner legal person staff buyer author applicant subscriber
    beneficiary borrower payee payer billing shipping manager agent doctor tenant spouse father mother visitor rider worker
"""  # whose name a column may hold
_NAMES = Vocabulary(" ".join(f"{owner}_{word}" for owner in _OF.split() for word in ("name", "nm")) + """
    first_name last_name full_name given_name family_name middle_name maiden_name sur_name surname forename fname lname
    mname firstname first_nm last_nm full_nm recipient consignee addressee cardholder vorname nachname vorn vorna nachn
    vname nname mz xing xingshi kd_name kd_nm familienname zuname geburtsname kundenname ansprechpartner empfaenger
    empfänger inhaber sachbearbeiter xm xingming khxm yhxm hyxm ygxm sjr lxr shimei namae sei mei
""", """
    姓名 氏名 名前 联系人 收货人 收件人 寄件人 客户名 会员名 顾客名 员工名 担当者 苗字 名字 顧客名 会員名 お客様名 社員名
    申请人 持卡人 者名 フリガナ
""")
_EXACT = frozenset(["_name_", "_nm_", "_姓_", "_名_", "_セイ_", "_メイ_", "_名称_"])
_LETTERS = re.compile(r"[^\d_@/\\<>(){}\[\]|:;!?#$%&*+=\"~]+")
_FIRM = re.compile(
    r"\b(?:gmbh|ag|kg|ohg|gbr|mbh|e\.v|inc|llc|ltd|plc|corp|co|company|group|and sons|s\.a|b\.v|kgaa)\b"
    r"|有限公司|公司|集团|株式会社|合同会社|有限会社|商店", re.IGNORECASE)
_WESTERN = re.compile(  # titles, a given name, initials or further names, a family name, degrees
    r"(?:(?:Mrs?|Ms|Miss|Dr|Prof|Herr|Frau|Hr|Fr|Dipl|Ing|Univ)\b\.?-? ?)*([^\W\d_a-z][\w'’-]+)"
    r"(?: [A-ZÄÖÜÉ]\.| (?:de|van|von|der|zu|la|el|di|da|bin)| [^\W\d_a-z][\w'’-]+){0,2} [^\W\d_a-z][\w'’-]+"
    r"(?:,? (?:Jr|Sr|I{2,3}|IV|M\.?D|DDS|Ph\.?D|DVM|MBA|B\.?Sc|B\.?A|B\.?Eng|M\.?Sc)\.?)?")
_HAN = re.compile(r"[㐀-鿿]{2,4}")
_JAPANESE = re.compile(r"([㐀-鿿々ヶ]{1,4})[ 　]([㐀-鿿々ヶぁ-んァ-ヶー]{1,5})")
_STREET = re.compile(
    r"\b(?:street|st|avenue|ave|road|rd|lane|drive|park|platz|allee|weg|gasse|ring|ufer)\b|stra(?:ß|ss)e|str\.", re.IGNORECASE)
_PLACE = re.compile("[市县縣区區省州镇街路村町]$")


def may_be_name(text: str) -> bool:
    """Whether the text may be a person's name where the column's name says so: a few words of letters, no firm."""
    return (len(text) <= 60 and _LETTERS.fullmatch(text) is not None and any(map(str.isalpha, text))
            and text.count(" ") <= 6 and _FIRM.search(text) is None)


def is_western_name(text: str) -> bool:
    """Whether the text is a frequent given name and further names after it."""
    match = _WESTERN.fullmatch(text)
    return match is not None and match[1].split("-")[0].casefold() in GIVEN_NAMES and _STREET.search(text) is None


def is_chinese_name(text: str) -> bool:
    """Whether the text is two to four characters of which the first are a frequent surname."""
    return (_HAN.fullmatch(text) is not None and (text[0] in CHINESE_SURNAMES or text[:2] in CHINESE_SURNAMES)
            and _PLACE.search(text) is None)


def is_japanese_name(text: str) -> bool:
    """Whether the text is a frequent Japanese surname, a space and further characters."""
    match = _JAPANESE.fullmatch(text)
    return match is not None and match[1] in JAPANESE_SURNAMES


def _told(column: Column) -> bool:
    exact = re.sub(r"\d+_$", "", column.spelled) in _EXACT and column.in_table_of_persons
    if not exact and (not column.says(_NAMES) or THINGS.within(column.spelled)):
        return False
    return column.holds(may_be_name, 0.5)


def _shown(column: Column) -> bool:
    if len(column.values) < 10 or not (is_plain(column.spelled) or column.of_persons or column.spelled in _EXACT):
        return False
    if column.of_places or THINGS.within(column.table) or THINGS.within(column.spelled):
        return False
    return (column.holds(is_chinese_name, 0.9) or column.holds(is_japanese_name, 0.35)
            or (column.holds(is_western_name, 0.15) and column.holds(lambda text: _WESTERN.fullmatch(text) is not None, 0.95))
            or column.holds(lambda text: text.casefold() in GIVEN_NAMES, 0.6))


PERSON_NAME = Recogniser(PersonalKind.PERSON_NAME, _told, _shown)
