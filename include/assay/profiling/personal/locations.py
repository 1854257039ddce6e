"""Where persons are: pairs of coordinates in one text, and latitude or longitude columns of persons."""

from __future__ import annotations

import re

from assay.contracts.enums import PersonalKind
from assay.profiling.personal.column import Column, Recogniser
from assay.profiling.personal.words import Vocabulary

_AXES = Vocabulary("""
    lat latitude lon lng long longitude gps gps_lat gps_lon gps_lng geo_lat geo_lon breitengrad laengengrad längengrad
    breite laenge jd wd jingdu weidu ido keido
""", """
    纬度 经度 緯度 経度 经纬度
""")
_PAIRS = Vocabulary("""
    geo geolocation location position coordinate coords coordinates gps latlng latlon lat_lon lat_lng koordinaten zb jwd
    zuobiao
""", """
    坐标 定位 位置 经纬度 座標 位置情報
""")
_NUMBER = re.compile(r"-?\d{1,3}\.\d{3,}")
_PAIR = re.compile(r"(?:POINT ?)?[(\[]?(-?\d{1,3}\.\d{3,})(?:[,;] ?| )(-?\d{1,3}\.\d{3,})[)\]]?")


def is_axis(text: str) -> bool:
    """Whether the text may be degrees of latitude or longitude to at least three decimals."""
    return _NUMBER.fullmatch(text) is not None and abs(float(text)) <= 180


def is_pair(text: str) -> bool:
    """Whether the text is a pair of coordinates in either order, one of which can be a latitude."""
    match = _PAIR.fullmatch(text)
    if match is None:
        return False
    first, second = abs(float(match[1])), abs(float(match[2]))
    return max(first, second) <= 180 and min(first, second) <= 90


def _told(column: Column) -> bool:
    if column.of_places:
        return False
    if column.says(_PAIRS) and column.holds(is_pair, 0.5):
        return True
    return column.of_persons and column.says(_AXES) and column.holds(is_axis, 0.8)


def _shown(column: Column) -> bool:
    return not column.of_places and column.holds(is_pair, 0.9)


GEOLOCATION = Recogniser(PersonalKind.GEOLOCATION, _told, _shown)
