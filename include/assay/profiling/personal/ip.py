"""IP addresses of version 4 and 6; version numbers look like the former."""

from __future__ import annotations

import ipaddress
import re

from assay.contracts.enums import PersonalKind
from assay.profiling.personal.column import Column, Recogniser
from assay.profiling.personal.words import Vocabulary

_NAMES = Vocabulary("""
    ip ipv* ip_v ip_addr ip_address ip_adresse client_ip remote_addr login_ip last_ip
""")
_VERSIONS = Vocabulary("""
    version ver release build firmware revision driver software
""", """
    版本 バージョン 固件
""")
_V4 = re.compile(r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}")
_V6 = re.compile(r"[0-9A-Fa-f:.]{3,45}")


def is_ipv4(text: str) -> bool:
    """Whether the text is an IPv4 address, four numbers up to 255."""
    return _V4.fullmatch(text) is not None and _parses(text)


def is_ipv6(text: str) -> bool:
    """Whether the text is an IPv6 address; eight pairs of hexadecimal digits are a hardware address."""
    if text.count(":") < 2 or _V6.fullmatch(text) is None or not _parses(text):
        return False
    return "::" in text or any(len(group) > 2 for group in text.split(":"))


def is_ip(text: str) -> bool:
    """Whether the text is an IP address of either version."""
    return is_ipv4(text) or is_ipv6(text)


def _parses(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_spread(text: str) -> bool:
    """Whether an address has a number that hardly any version number has."""
    return is_ipv6(text) or (is_ipv4(text) and max(map(int, text.split("."))) >= 64)


def _is_stranger(column: Column) -> bool:
    return _VERSIONS.within(column.spelled) or (column.of_places and not column.of_persons)


def _told(column: Column) -> bool:
    return column.says(_NAMES) and not _is_stranger(column) and column.holds(is_ip, 0.5)


def _shown(column: Column) -> bool:
    return not _is_stranger(column) and column.holds(is_ip, 0.9) and column.holds(_is_spread, 0.6)


IP_ADDRESS = Recogniser(PersonalKind.IP_ADDRESS, _told, _shown)
