"""What to do about an asset: the first rule that applies decides, unless a person has rejected what it proposes."""

from __future__ import annotations

from dataclasses import dataclass

from assay.contracts.enums import Decision
from assay.inventory.advice import PROPOSALS, Rule, Rules
from assay.inventory.decisions import Decided, Decisions
from assay.inventory.facts import Facts, Value


@dataclass(frozen=True)
class Advice:
    """What the rules say of one asset.

    Attributes:
        rule: Name of the rule that decided.
        action: An `Action`.
        reason: Why, in one sentence.
        at_stake: Money per window that the action concerns, None where unknown.
        grounds: What the rule compares, without numbers that move every night.
        decision: Of a proposal: waiting or approved; rejected where an earlier rule's proposal was.
        decided: Who decided what, in one sentence.
    """

    rule: str
    action: str
    reason: str
    at_stake: float | None
    grounds: str
    decision: str | None
    decided: str | None


def advise(facts: Facts, rules: Rules, decisions: Decisions) -> Advice:
    """The advice of the first rule that applies and whose proposal nobody has rejected; the last rule always applies.

    Args:
        facts: What is known of the asset.
        rules: The platform's.
        decisions: Asset, action and grounds -> what was decided.
    """
    rejected: Decided | None = None
    for rule in rules.rules:
        if rule.when is not None and not rule.when.holds(facts, rules.thresholds):
            continue
        grounds = rule.when.grounds(facts, rules.thresholds) if rule.when else ""
        if rule.action not in PROPOSALS:
            return _advice(rule, facts, grounds, Decision.REJECTED if rejected else None, rejected)
        decided = decisions.get((facts.asset_id, str(rule.action), grounds))
        if decided is None:
            return _advice(rule, facts, grounds, Decision.WAITING, rejected)
        if decided.decision == Decision.APPROVED:
            return _advice(rule, facts, grounds, Decision.APPROVED, decided)
        rejected = rejected or decided
    raise AssertionError("the last rule of a platform always applies and is no proposal")


def _advice(rule: Rule, facts: Facts, grounds: str, decision: Decision | None, decided: Decided | None) -> Advice:
    stake: Value = facts.of(rule.at_stake) if rule.at_stake else None
    return Advice(rule.name, str(rule.action), rule.reason.format_map(facts.words()),
                  stake if isinstance(stake, float) else None, grounds, str(decision) if decision else None,
                  decided.sentence if decided else None)
