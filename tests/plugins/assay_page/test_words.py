from __future__ import annotations

import re

import pytest

from assay.contracts import enums
from assay.views.runs import DayStatus
from assay_page.figures import text_of
from assay_page.words import LOCALES, Speaker, preferred, texts

WORDS = {"action": enums.Action, "status": enums.AssetStatus, "kind": enums.AssetKind, "value": enums.ValueStatus,
         "dimension": enums.Dimension, "severity": enums.Severity, "incident": enums.IncidentStatus,
         "relation": enums.RelationKind, "change": enums.ChangeKind, "day": DayStatus, "decision": enums.Decision}


def numbers(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_all_languages_say_the_same():
    english = texts("en")
    for language in LOCALES:
        said = texts(language)
        assert set(said) == set(english)
        assert {key for key in said if numbers(said[key]) != numbers(english[key])} == set()


@pytest.mark.parametrize("kind", WORDS)
def test_every_word_of_a_vocabulary_is_translated(kind):
    for language in LOCALES:
        assert {f"{kind}_{value}" for value in WORDS[kind]} <= set(texts(language))


def test_money_and_dates_follow_the_language():
    english, chinese = Speaker("en"), Speaker("zh")
    assert english.money(1234.5, "USD/week") == "$1,234 per week" or english.money(1234.5, "USD/week") == "$1,235 per week"
    assert chinese.money(0.25, "CNY/week") == "¥0.25/周"
    assert english.unit("USD/14 days") == "US dollars per 14 days"
    assert (english.date("2017-12-31"), chinese.date("2017-12-31")) == ("Dec 31, 2017", "2017年12月31日")
    assert english.date(None) == "–" and english.date("soon") == "soon"


def test_what_is_not_all_is_not_written_as_all():
    say = Speaker("en")
    assert [say.percent(share) for share in (1, 0.99999, 0.5, 0.034, None)] == ["100%", "99.9%", "50%", "3.4%", "–"]


@pytest.mark.parametrize("header, language", [("zh-CN,en;q=0.5", "zh"), ("fr, en", "en"), ("", "en"), ("ZH", "zh")])
def test_the_browsers_first_known_language_is_taken(header, language):
    assert preferred(header) == language


def test_a_figure_cannot_end_the_element_it_stands_in():
    assert "</script" not in text_of({"data": [{"text": ["</script><img src=x>"]}]})
    assert "&" not in text_of({"a": "&"})
