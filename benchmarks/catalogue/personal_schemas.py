"""Columns of tables as widely used software names them: names that nobody chose for this benchmark.

Northwind, AdventureWorks, Sakila, Magento, WordPress, Salesforce and Odoo; OXID eShop, JTL-Shop, SAP; mall and RuoYi; EC-CUBE;
and some tables as offices keep them. Values are Faker's, by content; a column whose content is None is not personal.
"""

from __future__ import annotations

from collections.abc import Iterator

from catalogue.other_columns import plain_values
from catalogue.personal_columns import KINDS, Known, content_values

# locale, table, {column: content}
SCHEMAS: tuple[tuple[str, str, dict[str, str | None]], ...] = (
    (
        "en_US",
        "northwind.customers",
        {
            "ContactName": "name",
            "Address": "address",
            "Phone": "phone",
            "Fax": "phone",
            "CompanyName": None,
            "ContactTitle": None,
            "City": None,
            "PostalCode": None,
        },
    ),
    (
        "en_US",
        "northwind.employees",
        {
            "LastName": "last_name",
            "FirstName": "first_name",
            "BirthDate": "birth",
            "HomePhone": "phone",
            "Address": "street",
            "HireDate": None,
            "Extension": None,
        },
    ),
    ("en_US", "northwind.orders", {"ShipAddress": "street", "ShipCity": None, "ShippedDate": None, "Freight": None}),
    (
        "en_US",
        "adventure_works.Employee",
        {"NationalIDNumber": "state_id", "BirthDate": "birth", "JobTitle": None, "LoginID": None},
    ),
    ("en_US", "adventure_works.CreditCard", {"CardNumber": "card", "CardType": None, "ExpYear": None}),
    ("en_US", "adventure_works.PersonPhone", {"PhoneNumber": "phone"}),
    ("en_US", "adventure_works.Address", {"AddressLine1": "street", "StateProvinceID": None}),
    ("en_US", "adventure_works.Product", {"Name": None, "ProductNumber": None, "Color": None, "StandardCost": None}),
    ("en_US", "sakila.customer", {"first_name": "first_name", "last_name": "last_name", "email": "email", "last_update": None}),
    ("en_US", "sakila.address", {"address": "street", "district": None, "phone": "phone"}),
    (
        "en_US",
        "magento.customer_entity",
        {
            "firstname": "first_name",
            "lastname": "last_name",
            "dob": "birth",
            "email": "email",
            "increment_id": None,
            "password_hash": None,
        },
    ),
    (
        "en_US",
        "magento.sales_order",
        {
            "customer_firstname": "first_name",
            "customer_lastname": "last_name",
            "remote_ip": "ip",
            "customer_dob": "birth",
            "base_grand_total": None,
            "store_name": None,
            "x_forwarded_for": "ip",
            "coupon_code": None,
            "protect_code": None,
        },
    ),
    ("en_US", "magento.sales_order_address", {"street": "street", "telephone": "phone", "city": None, "postcode": None}),
    (
        "en_US",
        "wordpress.wp_comments",
        {
            "comment_author": "name",
            "comment_author_email": "email",
            "comment_author_IP": "ip",
            "comment_content": None,
            "comment_date": None,
        },
    ),
    (
        "en_US",
        "salesforce.Contact",
        {
            "MailingStreet": "street",
            "MobilePhone": "phone",
            "Birthdate": "birth",
            "Name": "name",
            "MailingLatitude": "latitude",
            "Title": None,
            "LeadSource": None,
        },
    ),
    (
        "en_US",
        "odoo.hr_employee",
        {
            "name": "name",
            "mobile_phone": "phone",
            "passport_id": "passport",
            "ssnid": "state_id",
            "private_street": "street",
            "job_title": None,
        },
    ),
    (
        "de_DE",
        "oxid.oxuser",
        {
            "OXFNAME": "first_name",
            "OXLNAME": "last_name",
            "OXSTREET": "street",
            "OXFON": "phone",
            "OXBIRTHDATE": "birth",
            "OXUSERNAME": "email",
            "OXUSTID": None,
            "OXPASSWORD": None,
        },
    ),
    (
        "de_DE",
        "jtl.tkunde",
        {
            "cVorname": "first_name",
            "cNachname": "last_name",
            "cStrasse": "street",
            "cTel": "phone",
            "cMobil": "phone",
            "dGeburtstag": "birth",
            "cMail": "email",
            "cOrt": None,
            "cPLZ": None,
            "cFirma": None,
        },
    ),
    ("de_DE", "sap.pa0002", {"NACHN": "last_name", "VORNA": "first_name", "GBDAT": "birth", "PERNR": None}),
    ("de_DE", "sap.kna1", {"TELF1": "phone", "STRAS": "street", "ORT01": None, "LAND1": None, "KUNNR": None}),
    (
        "de_DE",
        "versicherung.versicherte",
        {
            "steuer_ident_nr": "state_id",
            "amtl_kennzeichen": "plate",
            "iban_kontoinhaber": "iban",
            "geburtsdatum_vn": "birth",
            "telefon_privat": "phone",
            "tarif_name": None,
        },
    ),
    (
        "zh_CN",
        "mall.oms_order",
        {
            "receiver_name": "name",
            "receiver_phone": "phone",
            "receiver_detail_address": "address",
            "bill_receiver_phone": "phone",
            "order_sn": None,
            "delivery_sn": None,
            "note": None,
            "receiver_city": None,
            "member_username": None,
        },
    ),
    ("zh_CN", "mall.ums_member", {"phone": "phone", "birthday": "birth", "nickname": None, "personalized_signature": None}),
    ("zh_CN", "ruoyi.sys_user", {"phonenumber": "phone", "login_ip": "ip", "email": "email", "user_type": None}),
    ("zh_CN", "ruoyi.sys_logininfor", {"ipaddr": "ip", "browser": None, "login_location": None}),
    (
        "zh_CN",
        "yixing.patient",
        {
            "real_name": "name",
            "id_card_no": "state_id",
            "mobile": "phone",
            "link_man": "name",
            "link_phone": "phone",
            "live_address": "address",
            "dept_name": None,
            "card_no": None,
        },
    ),
    ("zh_CN", "park.car_record", {"car_no": "plate", "plate_number": "plate", "channel_name": None, "in_time": None}),
    (
        "zh_CN",
        "hr.员工信息",
        {
            "员工姓名": "name",
            "联系电话": "phone",
            "身份证号码": "state_id",
            "现居住地址": "address",
            "出生年月日": "birth",
            "工号": None,
            "部门名称": None,
            "岗位": None,
            "学历": None,
        },
    ),
    (
        "zh_CN",
        "app.user_device",
        {
            "imei1": "imei",
            "idfa": "advertising",
            "client_ip": "ip",
            "mac_addr": "mac",
            "lat_lng": "pair",
            "device_model": None,
            "app_version": None,
        },
    ),
    (
        "ja_JP",
        "eccube.dtb_customer",
        {
            "name01": "last_name",
            "name02": "first_name",
            "addr02": "street",
            "phone_number": "phone",
            "birth": "birth",
            "email": "email",
            "company_name": None,
            "secret_key": None,
            "point": None,
        },
    ),
    ("ja_JP", "eccube.dtb_product", {"name": None, "search_word": None, "free_area": None}),
    (
        "ja_JP",
        "jinji.社員名簿",
        {
            "社員氏名": "name",
            "自宅住所": "address",
            "携帯番号": "phone",
            "緊急連絡先電話": "phone",
            "生年月日": "birth",
            "個人番号": "state_id",
            "車両ナンバー": "plate",
            "部署名": None,
            "役職": None,
            "社員番号": None,
        },
    ),
    (
        "ja_JP",
        "hoken.契約者",
        {"契約者名": "name", "契約者住所": "address", "口座IBAN": "iban", "商品名": None, "契約番号": None},
    ),
)


def named_by_software() -> Iterator[Known]:
    """Every column of the schemas."""
    for place, (locale, table, columns) in enumerate(SCHEMAS):
        for name, content in columns.items():
            if content is None:
                yield Known(locale, "schema", table, name, None, False, plain_values(locale, table, name))
            else:
                kind = "resident_id" if (content, locale) == ("state_id", "zh_CN") else KINDS[content]
                yield Known(locale, "schema", table, name, kind, False, content_values(content, locale, 5000 + place))
