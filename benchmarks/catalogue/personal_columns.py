"""Columns with known content: personal ones made by Faker in four locales, and others that must not be taken for personal.

Each personal column has a clear name in its language, a short one (abbreviation, pinyin, romaji) and one that tells nothing.
Numbers that Faker lacks (German tax number, My Number, IMEI) get their check digits from python-stdnum.
"""

from __future__ import annotations

import hashlib
import random
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from faker import Faker
from stdnum import luhn
from stdnum.de import idnr
from stdnum.jp import in_ as my_number

ROWS = 300
LOCALES = ("en_US", "de_DE", "zh_CN", "ja_JP")
TABLES = {
    "en_US": ("crm.customers", "crm.cust"),
    "de_DE": ("crm.kunden", "crm.kd"),
    "zh_CN": ("crm.客户", "crm.kh"),
    "ja_JP": ("crm.顧客", "crm.kokyaku"),
}
# content -> clear and short column name by locale
NAMES: dict[str, dict[str, tuple[str, str]]] = {
    "email": {
        "en_US": ("email_address", "mail"),
        "de_DE": ("E-Mail-Adresse", "mail"),
        "zh_CN": ("邮箱", "yx"),
        "ja_JP": ("メールアドレス", "meru"),
    },
    "phone": {
        "en_US": ("phone_number", "tel"),
        "de_DE": ("Telefonnummer", "tel_nr"),
        "zh_CN": ("手机号", "sjh"),
        "ja_JP": ("電話番号", "denwa"),
    },
    "name": {
        "en_US": ("customer_name", "cust_nm"),
        "de_DE": ("Kundenname", "kd_name"),
        "zh_CN": ("姓名", "xm"),
        "ja_JP": ("氏名", "shimei"),
    },
    "first_name": {
        "en_US": ("first_name", "fname"),
        "de_DE": ("Vorname", "vorn"),
        "zh_CN": ("名字", "mz"),
        "ja_JP": ("名前", "namae"),
    },
    "last_name": {
        "en_US": ("last_name", "lname"),
        "de_DE": ("Nachname", "nachn"),
        "zh_CN": ("姓", "xing"),
        "ja_JP": ("姓", "sei"),
    },
    "address": {
        "en_US": ("home_address", "addr"),
        "de_DE": ("Anschrift", "adr"),
        "zh_CN": ("家庭住址", "jtzz"),
        "ja_JP": ("住所", "jusho"),
    },
    "street": {
        "en_US": ("street_address", "str_addr"),
        "de_DE": ("Straße", "str"),
        "zh_CN": ("收货地址", "shdz"),
        "ja_JP": ("配送先住所", "haiso_jusho"),
    },
    "card": {
        "en_US": ("credit_card_number", "cc_num"),
        "de_DE": ("Kreditkartennummer", "kk_nr"),
        "zh_CN": ("银行卡号", "yhkh"),
        "ja_JP": ("カード番号", "card_no"),
    },
    "iban": {
        "en_US": ("iban", "bank_acct"),
        "de_DE": ("IBAN", "kto"),
        "zh_CN": ("银行账号", "yhzh"),
        "ja_JP": ("口座番号", "koza"),
    },
    "state_id": {
        "en_US": ("social_security_number", "ssn"),
        "de_DE": ("Steuer-ID", "idnr"),
        "zh_CN": ("身份证号", "sfzh"),
        "ja_JP": ("マイナンバー", "kojin_bango"),
    },
    "passport": {
        "en_US": ("passport_number", "pp_no"),
        "de_DE": ("Reisepassnummer", "pass_nr"),
        "zh_CN": ("护照号", "hzh"),
        "ja_JP": ("旅券番号", "ryoken_no"),
    },
    "birth": {
        "en_US": ("date_of_birth", "dob"),
        "de_DE": ("Geburtsdatum", "geb_dat"),
        "zh_CN": ("出生日期", "csrq"),
        "ja_JP": ("生年月日", "seinengappi"),
    },
    "ip": {
        "en_US": ("ip_address", "last_ip"),
        "de_DE": ("IP-Adresse", "ip"),
        "zh_CN": ("登录IP", "dl_ip"),
        "ja_JP": ("IPアドレス", "ip"),
    },
    "imei": {
        "en_US": ("device_imei", "imei"),
        "de_DE": ("IMEI-Nummer", "imei_nr"),
        "zh_CN": ("手机IMEI", "imei"),
        "ja_JP": ("端末IMEI", "imei"),
    },
    "mac": {
        "en_US": ("mac_address", "mac"),
        "de_DE": ("MAC-Adresse", "mac_adr"),
        "zh_CN": ("MAC地址", "mac"),
        "ja_JP": ("MACアドレス", "mac"),
    },
    "advertising": {
        "en_US": ("advertising_id", "gaid"),
        "de_DE": ("Werbe-ID (IDFA)", "idfa"),
        "zh_CN": ("设备标识", "oaid"),
        "ja_JP": ("広告ID (AAID)", "aaid"),
    },
    "plate": {
        "en_US": ("license_plate", "plate_no"),
        "de_DE": ("Kfz-Kennzeichen", "kfz_kz"),
        "zh_CN": ("车牌号", "cph"),
        "ja_JP": ("ナンバープレート", "nambaa"),
    },
    "pair": {
        "en_US": ("home_location", "loc"),
        "de_DE": ("Koordinaten", "koord"),
        "zh_CN": ("定位坐标", "zb"),
        "ja_JP": ("位置情報", "ichi"),
    },
    "latitude": {
        "en_US": ("latitude", "lat"),
        "de_DE": ("Breitengrad", "lat"),
        "zh_CN": ("纬度", "wd"),
        "ja_JP": ("緯度", "ido"),
    },
}
KINDS = {
    "email": "email",
    "phone": "phone",
    "name": "person_name",
    "first_name": "person_name",
    "last_name": "person_name",
    "address": "postal_address",
    "street": "postal_address",
    "card": "payment_card",
    "iban": "iban",
    "state_id": "national_id",
    "passport": "passport",
    "birth": "birth_date",
    "ip": "ip_address",
    "imei": "device_id",
    "mac": "device_id",
    "advertising": "device_id",
    "plate": "licence_plate",
    "pair": "geolocation",
    "latitude": "geolocation",
}
# what no value tells without a name: any date, number or UUID, codes of letters and digits, single words
UNTOLD = {"first_name", "last_name", "street", "passport", "birth", "advertising", "latitude"}


@dataclass(frozen=True)
class Known:
    """A column and what it holds.

    Attributes:
        locale: Of its values.
        naming: clear, short or plain.
        table: Asset id.
        name: Of the column.
        kind: Personal kind, or None.
        told: Whether values without a name can tell the kind.
        values: Of 300 rows.
    """

    locale: str
    naming: str
    table: str
    name: str
    kind: str | None
    told: bool
    values: list[str]


def personal(locale: str) -> Iterator[Known]:
    """Every personal content under its three names."""
    for place, content in enumerate(NAMES):
        values = content_values(content, locale, 1000 + place)
        kind = "resident_id" if (content, locale) == ("state_id", "zh_CN") else KINDS[content]
        told = content not in UNTOLD and not (content == "plate" and locale in ("en_US", "de_DE"))
        clear, short = NAMES[content][locale]
        for naming, table, name in (
            ("clear", TABLES[locale][0], clear),
            ("short", TABLES[locale][1], short),
            ("plain", "lake.data_7", f"col_{place + 1}"),
        ):
            yield Known(locale, naming, table, name, kind, told, values)


def content_values(content: str, locale: str, seed: int) -> list[str]:
    """The values of one content in one locale."""
    fake = Faker(locale)
    fake.seed_instance(seed)
    make = _maker(content, locale, fake)
    return [make() for _ in range(ROWS)]


def _maker(content: str, locale: str, fake: Faker) -> Callable[[], str]:
    rng = fake.random
    british = Faker("en_GB")  # Faker gives other locales IBANs that are too short
    british.seed_instance(rng.randint(0, 10**6))
    makers: dict[str, Callable[[], str]] = {
        "email": fake.email,
        "phone": fake.phone_number,
        "name": fake.name,
        "first_name": fake.first_name,
        "last_name": fake.last_name,
        "address": fake.address,
        "street": lambda: _street(locale, fake),
        "card": fake.credit_card_number,
        "iban": fake.iban if locale == "de_DE" else british.iban,
        "state_id": lambda: _state_id(locale, fake),
        "passport": lambda: _passport(locale, fake),
        "birth": lambda: fake.date_of_birth(minimum_age=18).isoformat(),
        "ip": lambda: fake.ipv6() if rng.random() < 0.2 else fake.ipv4_public(),
        "imei": lambda: _imei(rng),
        "mac": fake.mac_address,
        "advertising": lambda: str(fake.uuid4()),
        "plate": fake.license_plate,
        "pair": lambda: f"{fake.latitude()},{fake.longitude()}",
        "latitude": lambda: str(fake.latitude()),
    }
    return makers[content]


def _street(locale: str, fake: Faker) -> str:
    if locale == "ja_JP":  # Faker's streets are no Japanese ones
        return f"{fake.town()}{fake.chome()}{fake.ban()}{fake.gou()}"
    return str(fake.street_address())


def _state_id(locale: str, fake: Faker) -> str:
    if locale == "de_DE":
        return _german_tax_id(fake.random)
    if locale == "ja_JP":
        digits = "".join(fake.random.choices("0123456789", k=11))
        return digits + my_number.calc_check_digit(digits)
    return str(fake.ssn())


def _german_tax_id(rng: random.Random) -> str:
    """Eleven digits: one of the first ten occurs twice, the last is the check digit."""
    digits = rng.sample(string.digits, 9)
    digits.append(rng.choice(digits))
    rng.shuffle(digits)
    first = "".join(digits)
    return next((first + check for check in string.digits if idnr.is_valid(first + check)), "") or _german_tax_id(rng)


def _passport(locale: str, fake: Faker) -> str:
    rng = fake.random
    if locale == "en_US":
        return str(fake.passport_number())
    if locale == "de_DE":
        return rng.choice("CFGHJK") + "".join(rng.choices("0123456789CFGHJKLMNPRTVWXYZ", weights=[3] * 10 + [1] * 17, k=8))
    if locale == "zh_CN":
        return rng.choice(["E", "E", "G", "D", "EA", "EB"]) + "".join(rng.choices(string.digits, k=8))
    return rng.choice("TM") + rng.choice("KRZSH") + "".join(rng.choices(string.digits, k=7))


def _imei(rng: random.Random) -> str:
    digits = rng.choice(["35", "86", "01"]) + "".join(rng.choices(string.digits, k=12))
    return digits + luhn.calc_check_digit(digits)


def digest(number: int) -> str:
    """Sixty-four hexadecimal digits that follow from a number."""
    return hashlib.sha256(str(number).encode()).hexdigest()
