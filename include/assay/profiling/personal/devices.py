"""Devices of persons: IMEI and hardware addresses show themselves, advertising identifiers are UUIDs under a telling name."""

from __future__ import annotations

import re

from stdnum import imei, mac

from assay.contracts.enums import PersonalKind
from assay.profiling.personal.column import Column, Recogniser
from assay.profiling.personal.words import Vocabulary

_NAMES = Vocabulary("""
    imei imei_no meid idfa idfv gaid aaid adid oaid advertising_id device_id device_no device_uuid udid android_id
    geraete_id gerätekennung geraetekennung sbh shebei shebeihao mac mac_addr mac_address mac_adresse
""", """
    设备号 设备id 设备_id 设备标识 设备编号 端末id 端末_id 端末識別 デバイスid デバイス_id
""")
_IMEI = re.compile(r"\d{15}|\d{2}-\d{6}-\d{6}-\d")
_MAC = re.compile(r"[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}")
_OPAQUE = re.compile(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}|[0-9a-fA-F]{12}|[0-9a-fA-F]{16}|[0-9a-fA-F]{32}")


def is_imei(text: str) -> bool:
    """Whether the text is an IMEI with valid checksum."""
    return _IMEI.fullmatch(text) is not None and imei.is_valid(text)


def is_mac(text: str) -> bool:
    """Whether the text is a hardware address of six pairs of hexadecimal digits."""
    return _MAC.fullmatch(text) is not None and mac.is_valid(text, validate_manufacturer=False)


def is_device(text: str) -> bool:
    """Whether the text may identify a device where the name says so."""
    return is_imei(text) or is_mac(text) or _OPAQUE.fullmatch(text) is not None


def _told(column: Column) -> bool:
    return column.says(_NAMES) and column.holds(is_device, 0.5)


def _shown(column: Column) -> bool:
    return column.holds(is_mac, 0.9) or column.holds(is_imei, 0.9)


DEVICE_ID = Recogniser(PersonalKind.DEVICE_ID, _told, _shown)
