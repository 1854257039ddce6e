"""Postal addresses: a street with a number, in the ways of English, German, Chinese and Japanese, else by name and letters."""

from __future__ import annotations

import re

from assay.contracts.enums import PersonalKind
from assay.profiling.personal.column import Column, Recogniser
from assay.profiling.personal.words import Vocabulary

_NAMES = Vocabulary("""
    address address_line addr street street_address street_addr street_name streetname home_address shipping_address
    billing_address mailing_address postal_address residence domicile adresse *adresse anschrift *anschrift strasse
    strassenname wohnort dizhi dz jtdz jtzz txdz lxdz shdz zz zhuzhi zhudizhi juusho jusho
""", """
    地址 住址 住所 街道 番地 現住所 お届け先
""")
_OTHER = Vocabulary("""
    email mail e_mail ip ipv mac web url uri http wallet memory bitcoin btc eth crypto contract
""", """
    邮箱 邮件 メール 网址
""")
_ENGLISH = re.compile(
    r"\d{1,6}[A-Za-z]?,? (?:[\w.'-]+ ){1,5}(?:st|street|ave|avenue|rd|road|blvd|boulevard|dr|drive|ln|lane|ct|court|"
    r"pl|place|sq|square|"
    r"ter|terrace|way|pkwy|parkway|hwy|highway|cir|circle|trl|trail|close|crescent|row|alley|loop|path|pike|run|crossing|ridge|"
    r"suite \d+|ste\.? \d+|apt\.? \d+|unit \w+)\b", re.IGNORECASE)
_STATE_ZIP = re.compile(r".*\d.*[,\n ]+[A-Z]{2} \d{5}(?:-\d{4})?", re.DOTALL)
_GERMAN = re.compile(r"[\w. -]*(?:stra(?:ß|ss)e|str\.|weg|gasse|allee|platz|ring|damm|ufer|chaussee|steig|markt|berg|hof) ?"
                     r"\d{1,4}(?:[ -/]*[\da-z]{1,4})?\b.*", re.IGNORECASE | re.DOTALL)
_GERMAN_TOWN = re.compile(r".+ \d{1,4}(?:[-/]\d{1,4})? ?[a-z]?[,\n ]+(?:D-)?\d{5} \w.*", re.DOTALL)
_CHINESE = re.compile(r".*(?:省|市|区|县|州|镇|乡|旗).*(?:路|街|道|巷|弄|村|里|胡同|小区|社区|花园)"
                      r"(?:.*(?:号|栋|座|室|楼|单元|幢|弄|组)|.*\d).*", re.DOTALL)
_JAPANESE = re.compile(r".*(?:都|道|府|県|市|区|郡|町|村).*\d.*", re.DOTALL)
_JAPANESE_BLOCK = re.compile(r"丁目|番地|番\d|番$|\d号|\d+[-−ー‐]\d+")
_UNITS = re.compile("[省市区县州镇乡村路街道巷弄号栋座室楼幢都府県郡町]|丁目|番地")
_STREETISH = re.compile(r"stra(?:ß|ss)e|str\.|weg|gasse|allee|platz|ring|damm|ufer|street|road|avenue|lane|drive",
                        re.IGNORECASE)


def is_address(text: str) -> bool:
    """Whether the text has the form of an address on its own: a street with a number, or districts in order down to one."""
    if not 6 <= len(text) <= 200:
        return False
    if text.isascii() or not _UNITS.search(text):
        return (any(map(str.isdigit, text)) and
                any(form.match(text) is not None for form in (_ENGLISH, _STATE_ZIP, _GERMAN, _GERMAN_TOWN)))
    return (_CHINESE.fullmatch(text) is not None
            or (_JAPANESE.fullmatch(text) is not None and _JAPANESE_BLOCK.search(text) is not None))


def may_be_address(text: str) -> bool:
    """Whether the text may be an address where the name says so: letters with a number, or the words of streets."""
    if not 3 <= len(text) <= 200 or "@" in text or "://" in text or not any(map(str.isalpha, text)):
        return False
    if _UNITS.search(text) or _STREETISH.search(text):
        return True
    return any(map(str.isdigit, text)) and any(map(str.isspace, text))


def _is_stranger(column: Column) -> bool:
    return _OTHER.within(column.spelled) or (column.of_places and not column.of_persons)


def _told(column: Column) -> bool:
    return column.says(_NAMES) and not _is_stranger(column) and column.holds(may_be_address, 0.5)


def _shown(column: Column) -> bool:
    return not _is_stranger(column) and column.holds(is_address, 0.6)


POSTAL_ADDRESS = Recogniser(PersonalKind.POSTAL_ADDRESS, _told, _shown)
