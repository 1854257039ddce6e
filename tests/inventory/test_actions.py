from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.contracts.enums import Action
from assay.inventory import actions
from assay.inventory.actions import RULES, Facts, advise

SOUND = Facts(
    asset_id="a", unit="USD/week", cost_unit="USD/week", status="ok", state_reason="", value=600.0, ci_low=500.0, ci_high=700.0,
    value_status="valued", value_reason="", share=0.08, forecast=600.0, quality=0.99, pii_level="none", duplicate_of=None,
    cost=2.5)
UNCLEAR = replace(SOUND, value=40.0, ci_low=-90.0, ci_high=170.0, value_status="not_distinguishable", share=0.004)
UNVALUED = replace(SOUND, value=None, ci_low=None, ci_high=None, value_status="unvalued", value_reason="no use case reads it",
                   share=None, forecast=None)


@pytest.mark.parametrize(("facts", "rule", "action", "at_stake", "says"), [
    (replace(SOUND, duplicate_of="b", status="quarantined"), "copy", "merge", 2.5, "copy of b"),
    (replace(SOUND, value=-50.0, ci_low=-80.0, ci_high=-10.0, status="degraded"), "harmful", "review", 50.0,
     "(-80.00 to -10.00)"),
    (replace(SOUND, status="quarantined", state_reason="no rows"), "broken", "repair", 600.0, "quarantined (no rows)"),
    (replace(UNVALUED, status="missing", state_reason="folder is gone"), "broken", "repair", None, "value is not known"),
    (replace(UNCLEAR, pii_level="direct"), "exposed", "protect", 40.0, "direct personal data"),
    (replace(UNVALUED, pii_level="direct"), "exposed", "protect", None, "no known value"),
    (replace(UNCLEAR, cost=171.0), "costly", "archive", 171.0, "costs 171 USD/week"),
    (replace(SOUND, share=0.1, quality=0.94), "flawed", "repair", 600.0, "94%"),
    (UNCLEAR, "unclear", "review", 170.0, "(-90 to 170)"),
    (replace(SOUND, value_status="predicted"), "predicted", "review", 600.0, "predicted, not measured"),
    (UNVALUED, "unvalued", "review", None, "no use case reads it; it costs 2.50 USD/week"),
    (replace(SOUND, share=0.3), "leading", "invest", 600.0, "30% of all value"),
    (replace(SOUND, share=0.1, forecast=720.0), "leading", "invest", 600.0, "rise to 720"),
    (SOUND, "sound", "keep", 600.0, "8.0% of all value"),
    (replace(SOUND, share=0.1, quality=None), "sound", "keep", 600.0, "600 USD/week"),
])
def test_each_rule(facts: Facts, rule: str, action: str, at_stake: float | None, says: str) -> None:
    advice = advise(facts)
    assert (advice.rule, advice.action, advice.at_stake) == (rule, action, at_stake)
    assert says in advice.reason
    assert advice.reason.endswith(".")


def test_the_table_in_the_docstring_lists_the_rules_in_order() -> None:
    rows = [line.split("|") for line in (actions.__doc__ or "").splitlines() if line.startswith("| ") and line[2].isdigit()]
    assert [(r[2].strip(), r[4].strip()) for r in rows] == [(rule.name, rule.action.value) for rule in RULES]
    assert {rule.action for rule in RULES} == set(Action)


known = st.one_of(st.none(), st.floats(-1e6, 1e6))


@settings(deadline=None)
@given(st.sampled_from(["ok", "unchanged", "degraded", "quarantined", "missing"]), st.floats(-1e6, 1e6), st.floats(0, 1e6),
       st.one_of(st.none(), st.floats(-2, 2)), st.one_of(st.none(), st.floats(0, 1)), known, st.floats(0, 1e3),
       st.sampled_from(["none", "indirect", "direct", "unknown"]), st.booleans())
def test_every_asset_gets_one_action_with_a_reason(status: str, value: float, width: float, share: float | None,
                                                   quality: float | None, forecast: float | None, cost: float, pii: str,
                                                   valued: bool) -> None:
    facts = replace(SOUND if valued else UNVALUED, status=status, share=share if valued else None, quality=quality, cost=cost,
                    forecast=forecast if valued else None, pii_level=pii)
    if valued:
        clear = "valued" if value - width > 0 or value + width < 0 else "not_distinguishable"
        facts = replace(facts, value=value, ci_low=value - width, ci_high=value + width, value_status=clear)
    advice = advise(facts)
    assert advice.action in set(Action)
    assert len(advice.reason) > 20
    if advice.action == "archive":
        assert facts.ci_high is not None and facts.cost > facts.ci_high
    if not valued:
        assert advice.at_stake is None
