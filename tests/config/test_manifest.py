"""The models are frozen, and docs/manifest.md tells of every key."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ValidationError

from assay.config import manifest
from assay.config.frozen import Frozen
from assay.config.load import _models_in as models_in
from assay.config.manifest import AssetOverride, CapturedSales, Files, Outcome, Platform, UseCase
from assay.config.settings import REPOSITORY


def platform(**changes) -> Platform:
    return Platform(platform="shop", currency="EUR", sources=[Files(name="landing", type="files", path="/lake")], **changes)


def use_case(name: str, **known_ahead: int) -> UseCase:
    return UseCase(name=name, entity={"user": "customer", "item": "product"},
                   outcome=Outcome(asset="landing.orders", time="at", window_days=7),
                   payoff=CapturedSales(type="captured_sales", top_k=5, margin=0.2),
                   known_ahead={f"landing.{table}": days for table, days in known_ahead.items()})


def every_model(model: type[BaseModel]) -> set[type[BaseModel]]:
    """`model` and every model that its fields lead to."""
    found = {model}
    for field in model.model_fields.values():
        for inner in models_in(field.annotation):
            found |= every_model(inner)
    return found


MODELS = sorted(every_model(Platform), key=lambda model: model.__name__)
KEYS = [pytest.param(model, name, field, id=f"{model.__name__}.{name}")
        for model in MODELS for name, field in model.model_fields.items()]


def test_every_model_is_reached_from_the_platform():
    ours = {thing for thing in vars(manifest).values() if isinstance(thing, type) and issubclass(thing, BaseModel)
            and thing is not Frozen}
    assert every_model(Platform) == ours


@pytest.mark.parametrize("model, name, field", KEYS)
def test_the_documentation_has_a_row_for_every_key(model, name, field):
    lines = (REPOSITORY / "docs" / "manifest.md").read_text(encoding="utf-8").splitlines()
    section = next(i for i, line in enumerate(lines) if line.startswith("#") and line.endswith(f"`{model.__name__}`"))
    end = next((i for i in range(section + 1, len(lines)) if lines[i].startswith("#")), len(lines))
    rows = [line for line in lines[section:end] if line.startswith(f"| `{name}` ")]
    assert len(rows) == 1
    assert ("| required |" in rows[0]) == field.is_required()


@pytest.mark.parametrize("model", MODELS)
def test_models_are_frozen_and_strict(model):
    assert model.model_config["frozen"] and model.model_config["strict"] and model.model_config["extra"] == "forbid"


def test_a_platform_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        platform().currency = "USD"
    with pytest.raises(ValidationError, match="frozen"):
        AssetOverride().owner = "someone"


def test_use_cases_are_found_by_name():
    shop = platform(use_cases=[use_case("next_week"), use_case("next_month")])
    assert shop.use_case("next_month").name == "next_month"
    with pytest.raises(LookupError, match="shop has no use case 'stock': it has next_week, next_month"):
        shop.use_case("stock")


def test_the_longest_foreknowledge_of_an_asset_counts():
    shop = platform(use_cases=[use_case("one", promotions=7), use_case("two", promotions=14, plans=3)])
    assert [shop.known_ahead(f"landing.{table}") for table in ("promotions", "plans", "orders")] == [14, 3, 0]
    assert platform().known_ahead("landing.orders") == 0


@pytest.mark.parametrize("payoff", [{"type": "captured_sales", "top_k": 3, "margin": 0.3},
                                    {"type": "replay", "top_k": 3, "margin": 0.3, "exposures": "a.shown", "propensity": "p"}])
def test_what_ranks_items_for_users_needs_both_and_a_time(payoff):
    case = {"name": "n", "entity": {"user": "u", "item": "i"}, "payoff": payoff,
            "outcome": {"asset": "a.orders", "time": "at", "window_days": 7}}
    assert UseCase.model_validate(case).top_k == 3
    with pytest.raises(ValidationError, match=f"{payoff['type']} ranks items for users: entity needs user and item"):
        UseCase.model_validate(case | {"entity": {"user": "u"}})
    with pytest.raises(ValidationError, match=f"{payoff['type']} needs an outcome with time and window_days"):
        UseCase.model_validate(case | {"outcome": {"asset": "a.orders", "label": "l", "positive": "1"}})


def test_kinds_of_personal_data_are_known_ones():
    said = {"contact": "none", "xm": "person_name", "years": "age"}
    assert AssetOverride(personal=said).personal == said
    with pytest.raises(ValidationError, match=r"'contact' can't be 'e-mail': did you mean 'email'\?"):
        AssetOverride(personal={"contact": "e-mail"})
    with pytest.raises(ValidationError, match="write one of none, email, phone"):
        AssetOverride(personal={"contact": "xyzzy"})


@pytest.mark.parametrize("place", [{"path": "/exports"}, {"connection": "gms"}])
def test_a_catalogue_lies_in_files_or_behind_a_connection(place):
    said = {"name": "hub", "type": "datahub"} | place
    assert platform(catalogues=[said]).catalogues[0].model_dump(exclude_none=True) == said


@pytest.mark.parametrize("place", [{}, {"path": "/exports", "connection": "gms"}])
def test_a_catalogue_has_one_place(place):
    with pytest.raises(ValidationError, match="either path, for its files, or connection, for its REST API"):
        platform(catalogues=[{"name": "hub", "type": "datahub"} | place])


def test_the_name_of_a_catalogue_is_no_sources():
    with pytest.raises(ValidationError, match="two entries are named 'landing'"):
        platform(catalogues=[{"name": "landing", "type": "openmetadata", "path": "/exports"}])
    with pytest.raises(ValidationError, match="type"):
        platform(catalogues=[{"name": "hub", "type": "atlas", "path": "/exports"}])


def test_a_connection_belongs_to_spark():
    assert platform(engine={"type": "spark", "connection": "cluster"}).engine.connection == "cluster"
    with pytest.raises(ValidationError, match="duckdb runs in the task"):
        platform(engine={"connection": "cluster"})
