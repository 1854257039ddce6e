from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.contracts.enums import Action
from assay.inventory.actions import Advice, advise
from assay.inventory.advice import PROPOSALS, default_rules
from assay.inventory.decisions import Decided
from assay.inventory.facts import Facts

SOUND = Facts(
    asset_id="a", unit="USD/week", cost_unit="USD/week", status="ok", state_reason="", value=600.0, ci_low=500.0, ci_high=700.0,
    value_status="valued", value_reason="", share=0.08, forecast=600.0, present_value=200.0, quality=0.99, pii_level="none",
    duplicate_of=None, cost=2.5, usage=None, usage_words="", in_use_case=True)
UNCLEAR = replace(SOUND, value=40.0, ci_low=-90.0, ci_high=170.0, value_status="not_distinguishable", share=0.004)
UNVALUED = replace(SOUND, value=None, ci_low=None, ci_high=None, value_status="unvalued", value_reason="no use case reads it",
                   share=None, forecast=None, present_value=None, in_use_case=False)
COPY = replace(SOUND, duplicate_of="b")
GROUNDS = "duplicate_of is b"


def advice(facts: Facts, **decided: Decided) -> Advice:
    return advise(facts, default_rules(), {("a", action, GROUNDS): one for action, one in decided.items()})


@pytest.mark.parametrize(("facts", "rule", "action", "at_stake", "says"), [
    (replace(COPY, status="quarantined"), "copy", "merge", 2.5, "copy of b"),
    (replace(SOUND, value=-50.0, ci_low=-80.0, ci_high=-10.0, status="degraded"), "harmful", "review", 50.0,
     "(-80.00 to -10.00)"),
    (replace(SOUND, status="quarantined", state_reason="no rows"), "broken", "repair", 600.0, "quarantined (no rows)"),
    (replace(UNVALUED, status="missing", state_reason="folder is gone"), "broken_unvalued", "repair", None,
     "value is not known"),
    (replace(UNCLEAR, pii_level="direct"), "exposed", "protect", 40.0, "direct personal data"),
    (replace(UNVALUED, pii_level="direct"), "exposed", "protect", None, "no known value"),
    (replace(UNCLEAR, cost=171.0), "costly", "archive", 171.0, "costs 171 USD/week"),
    (replace(UNVALUED, usage="unused", usage_words="never used in the 90 days of the log"), "unused", "archive", 2.5,
     "it was never used in the 90 days of the log; it costs 2.50 USD/week"),
    (replace(UNVALUED, usage="unused", in_use_case=True), "unvalued", "review", None, "no use case reads it"),
    (replace(UNVALUED, usage="unclear"), "unvalued", "review", None, "no use case reads it"),
    (replace(SOUND, share=0.1, quality=0.94), "flawed", "repair", 600.0, "94%"),
    (UNCLEAR, "unclear", "review", 170.0, "(-90 to 170)"),
    (replace(SOUND, value_status="predicted"), "predicted", "review", 600.0, "predicted, not measured"),
    (UNVALUED, "unvalued", "review", None, "no use case reads it; it costs 2.50 USD/week"),
    (replace(SOUND, share=0.3), "leading", "invest", 600.0, "30% of all value"),
    (replace(SOUND, share=0.1, forecast=720.0), "rising", "invest", 600.0, "rise to 720"),
    (SOUND, "sound", "keep", 600.0, "8.0% of all value"),
    (replace(SOUND, share=0.1, quality=None), "sound", "keep", 600.0, "600 USD/week"),
])
def test_each_rule(facts: Facts, rule: str, action: str, at_stake: float | None, says: str) -> None:
    found = advice(facts)
    assert (found.rule, found.action, found.at_stake) == (rule, action, at_stake)
    assert says in found.reason
    assert found.reason.endswith(".")


def test_every_action_is_advised_by_some_rule() -> None:
    assert {rule.action for rule in default_rules().rules} == set(Action)


def test_a_proposal_waits_until_somebody_decides() -> None:
    found = advice(COPY)
    assert (found.action, found.decision, found.decided, found.grounds) == ("merge", "waiting", None, GROUNDS)
    assert advice(SOUND).decision is None


def test_an_approved_proposal_says_who_approved_it_and_waits_to_be_done() -> None:
    found = advice(COPY, merge=Decided("merge", "approved", "ann", "2026-11-25T08:30:00+00:00", ""))
    assert (found.action, found.decision) == ("merge", "approved")
    assert found.decided == "Approved by ann on 2026-11-25, waiting to be done."


def test_a_rejected_proposal_gives_way_to_the_next_rule_while_its_grounds_are_the_same() -> None:
    no = Decided("merge", "rejected", "ann", "2026-11-25T08:30:00+00:00", "finance reads it.")
    found = advice(replace(COPY, cost=99.0), merge=no)
    assert (found.rule, found.action, found.decision) == ("sound", "keep", "rejected")
    assert found.decided == "A proposal to merge it was rejected by ann on 2026-11-25 (finance reads it)."

    other = advice(replace(COPY, duplicate_of="c"), merge=no)
    assert (other.rule, other.decision, other.decided) == ("copy", "waiting", None)


def test_behind_a_rejected_proposal_another_one_waits() -> None:
    no = Decided("merge", "rejected", "ann", "2026-11-25T08:30:00+00:00", "")
    found = advice(replace(COPY, cost=701.0), merge=no)
    assert (found.rule, found.action, found.decision) == ("costly", "archive", "waiting")
    assert found.decided is not None and "merge" in found.decided


known = st.one_of(st.none(), st.floats(-1e6, 1e6))


@given(st.sampled_from(["ok", "unchanged", "degraded", "quarantined", "missing"]), st.floats(-1e6, 1e6), st.floats(0, 1e6),
       st.one_of(st.none(), st.floats(-2, 2)), st.one_of(st.none(), st.floats(0, 1)), known, st.floats(0, 1e3),
       st.sampled_from(["none", "indirect", "direct", "unknown"]), st.booleans(),
       st.sampled_from([None, "used", "idle", "unused", "unclear"]))
def test_every_asset_gets_one_action_with_a_reason(status: str, value: float, width: float, share: float | None,
                                                   quality: float | None, forecast: float | None, cost: float, pii: str,
                                                   valued: bool, usage: str | None) -> None:
    facts = replace(SOUND if valued else UNVALUED, status=status, share=share if valued else None, quality=quality, cost=cost,
                    forecast=forecast if valued else None, pii_level=pii, usage=usage)
    if valued:
        clear = "valued" if value - width > 0 or value + width < 0 else "not_distinguishable"
        facts = replace(facts, value=value, ci_low=value - width, ci_high=value + width, value_status=clear)
    found = advice(facts)
    assert found.action in set(Action)
    assert len(found.reason) > 20
    assert (found.decision == "waiting") == (found.action in PROPOSALS)
    if found.action == "archive":
        assert found.rule == "unused" or (facts.ci_high is not None and facts.cost > facts.ci_high)
