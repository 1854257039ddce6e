from __future__ import annotations

import hashlib

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.profiling.personal import PersonalKind, births, cards, emails, find_kind, identities, ip, mask, mask_sql, phones


def _resident_id(first17: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return first17 + "10X98765432"[sum(int(d) * w for d, w in zip(first17, weights, strict=True)) % 11]


def test_validators_accept_what_they_name():
    assert emails.is_email("anna.meyer+shop@example.co.uk")
    assert phones.is_written("+49 30 901820") and phones.is_written("(212) 555-0123") and phones.is_written("+86 138-1234-5678")
    assert cards.is_card("4111 1111 1111 1111") and cards.is_card("5555555555554444")
    assert cards.is_iban("DE89 3704 0044 0532 0130 00")
    assert identities.is_resident_id("11010519491231002X")
    assert ip.is_ipv4("192.168.0.1")


@pytest.mark.parametrize("text", ["2017-01-01", "13812345678", "31198570044", "SCN-125", "12.99", "1483228800", "10000085207"])
def test_codes_prices_and_stamps_are_no_phone_numbers(text):
    assert not phones.is_written(text)


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (cards.is_card, "4111111111111112"),
        (cards.is_card, "9111111111111111"),
        (cards.is_iban, "DE88370400440532013000"),
        (identities.is_resident_id, "110105194912310021"),
        (identities.is_resident_id, "110105194913310025"),
        (ip.is_ipv4, "300.1.1.1"),
        (emails.is_email, "anna at example.com"),
        (births.is_date, "2017-13-01"),
    ],
)
def test_a_wrong_checksum_or_part_is_refused(check, text):
    assert not check(text)


@given(st.integers(0, 10**14 - 1), st.integers(0, 9))
def test_one_wrong_digit_breaks_a_card(tail, step):
    digits = f"4{tail:014d}"
    valid = [d for d in "0123456789" if cards.is_card(digits + d)]
    assert len(valid) == 1
    wrong = str((int(valid[0]) + 1 + step % 9) % 10)
    assert not cards.is_card(digits + wrong)


@given(st.integers(0, 999), st.integers(0, 10))
def test_one_wrong_check_digit_breaks_a_resident_id(order, step):
    right = _resident_id(f"31010119800229{order:03d}")
    others = [c for c in "0123456789X" if c != right[-1]]
    assert identities.is_resident_id(right)
    assert not identities.is_resident_id(right[:-1] + others[step % len(others)])


@pytest.mark.parametrize(
    ("column", "values", "kind"),
    [
        ("contact", [f"user{i}@example.com" for i in range(30)], PersonalKind.EMAIL),
        ("note", ["call me"] * 10 + [f"u{i}@example.com" for i in range(2)], PersonalKind.EMAIL),
        ("phone", [f"1381234{i:04d}" for i in range(30)], PersonalKind.PHONE),
        ("手机号", [f"1381234{i:04d}" for i in range(30)], PersonalKind.PHONE),
        ("x", [f"1{30 + i % 60}1234{i:04d}" for i in range(60)], PersonalKind.PHONE),
        ("身份证号", [_resident_id(f"31010119800229{i:03d}") for i in range(20)], PersonalKind.RESIDENT_ID),
        ("first_name", ["Anna", "Bob", "Chloé"], PersonalKind.PERSON_NAME),
        ("birth_date", ["1980-02-29", "1975-01-01"], PersonalKind.BIRTH_DATE),
        ("ip", ["192.168.0.1", "10.0.0.2"], PersonalKind.IP_ADDRESS),
    ],
)
def test_columns_that_hold_personal_values_are_found(column, values, kind):
    assert find_kind("landing.orders", column, values) is kind


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("order_id", [str(31198570044 + i) for i in range(500)]),
        ("order_no", [str(13812340000 + i) for i in range(500)]),  # like mobile numbers, but running
        ("card_issued", [str(2000 + i) for i in range(20)]),
        ("order_id", [str(4000000000000000 + 7919 * i) for i in range(500)]),  # one in ten passes Luhn
        ("sku", [f"SCN-{i}" for i in range(200)]),
        ("created", [str(1483228800 + 60 * i) for i in range(200)]),
        ("created_ms", [str(1483228800000 + 60 * i) for i in range(200)]),
        ("price", [f"{i / 100:.2f}" for i in range(200)]),
        ("year", [str(y) for y in range(1990, 2020)]),
        ("household_id", [str(i) for i in range(1, 2500)]),
        ("telephone", ["none", "yes, registered under the customers name"]),
        ("product_name", ["Tea", "Milk"]),
        ("day", ["2017-01-01", "2017-01-02", "2017-01-03", "2017-01-04", "2017-01-05"]),
        ("version", ["1.2.3.4", "1.2.3.5", "1.2.3.6", "1.2.3.7", "1.2.3.8"]),
    ],
)
def test_columns_that_hold_no_personal_values_are_left_alone(column, values):
    assert find_kind("landing.orders", column, values) is None


def test_a_bare_name_is_a_persons_in_a_table_of_persons_alone():
    assert find_kind("landing.customers", "name", ["Anna", "Bob"]) is PersonalKind.PERSON_NAME
    assert find_kind("landing.products", "name", ["Tea", "Milk"]) is None


def test_engine_and_python_mask_alike():
    told = duckdb.sql(f"select {mask_sql('email', chr(39) + 'zoë@example.com' + chr(39))}").fetchall()[0][0]
    assert told == mask("email", "zoë@example.com") == "email:" + hashlib.sha256("zoë@example.com".encode()).hexdigest()[:16]
