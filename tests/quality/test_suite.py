from __future__ import annotations

from pathlib import Path

import pytest

from assay.errors import ConfigError
from assay.quality.expectations import known_types
from assay.quality.suite import default_suite, find_suite, parse_suite, suite_names

ROWS = """
- expectation: expect_table_row_count_to_be_between
  min_value: 1
  severity: critical
  dimension: completeness
"""
FILE = Path("landing.orders.yaml")


def entry(text: str) -> str:
    return ROWS + "- {" + text + "}\n"


def test_keeps_the_order_and_the_words_of_the_file() -> None:
    suite = parse_suite(FILE, entry("expectation: expect_column_values_to_not_be_null, column: id, severity: warning, "
                                    "dimension: completeness, mostly: 0.5"))
    assert [e.expectation for e in suite.expectations] == ["expect_table_row_count_to_be_between",
                                                           "expect_column_values_to_not_be_null"]
    assert suite.expectations[1].arguments("2017-01-01") == {"column": "id", "mostly": 0.5}


@pytest.mark.parametrize(("text", "words"), [
    ("expectation: expect_column_values_to_not_be_nul, column: id, severity: critical, dimension: completeness",
     ["expect_column_values_to_not_be_nul", "did you mean 'expect_column_values_to_not_be_null'"]),
    ("expectation: expect_column_values_to_not_be_null, colum: id, severity: critical, dimension: completeness",
     ["colum", "did you mean 'column'"]),
    ("expectation: expect_column_values_to_not_be_null, column: id, dimension: completeness",
     ["missing key 'severity'", "critical, warning"]),
    ("expectation: expect_column_values_to_not_be_null, column: id, severity: critical",
     ["missing key 'dimension'", "timeliness"]),
    ("expectation: expect_column_values_to_be_between, column: id, severity: critical, dimension: accuracy",
     ["without a bound it can't fail"]),
    ("expectation: expect_column_values_to_be_between, column: id, min_value: one, severity: critical, dimension: accuracy",
     ["min_value", "entry 2"]),
    ("column: id, severity: critical, dimension: accuracy", ["unknown expectation"]),
    ("expectation: expect_column_values_to_not_be_null, column: id, severity: fatal, dimension: accuracy", ["severity"]),
])
def test_a_mistake_is_one_sentence_naming_file_and_remedy(text: str, words: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_suite(FILE, entry(text))
    message = str(caught.value)
    assert "landing.orders.yaml" in message and "\n" not in message
    for word in words:
        assert word in message


@pytest.mark.parametrize("text", ["{}", "[]", "- [a", "- just words\n", ROWS.replace("critical", "warning"),
                                  ROWS.replace("1", "0")])
def test_refuses_what_would_let_an_empty_table_pass_or_is_no_list(text: str) -> None:
    with pytest.raises(ConfigError, match="landing.orders.yaml"):
        parse_suite(FILE, text)


def test_a_suite_may_name_its_owner() -> None:
    text = "owner: pricing team\nexpectations:" + ROWS
    assert parse_suite(FILE, text).owner == "pricing team" and parse_suite(FILE, ROWS).owner is None
    assert parse_suite(FILE, text).expectations == parse_suite(FILE, ROWS).expectations


@pytest.mark.parametrize(("text", "words"), [
    ("ownr: a\nexpectations:" + ROWS, "did you mean 'owner'"), ("owner: [a]\nexpectations:" + ROWS, "name a team"),
    ("owner: ''\nexpectations:" + ROWS, "name a team"), ("owner: a\n", "start each entry"),
    ("owner: a\nexpectations: {}", "start each entry"),
])
def test_a_mistaken_head_is_one_sentence(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match="landing.orders.yaml") as caught:
        parse_suite(FILE, text)
    assert words in str(caught.value)


@pytest.mark.parametrize("platform", ["complete_journey", "german_credit", "synthetic_shop"])
def test_every_suite_of_the_demos_loads_and_the_built_in_one_is_valid(platform: str, small_environment: Path) -> None:
    names = suite_names(platform)
    assert len(names) == {"complete_journey": 8, "german_credit": 5, "synthetic_shop": 9}[platform]
    for name in names:
        suite = find_suite(platform, name)
        assert suite is not None and len({e.dimension for e in suite.expectations}) >= 3
    assert find_suite(platform, "landing.unknown") is None
    assert len(default_suite(["a", "b"]).expectations) == 3


def test_a_platform_can_be_held_to_the_suites_of_another(small_environment: Path) -> None:
    assert suite_names("small_journey") == suite_names("complete_journey")
    assert find_suite("small_journey", "landing.products") == find_suite("complete_journey", "landing.products")


def test_a_shared_platform_that_does_not_exist_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "shop" / "expectations"
    folder.mkdir(parents=True)
    (tmp_path / "shop" / "platform.yaml").write_text("platform: shop\n")
    (folder / "same_as.yaml").write_text("platform: nowhere\n")
    monkeypatch.setenv("ASSAY_PLATFORMS", str(tmp_path))
    with pytest.raises(ConfigError, match="nowhere"):
        find_suite("shop", "landing.a")


@pytest.mark.slow
def test_the_catalogue_agrees_with_great_expectations() -> None:
    from great_expectations.expectations.registry import get_expectation_impl

    import assay.quality.rules  # noqa: F401  registers the project's own

    for name, family in known_types().items():
        peer = get_expectation_impl(name)
        conditional = {"row_condition"} if family.model_fields["where"].annotation is not type(None) else set()
        for key in (set(family.model_fields) - {"expectation", "dimension", "where"}) | conditional:
            assert key in peer.__fields__, (name, key)
