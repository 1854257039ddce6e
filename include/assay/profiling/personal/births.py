"""Birth dates: any date can be one, so the name has to say it."""

from __future__ import annotations

import datetime as dt
import re

from assay.contracts.enums import PersonalKind
from assay.profiling.personal.column import Column, Recogniser, never
from assay.profiling.personal.words import Vocabulary

_NAMES = Vocabulary("""
    birth birth_date birth_dt birthdate birthday bday dob date_of_birth geburtsdatum geburtstag geb_dat gbdat geb_datum
    geboren csrq shengri chusheng chushengriqi seinengappi
""", """
    生日 出生 生年月日 誕生日
""")
_YEAR_FIRST = re.compile(r"(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})([ T].*)?|(\d{4})年(\d{1,2})月(\d{1,2})日")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})([ T].*)?")


def is_date(text: str) -> bool:
    """Whether the text is a calendar date, year first with or without separators, or year last, and a time of day at most."""
    if not 8 <= len(text) <= 40:
        return False
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = (int(part) for part in (match.group(1, 3, 4) if match[1] else match.group(6, 7, 8)))
        return _exists(year, month, day)
    if match := _YEAR_LAST.fullmatch(text):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        return _exists(year, second, first) or _exists(year, first, second)
    return False


def _exists(year: int, month: int, day: int) -> bool:
    try:
        dt.date(year, month, day)
    except ValueError:
        return False
    return True


def _is_life(text: str) -> bool:
    year = re.search(r"\d{4}", text)
    return is_date(text) and year is not None and 1880 <= int(year[0]) <= 2100


def _told(column: Column) -> bool:
    return column.says(_NAMES) and column.holds(_is_life, 0.8)


BIRTH_DATE = Recogniser(PersonalKind.BIRTH_DATE, _told, never)
