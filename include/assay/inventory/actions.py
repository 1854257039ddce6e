"""What to do about an asset: ordered rules, the first that applies decides.

| # | rule | applies to | action | at stake |
|---|---|---|---|---|
| 1 | copy | a copy of another asset | merge | its cost |
| 2 | harmful | an interval wholly below 0 | review | what it loses |
| 3 | broken | degraded, quarantined or missing tonight | repair | its value |
| 4 | exposed | direct personal data, little or no known value | protect | its value |
| 5 | costly | costs more than its value's upper end | archive | its cost |
| 6 | flawed | worth much, quality below the mark | repair | its value |
| 7 | unclear | the interval contains 0 | review | its value's upper end |
| 8 | predicted | a value that no use case has measured | review | its value |
| 9 | unvalued | nothing is known of its value | review | unknown |
| 10 | leading | a large share, or a sizeable one that rises | invest | its value |
| 11 | sound | everything else | keep | its value |

A copy comes first since its value is shared with its twin, whatever state it is in; harm comes before repair since nobody
should mend what loses money. An asset that can't be told from 0 is not worthless: it is archived only if even the upper end
of its interval does not pay for its upkeep.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assay.contracts.enums import Action, AssetStatus, ValueStatus
from assay.inventory.wording import amount, interval, percent, widest

LITTLE_SHARE = 0.05  # of all value: below it direct personal data is a risk first
MUCH_SHARE = 0.10  # of all value: above it quality and growth matter
LARGE_SHARE = 0.30  # of all value: above it the platform depends on the asset
GOOD_QUALITY = 0.95  # share of passed checks, critical ones counted three times
BROKEN = frozenset({AssetStatus.DEGRADED.value, AssetStatus.QUARANTINED.value, AssetStatus.MISSING.value})


@dataclass(frozen=True)
class Facts:
    """What the rules look at; money per window in the inventory's `unit`.

    Attributes:
        asset_id: The asset.
        unit: Currency and window.
        cost_unit: The same, or currency and night where values are per sample.
        status: An `AssetStatus`.
        state_reason: Why it is neither ok nor unchanged, empty otherwise.
        value: None where unvalued.
        ci_low: 2.5 % point, None where unknown.
        ci_high: 97.5 % point, None where unknown.
        value_status: A `ValueStatus`.
        value_reason: Why it is unvalued, empty otherwise.
        share: Value as a share of all assets' value, None where that makes no sense.
        forecast: Median of the next window's value, None without forecast.
        quality: 0..1, higher is better, None where nothing was checked.
        pii_level: none, indirect, direct or unknown.
        duplicate_of: The asset that it copies, None otherwise.
        cost: Bytes stored and read.
    """

    asset_id: str
    unit: str
    cost_unit: str
    status: str
    state_reason: str
    value: float | None
    ci_low: float | None
    ci_high: float | None
    value_status: str
    value_reason: str
    share: float | None
    forecast: float | None
    quality: float | None
    pii_level: str
    duplicate_of: str | None
    cost: float

    @property
    def worth(self) -> str:
        """The value in words."""
        return "no known value" if self.value is None else f"{self._value} {self.unit}"

    @property
    def worth_within(self) -> str:
        """The value in words, with its interval where one is known."""
        unknown = self.value is None or self.ci_low is None
        return self.worth if unknown else f"{self.worth} ({interval(self.ci_low, self.ci_high)})"

    @property
    def _value(self) -> str:
        return "" if self.value is None else amount(self.value, widest(self.ci_low, self.ci_high))

    @property
    def upkeep(self) -> str:
        """The cost in words."""
        return f"{amount(self.cost)} {self.cost_unit}"

    @property
    def portion(self) -> str:
        """The share in words."""
        return "" if self.share is None else f", {percent(self.share)} of all value"


@dataclass(frozen=True)
class Rule:
    """One row of the table above.

    Attributes:
        name: Its name there.
        action: What it advises.
        applies: Whether it decides.
        reason: One sentence with the numbers that decided.
        at_stake: Money per window that the action concerns, None where unknown.
    """

    name: str
    action: Action
    applies: Callable[[Facts], bool]
    reason: Callable[[Facts], str]
    at_stake: Callable[[Facts], float | None]


@dataclass(frozen=True)
class Advice:
    """What the first rule that applies says."""

    rule: str
    action: str
    reason: str
    at_stake: float | None


def _below_zero(f: Facts) -> bool:
    return f.ci_high is not None and f.ci_high < 0


def _little(f: Facts) -> bool:
    return f.value_status != ValueStatus.VALUED or f.share is None or f.share < LITTLE_SHARE


def _costly(f: Facts) -> bool:
    return f.ci_high is not None and f.cost > f.ci_high


def _flawed(f: Facts) -> bool:
    return f.share is not None and f.share >= MUCH_SHARE and f.quality is not None and f.quality < GOOD_QUALITY


def _rises(f: Facts) -> bool:
    return f.forecast is not None and f.ci_high is not None and f.forecast > f.ci_high


def _leading(f: Facts) -> bool:
    return f.share is not None and (f.share >= LARGE_SHARE or (f.share >= MUCH_SHARE and _rises(f)))


def _value(f: Facts) -> float | None:
    return f.value


def _broken_reason(f: Facts) -> str:
    problem = f.state_reason.rstrip(". ") or "no reason was recorded"
    stake = "its value is not known" if f.value is None else f"at stake {f.worth}{f.portion}"
    return f"It is {f.status} ({problem}); {stake}."


def _leading_reason(f: Facts) -> str:
    rising = f", forecast to rise to {amount(f.forecast)}" if f.forecast is not None and _rises(f) else ""
    return f"It brings {f.worth}{f.portion}{rising}: better data here pays first."


RULES: tuple[Rule, ...] = (
    Rule("copy", Action.MERGE, lambda f: f.duplicate_of is not None,
         lambda f: f"It is a copy of {f.duplicate_of}: one of them is enough and saves {f.upkeep}.",
         lambda f: f.cost),
    Rule("harmful", Action.REVIEW, _below_zero,
         lambda f: f"With it the decision earns less: {f.worth_within}, the whole interval lies below 0.",
         lambda f: None if f.value is None else -f.value),
    Rule("broken", Action.REPAIR, lambda f: f.status in BROKEN, _broken_reason, _value),
    Rule("exposed", Action.PROTECT, lambda f: f.pii_level == "direct" and _little(f),
         lambda f: f"It holds direct personal data and brings {f.worth}{f.portion}: restrict, mask or drop it.", _value),
    Rule("costly", Action.ARCHIVE, _costly,
         lambda f: f"It costs {f.upkeep} and brings {f.worth_within}: its upper end does not pay for it.",
         lambda f: f.cost),
    Rule("flawed", Action.REPAIR, _flawed,
         lambda f: f"It brings {f.worth}{f.portion}, but its quality is only {percent(f.quality or 0)}.", _value),
    Rule("unclear", Action.REVIEW, lambda f: f.value_status == ValueStatus.NOT_DISTINGUISHABLE,
         lambda f: f"Its value can't be told from 0: {f.worth_within}; more windows would show.", lambda f: f.ci_high),
    Rule("predicted", Action.REVIEW, lambda f: f.value_status == ValueStatus.PREDICTED,
         lambda f: f"Its value of {f.worth} is predicted, not measured: try it in a use case.", _value),
    Rule("unvalued", Action.REVIEW, lambda f: f.value is None,
         lambda f: f"Unvalued: {f.value_reason.rstrip('. ') or 'no reason was recorded'}; it costs {f.upkeep}.",
         lambda f: None),
    Rule("leading", Action.INVEST, _leading, _leading_reason, _value),
    Rule("sound", Action.KEEP, lambda f: True,
         lambda f: f"It brings {f.worth}{f.portion} and costs {f.upkeep}.", _value),
)


def advise(facts: Facts) -> Advice:
    """The advice of the first rule that applies; the last one always does."""
    rule = next(rule for rule in RULES if rule.applies(facts))
    return Advice(rule.name, rule.action.value, rule.reason(facts), rule.at_stake(facts))
