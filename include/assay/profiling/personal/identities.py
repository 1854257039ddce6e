"""Numbers that a state gives a person: the Chinese resident identity number, and national and tax numbers of other countries.

Checksums are python-stdnum's. A number whose form many others share (nine digits of which one is a check
digit) counts only where the name tells.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from stdnum.be import nn
from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.ch import ssn as ahv
from stdnum.cn import ric
from stdnum.de import idnr
from stdnum.dk import cpr
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.in_ import aadhaar
from stdnum.it import codicefiscale
from stdnum.jp import in_ as my_number
from stdnum.kr import rrn
from stdnum.mx import curp
from stdnum.nl import bsn
from stdnum.no import fodselsnummer
from stdnum.pl import pesel
from stdnum.se import personnummer
from stdnum.tr import tckimlik
from stdnum.us import ssn

from assay.contracts.enums import PersonalKind
from assay.profiling.personal.column import Column, Recogniser
from assay.profiling.personal.words import Vocabulary

_RESIDENTS = Vocabulary("""
    id_card id_card_no id_no id_number idcard identity_card identity_no resident_id citizen_id sfz sfzh sfzhm sfzhao
    shenfenzheng shenfenzhenghao zjhm
""", """
    身份证 身份證 证件号 公民身份
""")
_NATIONALS = Vocabulary("""
    ssn social_security social_security_no social_security_number national_id national_id_no national_id_number nid
    personal_id personal_no tax_id tax_no tin sin nin nino steuer_id steuer_idnr steuer_nr steuernummer
    steueridentifikationsnummer idnr steuer_identifikationsnummer my_number my_no mynumber kojin_bango kojinbango nhs_no
    nhs_number nhs dni nie nif codice_fiscale cpf aadhaar pesel bsn personnummer rrn cpr hetu nir ahv curp tckn id_card
    id_no id_number identity_no
""", """
    マイナンバー 個人番号 税号 社会保障番号 证件号
""")
_RESIDENT = re.compile(r"\d{17}[\dXx]")


@dataclass(frozen=True)
class _Identity:
    """A country's number: its form, python-stdnum's check, and whether the form and check are so rare that they show it."""

    form: re.Pattern[str]
    check: Callable[[str], bool]
    rare: bool = True

    def passes(self, text: str) -> bool:
        return self.form.fullmatch(text) is not None and self.check(text)


_SSN = _Identity(re.compile(r"\d{3}-\d{2}-\d{4}"), ssn.is_valid)
_BARE_SSN = _Identity(re.compile(r"\d{9}"), ssn.is_valid, rare=False)
IDENTITIES = (
    _SSN, _BARE_SSN,
    _Identity(re.compile(r"[1-9]\d ?\d{3} ?\d{3} ?\d{3}"), idnr.is_valid),
    _Identity(re.compile(r"\d{4}[ -]?\d{4}[ -]?\d{4}"), my_number.is_valid),
    _Identity(re.compile(r"[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}"), aadhaar.is_valid),
    _Identity(re.compile(r"[12] ?\d\d ?\d\d ?[\dAB]{2} ?\d{3} ?\d{3} ?\d\d"), nir.is_valid),
    _Identity(re.compile(r"\d{8}-?[A-Z]"), dni.is_valid),
    _Identity(re.compile(r"[XYZ]-?\d{7}-?[A-Z]"), nie.is_valid),
    _Identity(re.compile(r"[A-Z]{6}[0-9A-Z]{2}[A-Z][0-9A-Z]{2}[A-Z][0-9A-Z]{3}[A-Z]"), codicefiscale.is_valid),
    _Identity(re.compile(r"\d{3}\.?\d{3}\.?\d{3}-?\d{2}"), cpf.is_valid),
    _Identity(re.compile(r"\d{6}-?\d{7}"), rrn.is_valid),
    _Identity(re.compile(r"756\.?\d{4}\.?\d{4}\.?\d{2}"), ahv.is_valid),
    _Identity(re.compile(r"\d{11}"), pesel.is_valid),
    _Identity(re.compile(r"\d{2}\.?\d{2}\.?\d{2}-?\d{3}\.?\d{2}"), nn.is_valid),
    _Identity(re.compile(r"\d{6}[-+A-Y]\d{3}[0-9A-Y]"), hetu.is_valid),
    _Identity(re.compile(r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d"), curp.is_valid),
    _Identity(re.compile(r"\d{6} ?\d{5}"), fodselsnummer.is_valid),
    _Identity(re.compile(r"[1-9]\d{10}"), tckimlik.is_valid),
    _Identity(re.compile(r"(\d\d)?\d{6}[-+]\d{4}"), personnummer.is_valid),
    _Identity(re.compile(r"\d{6}-?\d{4}"), cpr.is_valid, rare=False),
    _Identity(re.compile(r"\d{3}[ -]?\d{3}[ -]?\d{4}"), nhs.is_valid, rare=False),  # an ISBN has the same check
    _Identity(re.compile(r"\d{3}[ -]?\d{3}[ -]?\d{3}"), sin.is_valid, rare=False),
    _Identity(re.compile(r"\d{8,9}"), bsn.is_valid, rare=False),
)


def is_resident_id(text: str) -> bool:
    """Whether the text is a Chinese resident identity number (GB 11643: region, birth date, mod 11-2 checksum)."""
    return _RESIDENT.fullmatch(text) is not None and ric.is_valid(text)


def _resident_told(column: Column) -> bool:
    return column.says(_RESIDENTS) and column.holds(is_resident_id, 0.05)


def _resident_shown(column: Column) -> bool:
    return column.holds(is_resident_id, 0.2)  # a county, a date and a check digit: hardly any other number has one


def _national_told(column: Column) -> bool:
    return column.says(_NATIONALS) and any(column.holds(identity.passes, 0.6) for identity in IDENTITIES)


def _national_shown(column: Column) -> bool:
    return any(column.holds(identity.passes, 0.9) for identity in IDENTITIES if identity.rare)


RESIDENT_ID = Recogniser(PersonalKind.RESIDENT_ID, _resident_told, _resident_shown)
NATIONAL_ID = Recogniser(PersonalKind.NATIONAL_ID, _national_told, _national_shown)
