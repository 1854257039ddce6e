from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.profiling.personal.words import PERSONS, Vocabulary, is_plain, spell


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("HomePhone1", "_home_phone_1_"),
        ("IPAddress", "_ip_address_"),
        ("E-Mail", "_e_mail_"),
        ("ＴＥＬ", "_tel_"),
        ("Straße", "_strasse_"),
        ("登录IP", "_登录_ip_"),
        ("OXFNAME", "_oxfname_"),
        ("", "_"),
        ("%%", "_"),
    ],
)
def test_names_are_taken_apart(name, spelled):
    assert spell(name) == spelled


def test_phrases_stand_between_words_glued_or_not_and_in_the_plural():
    words = Vocabulary("phone_no telefon* tel", "手机")
    for name in ("phone_no", "PhoneNo", "phoneno", "home_phone_nos", "Telefonnummer", "tel", "TEL2", "用户手机号"):
        assert words.within(spell(name)), name
    for name in ("phone_note", "hotel", "tells", "telly", "电话"):
        assert not words.within(spell(name)), name


@pytest.mark.parametrize(
    "name", ["customers", "dim_customer", "customer_info", "kunden", "客户表", "员工信息", "社員名簿", "users_2024"]
)
def test_tables_of_persons_end_in_one(name):
    assert PERSONS.ends(spell(name))


@pytest.mark.parametrize("name", ["customer_segments", "user_events", "products", "客户等级", "client_versions"])
def test_tables_about_persons_do_not(name):
    assert not PERSONS.ends(spell(name))


def test_some_names_tell_nothing():
    assert all(is_plain(spell(name)) for name in ("col_1", "x", "Field3", "value", "c12", ""))
    assert not any(is_plain(spell(name)) for name in ("city", "col_name", "x_name", "brand"))


@given(st.text(max_size=30))
def test_spelling_again_changes_nothing(name):
    assert spell(spell(name)) == spell(name)
