"""Payment cards (an issuer's prefix and length, Luhn) and IBANs (ISO 7064)."""

from __future__ import annotations

import re

from stdnum import iban, luhn

from assay.contracts.enums import PersonalKind
from assay.profiling.personal.column import Column, Recogniser
from assay.profiling.personal.words import Vocabulary

_CARDS = Vocabulary("""
    card card_no card_nr card_number card_num credit_card creditcard debit_card bank_card cc cc_no cc_num cc_number pan
    kreditkarte* kartennummer karten_nr yhkh yinhangka kahao
""", """
    卡号 银行卡 信用卡 カード番号 クレジットカード
""")
_IBANS = Vocabulary("""
    iban bank_account account_no account_number kontonummer bankverbindung konto konto_nr kto yhzh acct bank_acct
""", """
    口座 银行账号
""")
_ISSUED = re.compile(  # Visa, Mastercard, American Express, UnionPay, Discover, JCB, Diners Club, Maestro
    r"4(\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|62\d{14,17}"
    r"|6(011|5\d\d|4[4-9]\d)\d{12}|35(2[89]|[3-8]\d)\d{12}|3(0[0-5]|[689]\d)\d{11}|(50|5[6-8]|6[39])\d{10,17}")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9 ]{11,38}")


def is_card(text: str) -> bool:
    """Whether the text is a payment card number: an issuer's prefix and length, and the Luhn checksum."""
    digits = text.replace(" ", "").replace("-", "")
    return _ISSUED.fullmatch(digits) is not None and luhn.is_valid(digits)


def is_iban(text: str) -> bool:
    """Whether the text is an IBAN with the structure of its country and a valid checksum."""
    return _IBAN.fullmatch(text) is not None and iban.is_valid(text)


def _card_told(column: Column) -> bool:
    return column.says(_CARDS) and column.holds(is_card, 0.3)


def _card_shown(column: Column) -> bool:
    return column.holds(is_card, 0.8)


def _iban_told(column: Column) -> bool:
    return column.says(_IBANS) and column.holds(is_iban, 0.2)


def _iban_shown(column: Column) -> bool:
    return column.holds(is_iban, 0.5)


CARD = Recogniser(PersonalKind.PAYMENT_CARD, _card_told, _card_shown)
IBAN = Recogniser(PersonalKind.IBAN, _iban_told, _iban_shown)
