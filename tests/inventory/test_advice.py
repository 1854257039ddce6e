"""The rules as they are written down: a platform's own, and every mistake in them as one sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.inventory.test_actions import SOUND

from assay.errors import ConfigError
from assay.inventory.actions import advise
from assay.inventory.advice import default_rules, load_rules

KEEP = {"name": "sound", "action": "keep", "reason": "It brings {worth}."}


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The advice of a platform `shop`, not written yet."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "platform.yaml").write_text("platform: shop")
    monkeypatch.setenv("ASSAY_PLATFORMS", str(tmp_path))
    return tmp_path / "shop" / "advice.yaml"


def test_without_a_file_the_rules_are_the_default(own: Path) -> None:
    assert load_rules("shop") == default_rules()


def test_a_threshold_alone_is_changed(own: Path) -> None:
    own.write_text("thresholds: {large_share: 0.05}\n")
    rules = load_rules("shop")
    assert advise(SOUND, rules, {}).rule == "leading"
    assert advise(SOUND, default_rules(), {}).rule == "sound"
    assert rules.thresholds["little_share"] == 0.05


def test_rules_take_the_place_of_the_whole_list_and_may_name_numbers_of_their_own(own: Path) -> None:
    dear = {"name": "dear", "action": "archive", "at_stake": "cost", "reason": "It costs {upkeep}.",
            "when": {"all": [{"fact": "cost", "above": "most"}, {"fact": "pii_level", "equals": "none"}]}}
    own.write_text(yaml.safe_dump({"thresholds": {"most": 2}, "rules": [dear, KEEP]}))
    rules = load_rules("shop")
    assert [rule.name for rule in rules.rules] == ["dear", "sound"]
    found = advise(SOUND, rules, {})
    assert (found.rule, found.reason, found.at_stake) == ("dear", "It costs 2.50 USD/week.", 2.5)
    assert found.grounds == "cost above 2.0, pii_level is none"
    assert advise(replace(SOUND, cost=1.0), rules, {}).rule == "sound"


def rule(**changes: Any) -> dict[str, Any]:
    made = {"name": "poor", "action": "repair", "when": {"fact": "quality", "below": 0.5}, "reason": "Only {quality}."}
    made |= changes
    return {"rules": [made, KEEP]}


@pytest.mark.parametrize(("content", "says"), [
    ("rules: [", "can't be parsed"),
    ("- a\n- b\n", "no mapping at top level"),
    ({"treshholds": {}}, "unknown key 'treshholds' in"),
    ({"thresholds": {"large_shar": 0.1}}, "unknown threshold 'large_shar'"),
    (rule(whn={}), "did you mean 'when'?"),
    (rule(action="destroy"), "in rule 'poor'"),
    (rule(when={"fact": "quality", "beow": 0.5}), "did you mean 'below'?"),
    (rule(when={"fact": "qualty", "below": 0.5}), "unknown fact 'qualty' in rule 'poor'"),
    (rule(when={"fact": "quality", "below": "god_quality"}), "did you mean 'good_quality'?"),
    (rule(when={"fact": "status", "above": 1}), "which is no number in rule 'poor'"),
    (rule(when={"fact": "status", "equals": "degradd"}), "did you mean 'degraded'?"),
    (rule(when={"fact": "in_use_case", "equals": "no"}), "in_use_case compared with 'no'"),
    (rule(when={"fact": "quality", "equals": "good"}), "compare it by above"),
    (rule(when={"fact": "quality"}), "a fact is compared by"),
    (rule(when={"fact": "quality", "below": 1, "all": [{"fact": "value", "known": True}]}), "one of fact, all and any"),
    (rule(when={"all": []}), "all in rule 'poor'"),
    (rule(reason="It brings {wort}."), "did you mean 'worth'?"),
    (rule(reason="It brings {worth.__class__}."), "unknown word {worth.__class__}"),
    (rule(reason="It brings {worth!r}."), "unknown word {worth!r}"),
    (rule(reason="It brings {worth"), "can't be filled in"),
    (rule(at_stake="quality"), "unknown money 'quality' at stake in rule 'poor'"),
    ({"rules": [{**KEEP, "action": "archive"}]}, "the last rule, 'sound', has to apply always"),
    ({"rules": [{**KEEP, "name": "first"}, KEEP]}, "rule 'first' has no when"),
    ({"rules": [rule()["rules"][0], {**KEEP, "name": "poor"}]}, "two rules are named 'poor'"),
    ({"rules": []}, "see docs/advice.md"),
    ({"rules": [{"action": "keep", "reason": "It stays."}]}, "missing key 'name' in rule 1"),
])
def test_every_mistake_is_one_sentence_that_names_the_file(own: Path, content: Any, says: str) -> None:
    own.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    with pytest.raises(ConfigError) as caught:
        load_rules("shop")
    sentence = str(caught.value)
    assert says in sentence
    assert str(own) in sentence
    assert "\n" not in sentence
