"""Passport numbers: letters and digits of a length that many codes have, so the name has to say it."""

from __future__ import annotations

import re

from assay.contracts.enums import PersonalKind
from assay.profiling.personal.births import is_date
from assay.profiling.personal.column import Column, Recogniser, never
from assay.profiling.personal.words import Vocabulary

_NAMES = Vocabulary("""
    passport passport_no passport_nr passport_number passport_num pass_no pass_nr pp_no reisepass* passnummer hzh hzhm
    huzhao huzhaohao ryoken
""", """
    护照 護照 旅券 パスポート
""")
_NUMBER = re.compile(r"(?=(?:.*\d){4})[A-Z0-9]{7,10}")


def is_passport(text: str) -> bool:
    """Whether the text has the form of a passport number: 7 to 10 capitals and digits, at least four digits, no date."""
    return _NUMBER.fullmatch(text) is not None and not is_date(text)


def _told(column: Column) -> bool:
    return column.says(_NAMES) and column.holds(is_passport, 0.7)


PASSPORT = Recogniser(PersonalKind.PASSPORT, _told, never)
