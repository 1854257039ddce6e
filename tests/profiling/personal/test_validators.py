"""Each validator on texts that are what it names, and on others that nearly are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from assay.profiling.personal import (
    addresses,
    births,
    cards,
    devices,
    documents,
    emails,
    identities,
    ip,
    locations,
    persons,
    phones,
    plates,
)

RIGHT = [
    (emails.is_email, "anna.meyer+shop@example.co.uk"),
    (births.is_date, "2000-02-29"),
    (births.is_date, "20000229"),
    (births.is_date, "29.02.2000"),
    (births.is_date, "12/31/1999"),
    (births.is_date, "1999年12月31日"),
    (births.is_date, "1999-12-31 08:15:00"),
    (cards.is_card, "4111 1111 1111 1111"),
    (cards.is_card, "5555555555554444"),
    (cards.is_card, "378282246310005"),
    (cards.is_card, "3530111333300000"),
    (cards.is_card, "30569309025904"),
    (cards.is_card, "6221558812340005"),
    (cards.is_iban, "DE89 3704 0044 0532 0130 00"),
    (cards.is_iban, "GB29NWBK60161331926819"),
    (identities.is_resident_id, "11010519491231002X"),
    (ip.is_ipv4, "192.168.0.1"),
    (ip.is_ipv6, "2001:db8::1"),
    (ip.is_ipv6, "fe80:0:0:0:202:b3ff:fe1e:8329"),
    (devices.is_imei, "490154203237518"),
    (devices.is_mac, "6c:02:7a:82:11:d8"),
    (devices.is_mac, "6C-02-7A-82-11-D8"),
    (devices.is_device, "38400000-8cf0-11bd-b23e-10b96e40000d"),
    (documents.is_passport, "C01X00T47"),
    (documents.is_passport, "E12345678"),
    (plates.is_shown, "京A12345"),
    (plates.is_shown, "粤B·D12345"),
    (plates.is_shown, "品川 300 あ 12-34"),
    (plates.is_plate, "B-MW 1234"),
    (plates.is_plate, "7ABC123"),
    (locations.is_pair, "52.520008, 13.404954"),
    (locations.is_pair, "116.397128,39.916527"),
    (locations.is_pair, "POINT(13.4049 52.5200)"),
    (locations.is_axis, "-73.985428"),
    (phones.is_written, "+49 30 901820"),
    (phones.is_written, "(212) 555-0123"),
    (phones.is_written, "+86 138-1234-5678"),
    (phones.is_written, "010-62345678"),
    (phones.is_written, "03-1234-5678"),
    (phones.is_dialled, "13812345678"),
    (addresses.is_address, "742 Evergreen Terrace"),
    (addresses.is_address, "1600 Pennsylvania Ave NW, Washington, DC 20500"),
    (addresses.is_address, "Unter den Linden 77\n10117 Berlin"),
    (addresses.is_address, "Hauptstr. 5a, 50667 Köln"),
    (addresses.is_address, "北京市海淀区中关村大街27号"),
    (addresses.is_address, "上海市浦东新区世纪大道100号3楼"),
    (addresses.is_address, "東京都千代田区丸の内1-9-1"),
    (addresses.is_address, "大阪府大阪市北区梅田3丁目1番3号"),
    (persons.is_western_name, "Dr. Anna-Maria von Berg"),
    (persons.is_western_name, "John F. Kennedy"),
    (persons.is_chinese_name, "欧阳修"),
    (persons.is_chinese_name, "王伟"),
    (persons.is_japanese_name, "山田 太郎"),
    (persons.may_be_name, "Chloé O'Neill"),
]
WRONG = [
    (emails.is_email, "anna at example.com"),
    (emails.is_email, "@anna"),
    (births.is_date, "2017-13-01"),
    (births.is_date, "2001-02-29"),
    (births.is_date, "13812345678"),
    (births.is_date, "1-1-1"),
    (cards.is_card, "4111111111111112"),
    (cards.is_card, "9111111111111111"),
    (cards.is_card, "4006381333931"),  # the last an EAN
    (cards.is_iban, "DE88370400440532013000"),
    (cards.is_iban, "DE8937040044"),
    (identities.is_resident_id, "110105194912310021"),
    (identities.is_resident_id, "110105194913310025"),
    (identities.is_resident_id, "990105194912310029"),
    (ip.is_ipv4, "300.1.1.1"),
    (ip.is_ipv4, "1.2.3"),
    (ip.is_ipv6, "12:34:56"),
    (ip.is_ipv6, "01:23:45:67:89:ab:cd:ef"),
    (devices.is_imei, "490154203237519"),
    (devices.is_mac, "6c:02:7a:82:11"),
    (devices.is_mac, "6c:02-7a:82-11:d8"),
    (devices.is_device, "12"),
    (documents.is_passport, "19800229"),
    (documents.is_passport, "PASSPORTS"),
    (plates.is_shown, "AB-CD 123"),
    (plates.is_shown, "京12345"),
    (plates.is_plate, "blue"),
    (plates.is_plate, "ABCD"),
    (locations.is_pair, "1.25,3.50"),
    (locations.is_pair, "152.520008,113.404954"),
    (locations.is_axis, "200.12345"),
    (locations.is_axis, "12.5"),
    (phones.is_dialled, "2017-01-01"),
    (phones.is_dialled, "12345.678"),
    (phones.is_dialled, "SCN-125"),
    (phones.is_dialled, "12.99"),
    (phones.is_written, "13812345678"),
    (phones.is_written, "31198570044"),
    (phones.is_written, "1483228800"),
    (phones.is_written, "978-3-16-148410-0"),
    (phones.is_written, "2026-100037"),
    (addresses.is_address, "Blue Coffee Mug 300 ml"),
    (addresses.is_address, "北京市"),
    (addresses.is_address, "Berlin"),
    (addresses.is_address, "大号咖啡杯2只"),
    (persons.is_western_name, "Blue Shirt"),
    (persons.is_western_name, "Karl Marx Allee"),
    (persons.is_western_name, "anna meyer"),
    (persons.is_chinese_name, "沈阳市"),
    (persons.is_chinese_name, "咖啡杯"),
    (persons.may_be_name, "Meyer GmbH"),
    (persons.may_be_name, "R2D2"),
    (persons.is_japanese_name, "株式 会社"),
]


@pytest.mark.parametrize(("check", "text"), RIGHT)
def test_what_it_names_is_accepted(check, text):
    assert check(text)


@pytest.mark.parametrize(("check", "text"), WRONG)
def test_what_nearly_is_it_is_refused(check, text):
    assert not check(text)


@given(st.integers(0, 10**14 - 1), st.integers(0, 9))
def test_one_wrong_digit_breaks_a_card(tail, step):
    digits = f"4{tail:014d}"
    valid = [d for d in "0123456789" if cards.is_card(digits + d)]
    assert len(valid) == 1
    wrong = str((int(valid[0]) + 1 + step % 9) % 10)
    assert not cards.is_card(digits + wrong)


@given(st.integers(0, 999), st.integers(0, 9))
def test_one_wrong_check_digit_breaks_a_resident_id(order, step):
    first = f"31010119800229{order:03d}"
    right = ric.calc_check_digit(first + "0")
    others = [c for c in "0123456789X" if c != right]
    assert identities.is_resident_id(first + right)
    assert not identities.is_resident_id(first + others[step % len(others)])


VALIDATORS = sorted({check for check, _ in RIGHT + WRONG}, key=lambda check: (check.__module__, check.__name__))


@pytest.mark.parametrize("check", VALIDATORS, ids=lambda check: f"{check.__module__.rsplit('.', 1)[-1]}.{check.__name__}")
@given(st.text(max_size=30) | st.from_regex(r"[0-9 .:,+()A-Z-]{1,24}", fullmatch=True))
def test_any_text_gets_an_answer(check, text):
    assert check(text) in (True, False)


@pytest.mark.parametrize("kind", ["DE 12345678903", "5291 6458 7018"])
def test_numbers_of_states_need_their_checksum(kind):
    passing = [identity for identity in identities.IDENTITIES if identity.passes(kind)]
    assert not passing


@pytest.mark.parametrize(
    "number", ["536-90-4399", "36574261809", "756.9217.0769.85", "RCCMNL83S18D969H", "390.533.447-05", "234123412346"]
)
def test_numbers_of_other_states_are_known(number):
    assert any(identity.passes(number) for identity in identities.IDENTITIES if identity.rare)
