"""A manifest is strict: every mistake in it is one sentence that names the key, the file and what would do."""

from __future__ import annotations

import copy
import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from assay.config import find_platforms, load_platform
from assay.config.settings import REPOSITORY
from assay.errors import ConfigError, UnknownPlatform

MANIFEST: dict[str, Any] = {
    "platform": "shop",
    "currency": "EUR",
    "sources": [{"name": "landing", "type": "files", "path": "${ASSAY_LANDING}/shop"}],
    "use_cases": [{
        "name": "next_week",
        "entity": {"user": "customer", "item": "product"},
        "outcome": {"asset": "landing.orders", "time": "at", "amount": "paid", "window_days": 7},
        "payoff": {"type": "captured_sales", "top_k": 5, "margin": 0.2},
    }],
    "assets": {"landing.orders": {"kind": "event", "roles": {"paid": "measure"}}},
}

STOCK: dict[str, Any] = {
    "name": "stock", "entity": {"item": "product", "place": "shop"},
    "outcome": {"asset": "landing.orders", "time": "at", "amount": "units", "paid": "paid", "window_days": 7},
    "payoff": {"type": "newsvendor", "margin": 0.3, "holding": 0.05, "spoilage": 0.05},
}


@pytest.fixture
def platforms(tmp_path, monkeypatch):
    monkeypatch.setenv("ASSAY_PLATFORMS", str(tmp_path))
    monkeypatch.setenv("ASSAY_LANDING", "/lake")
    return tmp_path


def write(folder: Path, manifest: Any, name: str = "shop") -> Path:
    path = folder / name / "platform.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(manifest if isinstance(manifest, str) else yaml.safe_dump(manifest, allow_unicode=True), encoding="utf-8")
    return path


def changed(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """The manifest with `value` at `path`; with value ... the key is taken out."""
    manifest = copy.deepcopy(MANIFEST)
    node = manifest
    for part in path[:-1]:
        node = node[part]
    if value is ...:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return manifest


def refusal(folder: Path, manifest: Any) -> str:
    path = write(folder, manifest)
    with pytest.raises(ConfigError) as caught:
        load_platform("shop")
    message = str(caught.value)
    assert str(path) in message
    assert len(message.splitlines()) == 1
    assert isinstance(caught.value, ValueError)
    return message


def test_a_whole_manifest_loads_with_its_defaults(platforms):
    write(platforms, MANIFEST)
    platform = load_platform("shop")
    assert platform.sources[0].path == "/lake/shop"
    assert platform.schedule == "0 2 * * *"
    assert platform.forecast.horizons == [7, 14, 21, 28]
    assert platform.use_case("next_week").candidates.random == 20
    assert platform.assets["landing.orders"].kind == "event"


@pytest.mark.parametrize("path, near", [
    (("curency",), "currency"),
    (("forecast", "discount_rat"), "discount_rate"),
    (("sources", 0, "pth"), "path"),
    (("use_cases", 0, "pay_off"), "payoff"),
    (("use_cases", 0, "outcome", "window_day"), "window_days"),
    (("use_cases", 0, "payoff", "topk"), "top_k"),
    (("use_cases", 0, "candidates", "populr"), "popular"),
    (("assets", "landing.orders", "onwer"), "owner"),
], ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else value)
def test_a_misspelt_key_names_the_nearest_one(platforms, path, near):
    manifest = copy.deepcopy(MANIFEST) | {"forecast": {}}
    manifest["use_cases"][0]["candidates"] = {}
    node = manifest
    for part in path[:-1]:
        node = node[part]
    node[path[-1]] = 1
    message = refusal(platforms, manifest)
    assert "unknown key" in message
    assert path[-1] in message
    assert f"did you mean {near!r}?" in message


def test_a_key_like_no_other_lists_what_there_is(platforms):
    message = refusal(platforms, changed(("forecast",), {"zzz": 1}))
    assert "unknown key 'forecast.zzz'" in message
    assert "remove it; known keys are discount_rate, horizons" in message


@pytest.mark.parametrize("path", [("currency",), ("sources",), ("sources", 0, "path"), ("use_cases", 0, "outcome"),
                                  ("use_cases", 0, "payoff", "margin")], ids=lambda path: ".".join(map(str, path)))
def test_a_missing_key_is_named(platforms, path):
    message = refusal(platforms, changed(path, ...))
    assert "missing key" in message
    assert str(path[-1]) in message


@pytest.mark.parametrize("path, value, words", [
    (("closed",), "yes", "closed"),
    (("currency",), "euros", "currency"),
    (("platform",), "My Shop", "platform"),
    (("sources",), [], "sources"),
    (("sources", 0, "type"), "odbc", "sources.0"),
    (("sources", 0, "type"), "sql", "unknown key 'sources.0.sql.path'"),
    (("sources", 0), {"name": "crm", "type": "sql", "conection": "crm"}, "did you mean 'connection'?"),
    (("use_cases", 0, "payoff", "margin"), "0.2", "margin"),
    (("use_cases", 0, "payoff", "margin"), 2, "margin"),
    (("use_cases", 0, "payoff", "type"), "lottery", "payoff"),
    (("use_cases", 0, "outcome", "window_days"), 7.5, "window_days"),
    (("use_cases", 0, "outcome", "window_days"), ..., "time and window_days go together"),
    (("use_cases", 0, "outcome", "label"), "bought", "label and positive go together"),
    (("use_cases", 0, "outcome"), {"asset": "landing.orders"}, "an outcome needs time and window_days, or label and positive"),
    (("use_cases", 0, "entity"), {"user": "customer"}, "entity needs user and item"),
    (("use_cases", 0, "entity"), {}, "entity"),
    (("use_cases", 0, "payoff"), {"type": "cost_matrix", "gain_accept": 1.0, "loss_accept": 5.0},
     "needs an outcome with label"),
    (("use_cases", 0, "payoff"), {"type": "newsvendor", "margin": 0.2, "holding": 0.0, "spoilage": 0.1},
     "entity needs item, and no user"),
    (("use_cases", 0, "payoff"), {"type": "newsvendor", "margin": 0.2, "holding": 0.0, "spoilage": 0.0},
     "holding or spoilage has to cost something"),
    (("use_cases", 0), STOCK | {"outcome": MANIFEST["use_cases"][0]["outcome"]}, "window_days, amount and paid"),
    (("use_cases", 0), STOCK | {"candidates": {"min_sale_weeks": 27}}, "fewer weeks than candidates.min_sale_weeks"),
    (("timezone",), "Mars/Olympus", "timezone: Value error, no such time zone"),
    (("timezone",), "../etc/passwd", "timezone: Value error, no such time zone"),
    (("schedule",), "nightly", "schedule: Value error, no cron expression"),
    (("sources",), MANIFEST["sources"] * 2, "two entries are named 'landing'"),
    (("use_cases",), MANIFEST["use_cases"] * 2, "two entries are named 'next_week'"),
    (("assets", "landing.orders", "kind"), "evnt", "kind"),
    (("assets", "landing.orders", "roles"), {"paid": "money"}, "roles.paid"),
])
def test_a_wrong_value_is_named_with_what_was_got(platforms, path, value, words):
    assert words in refusal(platforms, changed(path, value))


@pytest.mark.parametrize("text, words", [
    ("platform: [shop", "YAML that can't be parsed"),
    ("- platform\n", "no mapping at top level"),
    ("", "no mapping at top level"),
])
def test_what_is_no_manifest_is_refused(platforms, text, words):
    assert words in refusal(platforms, text)


def test_a_manifest_in_another_encoding_is_refused(platforms):
    path = write(platforms, MANIFEST)
    path.write_bytes("platform: shop\ntitle: 商店\n".encode("gb18030"))
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_platform("shop")


def test_the_name_is_that_of_the_folder(platforms):
    assert "name it like its folder, 'shop'" in refusal(platforms, changed(("platform",), "store"))


def test_variables_are_expanded_at_any_depth_and_more_than_once(platforms, monkeypatch):
    monkeypatch.setenv("SHOP_REGION", "north")
    manifest = changed(("sources", 0, "path"), "${ASSAY_LANDING}/${SHOP_REGION}/shop")
    manifest["assets"]["landing.orders"]["description"] = "orders of the ${SHOP_REGION}, $5 each"
    write(platforms, manifest)
    platform = load_platform("shop")
    assert platform.sources[0].path == "/lake/north/shop"
    assert platform.assets["landing.orders"].description == "orders of the north, $5 each"


def test_an_unset_variable_is_named(platforms, monkeypatch):
    monkeypatch.delenv("SHOP_REGION", raising=False)
    message = refusal(platforms, changed(("sources", 0, "path"), "${SHOP_REGION}/shop"))
    assert "unset variable ${SHOP_REGION}" in message
    assert "set SHOP_REGION in the environment" in message


def test_an_unknown_platform_names_those_in_reach(platforms):
    write(platforms, MANIFEST)
    with pytest.raises(UnknownPlatform, match=re.escape(f"unknown platform 'shp': {platforms} has shop;")) as caught:
        load_platform("shp")
    assert caught.value.known == ("shop",)


def test_no_name_leads_out_of_the_platforms(platforms):
    write(platforms.parent / f"{platforms.name}_other", MANIFEST)
    with pytest.raises(UnknownPlatform):
        load_platform(f"../{platforms.name}_other/shop")


def test_the_first_folder_with_a_name_wins(platforms, monkeypatch, tmp_path_factory):
    second = tmp_path_factory.mktemp("second")
    first = write(platforms, MANIFEST)
    write(second, MANIFEST)
    bank = write(second, MANIFEST | {"platform": "bank"}, "bank")
    monkeypatch.setenv("ASSAY_PLATFORMS", f"{platforms}{os.pathsep}{second}")
    assert find_platforms() == {"bank": bank, "shop": first}


@pytest.mark.parametrize("name", ["complete_journey", "german_credit"])
def test_the_demo_platforms_load_with_embedded_defaults(monkeypatch, name):
    for variable in ("ASSAY_PLATFORMS", "ASSAY_LANDING", "ASSAY_STORAGE"):
        monkeypatch.delenv(variable, raising=False)
    assert load_platform(name).sources[0].path == str(REPOSITORY / "data" / "landing" / name)


@given(junk=st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
                         lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
                         max_leaves=8), key=st.sampled_from(sorted(MANIFEST)))
def test_whatever_stands_at_a_key_gives_one_bounded_sentence_or_a_platform(tmp_path_factory, junk, key):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("platforms")
        patch.setenv("ASSAY_PLATFORMS", str(folder))
        write(folder, MANIFEST | {key: junk})
        try:
            assert load_platform("shop").platform == "shop"
        except ConfigError as error:
            assert len(str(error).splitlines()) == 1
            assert len(str(error)) < 1500


def test_a_newsvendor_stocks_the_critical_fractile_and_the_item_comes_last(platforms):
    write(platforms, changed(("use_cases",), [STOCK]))
    case = load_platform("shop").use_case("stock")
    assert list(case.entity) == ["place", "item"]
    assert case.payoff.type == "newsvendor" and case.payoff.fractile == pytest.approx(0.75)
