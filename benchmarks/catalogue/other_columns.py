"""Columns of shops, articles, logs and machines that hold nothing personal, with names and values that invite mistakes."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from faker import Faker
from stdnum import ean, isbn, luhn

from catalogue.personal_columns import LOCALES, ROWS, Known, digest

_WORDS = {
    "en_US": (
        ["Blue", "Large", "Organic", "Classic", "Smart", "Cordless", "Vintage", "Slim"],
        ["Coffee Mug", "Running Shoe", "Desk Lamp", "Green Tea", "Phone Case", "Name Tag", "Mail Box", "Water Bottle"],
    ),
    "de_DE": (
        ["Blaue", "Große", "Klassische", "Leichte", "Moderne", "Kleine", "Robuste", "Feine"],
        ["Kaffeetasse", "Schreibtischlampe", "Handyhülle", "Wegleuchte", "Ringmappe", "Adressetiketten", "Teekanne", "Uhr"],
    ),
    "zh_CN": (
        ["蓝色", "大号", "有机", "经典", "智能", "无线", "复古", "轻薄"],
        ["咖啡杯", "跑步鞋", "台灯", "绿茶", "手机壳", "黄油", "高跟鞋", "马克杯"],
    ),
    "ja_JP": (
        ["青い", "大きな", "有機", "定番", "スマート", "軽量", "和風", "薄型"],
        ["コーヒーカップ", "スニーカー", "デスクライト", "緑茶", "電話ケース", "名札", "水筒", "時計"],
    ),
}
_NAMES = {  # name of a column by content and locale
    "product": {"en_US": "product_name", "de_DE": "Artikelname", "zh_CN": "商品名称", "ja_JP": "商品名"},
    "city": {"en_US": "store_city", "de_DE": "Filialort", "zh_CN": "门店城市", "ja_JP": "店舗都市"},
    "company": {"en_US": "company_name", "de_DE": "Firmenname", "zh_CN": "公司名称", "ja_JP": "会社名"},
    "job": {"en_US": "job_title", "de_DE": "Berufsbezeichnung", "zh_CN": "职位名称", "ja_JP": "職種"},
    "country": {"en_US": "country_name", "de_DE": "Land", "zh_CN": "国家", "ja_JP": "国名"},
    "text": {"en_US": "article_text", "de_DE": "Artikeltext", "zh_CN": "文章内容", "ja_JP": "本文"},
    "postcode": {"en_US": "shop_zip", "de_DE": "Filial-PLZ", "zh_CN": "门店邮编", "ja_JP": "店舗郵便番号"},
    "brand": {"en_US": "brand_name", "de_DE": "Marke", "zh_CN": "品牌名称", "ja_JP": "ブランド名"},
}
_BRANDS = {
    "en_US": [
        "Tommy Hilfiger",
        "Calvin Klein",
        "Ralph Lauren",
        "Apple",
        "Johnson",
        "Wendy's",
        "Ben & Jerry's",
        "Nike",
        "Dr. Pepper",
    ],
    "de_DE": [
        "Hugo Boss",
        "Jil Sander",
        "Dr. Oetker",
        "Adidas",
        "Bosch",
        "Henkel",
        "Müller",
        "Bahlsen",
        "Nivea",
        "Karl Lagerfeld",
    ],
    "zh_CN": ["李宁", "安踏", "张小泉", "王老吉", "海尔", "小米", "联想", "美的", "格力", "农夫山泉", "蒙牛", "伊利"],
    "ja_JP": ["松下", "本田", "豊田", "無印良品", "資生堂", "任天堂", "三菱", "日立", "東芝", "明治", "森永"],
}


def others(locale: str) -> Iterator[Known]:
    """Columns of one locale's shop under a clear name, and the same values under one that tells nothing."""
    fake = Faker(locale)
    fake.seed_instance(7)
    first, second = _WORDS[locale]
    made: dict[str, Callable[[], str]] = {
        "product": lambda: (
            f"{fake.random.choice(first)}{'' if locale in ('zh_CN', 'ja_JP') else ' '}{fake.random.choice(second)}"
        ),
        "city": fake.city,
        "company": fake.company,
        "job": fake.job,
        "country": fake.country,
        "text": lambda: fake.paragraph(nb_sentences=3),
        "postcode": fake.postcode,
        "brand": lambda: fake.random.choice(_BRANDS[locale]),
    }
    for place, (content, make) in enumerate(made.items()):
        values = [str(make()) for _ in range(ROWS)]
        yield Known(
            locale,
            "clear",
            "shop.stores" if content in ("city", "postcode") else "shop.articles",
            _NAMES[content][locale],
            None,
            False,
            values,
        )
        yield Known(locale, "plain", "lake.data_8", f"col_{place + 1}", None, False, values)


def plain_values(locale: str, table: str, name: str) -> list[str]:
    """Values of a column that is not personal in a schema, after what its name is about."""
    rng = random.Random(f"{table}.{name}")
    fake = Faker(locale)
    fake.seed_instance(rng.randint(0, 10**6))
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    made: dict[str, Callable[[], Any]] = {
        "CompanyName cFirma company_name": fake.company,
        "ContactTitle JobTitle Title job_title 岗位 役職": fake.job,
        "City ShipCity city cOrt ORT01 receiver_city district": fake.city,
        "PostalCode postcode cPLZ": fake.postcode,
        "HireDate ShippedDate last_update comment_date in_time": lambda: (
            f"2026-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
        ),
        "comment_content note personalized_signature free_area search_word browser": lambda: fake.sentence(),
        "password_hash OXPASSWORD secret_key protect_code": lambda: digest(rng.randint(0, 10**9))[:32],
        "Color": fake.color_name,
        "LAND1 LeadSource CardType user_type 学历": lambda: rng.choice(["AB", "CD", "EF", "GH"]),
        "login_location": lambda: rng.choice(["内网IP", "北京市", "上海市", "广东省 深圳市"]),
        "dept_name 部门名称 部署名 channel_name tarif_name store_name": lambda: (
            f"{rng.choice(['东', '西', '南', 'A', 'B'])}{rng.choice(['内科', '外科', 'Nord', '営業部'])}"
        ),
        "nickname member_username LoginID": lambda: f"{fake.user_name()}{rng.randint(10, 9999)}",
        "device_model": lambda: rng.choice(["iPhone13,2", "SM-G991B", "MI 11"]),
        "app_version": lambda: f"{rng.randint(1, 9)}.{rng.randint(0, 30)}.0.{rng.randint(0, 9)}",
        "Name name 商品名": lambda: "".join(rng.choice(part) for part in _WORDS[locale]),
        "StandardCost Freight base_grand_total": lambda: f"{rng.uniform(1, 900):.2f}",
        "ProductNumber coupon_code order_sn delivery_sn OXUSTID 契約番号": lambda: (
            f"{rng.choice(letters)}{rng.choice(letters)}-{rng.randint(1000, 99999)}"
        ),
    }
    for names, make in made.items():
        if name in names.split():
            return [str(make()) for _ in range(ROWS)]
    return [str(rng.randint(1, 10**8)).zfill(8) for _ in range(ROWS)]


def codes() -> Iterator[Known]:
    """Numbers, codes and words of any shop, under a clear name and under one that tells nothing."""
    rng = random.Random(11)
    fake = Faker("en_US")
    fake.seed_instance(12)
    for place, (name, make) in enumerate(_codes(rng, fake).items()):
        values = [str(make(row)) for row in range(ROWS)]
        yield Known("any", "clear", "shop.orders", name, None, False, values)
        yield Known("any", "plain", "lake.data_9", f"col_{place + 1}", None, False, values)


def about_persons() -> Iterator[Known]:
    """Columns about phones, cards, addresses and names that hold none, and places and machines that are nobody's."""
    rng = random.Random(13)
    fake = Faker("en_US")
    fake.seed_instance(14)
    pick = rng.choice
    made: dict[tuple[str, str], Callable[[], Any]] = {
        ("crm.customers", "phone_model"): lambda: pick(["iPhone 12", "Galaxy S21", "Pixel 6", "Mi 11", "P40 Pro"]),
        ("crm.customers", "phone_verified"): lambda: pick(["0", "1"]),
        ("crm.customers", "telephone"): lambda: pick(["none", "yes, registered under the customers name"]),
        ("crm.customers", "email_domain"): lambda: pick(["gmail.com", "yahoo.com", "qq.com", "web.de"]),
        ("crm.customers", "card_type"): lambda: pick(["Visa", "Mastercard", "JCB"]),
        ("crm.customers", "id_type"): lambda: pick(["passport", "driver licence", "id card"]),
        ("crm.customers", "address_count"): lambda: rng.randint(1, 5),
        ("crm.customers", "name_length"): lambda: rng.randint(3, 30),
        ("crm.customers", "passport_country"): lambda: pick(["US", "DE", "CN", "JP"]),
        ("crm.customers", "mobile_visits"): lambda: rng.randint(0, 90_000),
        ("crm.customers", "email_opened_at"): lambda: f"2026-0{rng.randint(1, 9)}-1{rng.randint(0, 9)} 08:15:00",
        ("crm.customers", "birth_month"): lambda: rng.randint(1, 12),
        ("crm.customers", "ip_country"): lambda: fake.country_code(),
        ("crm.customers", "device_type"): lambda: pick(["ios", "android", "web"]),
        ("crm.customers", "segment_name"): lambda: pick(["loyal", "new", "at risk", "sleeping"]),
        ("crm.customers", "手机品牌"): lambda: pick(["华为", "小米", "苹果", "荣耀", "三星"]),
        ("crm.customers", "是否绑定手机"): lambda: pick(["是", "否"]),
        ("crm.customers", "plate_color"): lambda: pick(["blue", "green", "yellow"]),
        ("crm.customers", "loyalty_card_level"): lambda: pick(["gold", "silver", "basic"]),
        ("crm.customers", "customer_number"): lambda: 10_000_000 + rng.randint(0, 9_999_999),
        ("shop.stores", "latitude"): lambda: round(rng.uniform(30, 50), 6),
        ("shop.stores", "coordinates"): lambda: f"{rng.uniform(30, 50):.5f},{rng.uniform(-120, -70):.5f}",
        ("shop.stores", "store_address"): fake.address,
        ("shop.stores", "name"): lambda: f"{fake.city()} {pick(['Mall', 'Center', 'Plaza'])}",
        ("ops.servers", "server_ip"): lambda: f"10.{rng.randint(0, 40)}.{rng.randint(0, 255)}.{rng.randint(1, 254)}",
        ("ops.servers", "host_name"): lambda: f"web-{rng.randint(1, 99):02d}.eu.example",
        ("ops.software", "version"): lambda: ".".join(str(rng.randint(0, 30)) for _ in range(4)),
        ("ops.software", "firmware_version"): lambda: f"{rng.randint(1, 254)}.{rng.randint(0, 254)}.{rng.randint(0, 254)}.0",
    }
    for (table, name), make in made.items():
        yield Known("any", "clear", table, name, None, False, [str(make()) for _ in range(ROWS)])


def _codes(rng: random.Random, fake: Faker) -> dict[str, Callable[[int], Any]]:
    pick, number = rng.choice, rng.randint
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    return {
        "order_id": lambda row: 31198570044 + row,
        "order_no": lambda row: 13812340000 + row,
        "order_number_16": lambda row: 4000000000000000 + 7919 * row,
        "order_ref": lambda row: f"2026-{100000 + 37 * row}",
        "snowflake_id": lambda row: 1790000000000000000 + number(0, 10**15),
        "tracking_no": lambda row: f"1Z{digest(row)[:16].upper()}",
        "invoice_number": lambda row: f"INV-2026-{row:05d}",
        "customer_po": lambda row: f"PO{number(10**8, 10**9)}",
        "sku": lambda row: f"SCN-{row}",
        "sku_long": lambda row: f"{pick(letters)}{pick(letters)}-{pick(letters)}-{number(10, 999)}",
        "article_no": lambda row: number(10**8, 10**9 - 1),
        "material_number": lambda row: f"{number(1, 10**8):010d}",
        "style_code": lambda row: f"{pick(letters)}{number(10**7, 10**8 - 1)}",
        "voucher": lambda row: digest(row)[:12].upper(),
        "licence_key": lambda row: "-".join(digest(row)[i : i + 5].upper() for i in range(0, 25, 5)),
        "ean": lambda row: fake.ean13(),
        "upc": lambda row: _ended(f"0{number(10**9, 10**10 - 1)}", ean.calc_check_digit),
        "ean8": lambda row: fake.ean8(),
        "isbn13": lambda row: fake.isbn13(),
        "isbn10": lambda row: fake.isbn10(),
        "isbn10_bare": lambda row: isbn.to_isbn10(
            "978" + _ended("978" + str(number(10**8, 10**9 - 1)), ean.calc_check_digit)[3:]
        ),
        "siren": lambda row: _ended(str(number(10**7, 10**8 - 1)), luhn.calc_check_digit),
        "epoch": lambda row: 1483228800 + 61 * row,
        "epoch_random": lambda row: number(1_500_000_000, 1_900_000_000),
        "epoch_ms": lambda row: 1483228800000 + number(0, 10**11),
        "year": lambda row: number(1950, 2026),
        "year_month": lambda row: f"20{number(10, 26)}{number(1, 12):02d}",
        "order_date": lambda row: f"2026{number(1, 12):02d}{number(1, 28):02d}",
        "day": lambda row: f"2026-{number(1, 12):02d}-{number(1, 28):02d}",
        "week": lambda row: f"2026-W{number(1, 52):02d}",
        "created_at": lambda row: f"2026-03-{number(1, 28):02d}T{number(0, 23):02d}:15:00Z",
        "opening_hours": lambda row: f"0{number(6, 9)}:00-{number(17, 22)}:30",
        "price": lambda row: f"{number(99, 99999) / 100:.2f}",
        "quantity": lambda row: number(1, 500),
        "revenue": lambda row: number(10**6, 10**10),
        "discount": lambda row: f"{number(0, 70)} %",
        "rate": lambda row: f"{rng.random():.6f}",
        "weight": lambda row: f"{rng.uniform(0, 80):.3f}",
        "temperature": lambda row: f"{rng.uniform(-40, 90):.4f}",
        "score_pair": lambda row: f"{rng.random():.2f},{rng.random():.2f}",
        "category_code": lambda row: f"{number(10000, 99999)}",
        "cost_centre": lambda row: f"{number(1000, 9999)}-{number(100, 999)}",
        "size": lambda row: f"{number(10, 90)}x{number(10, 90)}x{number(1, 30)}",
        "row_uuid": lambda row: uuid.UUID(digest(row)[:32]),
        "md5": lambda row: digest(row)[:32],
        "sha256": lambda row: digest(row),
        "commit": lambda row: digest(row)[:40],
        "email_hash": lambda row: digest(row),
        "session": lambda row: digest(row)[:16],
        "colour_hex": lambda row: f"#{digest(row)[:6]}",
        "version_text": lambda row: f"{number(0, 9)}.{number(0, 30)}.{number(0, 20)}.{number(0, 40)}",
        "semver": lambda row: f"{number(0, 9)}.{number(0, 30)}.{number(0, 99)}",
        "url": lambda row: fake.uri(),
        "path": lambda row: fake.file_path(),
        "user_agent": lambda row: fake.user_agent(),
        "mime": lambda row: fake.mime_type(),
        "bic": lambda row: fake.swift(),
        "currency": lambda row: fake.currency_code(),
        "vat_id": lambda row: f"DE{number(10**8, 10**9 - 1)}",
        "ein": lambda row: f"{number(10, 99)}-{number(10**6, 10**7 - 1)}",
        "flight": lambda row: f"{pick(letters)}{pick(letters)}{number(100, 9999)}",
        "icd": lambda row: f"{pick(letters)}{number(10, 99)}.{number(0, 9)}",
        "colour": lambda row: fake.color_name(),
        "month_name": lambda row: fake.month_name(),
        "weekday": lambda row: fake.day_of_week(),
        "department_name": lambda row: pick(["Sales", "Marketing", "Human Resources", "Legal", "Finance"]),
        "campaign_name": lambda row: fake.catch_phrase(),
        "slogan": lambda row: fake.bs(),
        "title": lambda row: fake.sentence(nb_words=5),
        "review": lambda row: fake.text(120),
        "file_name": lambda row: fake.file_name(),
        "event_name": lambda row: pick(["view", "cart", "buy"]),
        "shelf": lambda row: f"{pick('ABCDEF')}-{number(1, 30):02d}-{number(1, 9)}",
        "gl_account": lambda row: number(100000, 899999),
        "sensor": lambda row: ":".join(f"{number(0, 59):02d}" for _ in range(3)),
        "ratio": lambda row: f"{number(1, 99)}:{number(1, 99)}",
        "iso_country": lambda row: fake.country_code(),
        "locale": lambda row: fake.locale(),
        "hs_code": lambda row: f"{number(1000, 9999)}.{number(10, 99)}.{number(10, 99)}",
    }


def _ended(digits: str, check: Callable[[str], str]) -> str:
    return digits + check(digits)


def every() -> list[Known]:
    """All columns without personal data."""
    return [*codes(), *about_persons(), *(column for locale in LOCALES for column in others(locale))]
