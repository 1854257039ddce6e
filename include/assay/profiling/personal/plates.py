"""Licence plates: Chinese and Japanese ones show themselves, others look like article codes and need a telling name."""

from __future__ import annotations

import re

from assay.contracts.enums import PersonalKind
from assay.profiling.personal.column import Column, Recogniser
from assay.profiling.personal.words import Vocabulary

_NAMES = Vocabulary("""
    plate plate_no plate_nr plate_number license_plate licence_plate number_plate license_plate_no vehicle_reg
    vehicle_registration reg_plate kennzeichen kfz_kennzeichen autokennzeichen kfz kfz_kz cph cphm chepai chepaihao nambaa
""", """
    车牌 車牌 号牌 ナンバープレート 車両番号 登録番号 車番
""")
_CHINESE = re.compile(r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
                      r"[A-Z][ ·•-]?[A-Z0-9]{4,5}[A-Z0-9学警港澳挂]")
_JAPANESE = re.compile(r"[㐀-鿿ぁ-んァ-ヶ]{1,4} ?\d{2,3}[A-Z]? ?[ぁ-ん] ?[・.\d]{1,2}-?[・.\d]{0,1}\d{1,2}")
_OTHER = re.compile(r"(?=.*\d)(?=(?:.*[A-ZÄÖÜ0-9]){4})[A-ZÄÖÜ0-9]{1,4}(?:[ ·-]{0,2}[A-ZÄÖÜ0-9]{1,5}){0,2}")


def is_shown(text: str) -> bool:
    """Whether the text is a plate that nothing else looks like: a Chinese or a Japanese one."""
    return _CHINESE.fullmatch(text) is not None or _JAPANESE.fullmatch(text) is not None


def is_plate(text: str) -> bool:
    """Whether the text may be a plate where the name says so: at most three groups of capitals and digits, ten in all."""
    if is_shown(text):
        return True
    return len(text) <= 12 and _OTHER.fullmatch(text) is not None and sum(map(str.isalnum, text)) <= 10


def _told(column: Column) -> bool:
    return column.says(_NAMES) and column.holds(is_plate, 0.7)


def _shown(column: Column) -> bool:
    return column.holds(is_shown, 0.8)


PLATE = Recogniser(PersonalKind.LICENCE_PLATE, _told, _shown)
