"""When a rule of advice applies: comparisons over named facts, as data. Nothing is ever run that a file says."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping

from pydantic import Field, model_validator

from assay.config.frozen import Frozen
from assay.inventory.facts import Facts, Value

Operand = float | str  # a number, or the name of a threshold or of another number
_ORDER: Mapping[str, Callable[[float, float], bool]] = {
    "above": operator.gt, "at_least": operator.ge, "below": operator.lt, "at_most": operator.le}


class Condition(Frozen):
    """A comparison of one fact, or `all` or `any` of further conditions.

    A fact that is not known is neither above nor below nor equal to anything: all comparisons fail but `known: false`.
    Several comparisons of one fact have to hold together.
    """

    fact: str | None = None
    above: Operand | None = None
    at_least: Operand | None = None
    below: Operand | None = None
    at_most: Operand | None = None
    equals: str | bool | None = None
    one_of: list[str] | None = Field(default=None, min_length=1)
    known: bool | None = None
    all: list[Condition] | None = Field(default=None, min_length=1)
    any: list[Condition] | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _one_kind(self) -> Condition:
        if sum(part is not None for part in (self.fact, self.all, self.any)) != 1:
            raise ValueError("a condition has one of fact, all and any")
        compared = any(part is not None for part in (*self.limits.values(), self.equals, self.one_of, self.known))
        if compared != (self.fact is not None):
            raise ValueError("a fact is compared by above, at_least, below, at_most, equals, one_of or known, nothing else is")
        return self

    @property
    def limits(self) -> dict[str, Operand]:
        """What a number is compared with, by comparison."""
        return {name: limit for name in _ORDER if (limit := getattr(self, name)) is not None}

    def comparisons(self) -> Iterator[Condition]:
        """Every comparison in it, in the order in which they are written."""
        if self.fact is not None:
            yield self
        for part in (*(self.all or ()), *(self.any or ())):
            yield from part.comparisons()

    def holds(self, facts: Facts, thresholds: Mapping[str, float]) -> bool:
        """Whether it holds for an asset."""
        if self.all is not None:
            return all(part.holds(facts, thresholds) for part in self.all)
        if self.any is not None:
            return any(part.holds(facts, thresholds) for part in self.any)
        found = facts.of(self.fact or "")
        if self.known is not None and (found is not None) != self.known:
            return False
        if found is None:
            return not self.limits and self.equals is None and self.one_of is None
        return (self.equals is None or found == self.equals) and (self.one_of is None or found in self.one_of) \
            and self._within(found, facts, thresholds)

    def _within(self, found: Value, facts: Facts, thresholds: Mapping[str, float]) -> bool:
        for name, limit in self.limits.items():
            beside = limit if not isinstance(limit, str) else thresholds[limit] if limit in thresholds else facts.of(limit)
            if not isinstance(found, float | int) or not isinstance(beside, float | int) or not _ORDER[name](found, beside):
                return False
        return True

    def grounds(self, facts: Facts, thresholds: Mapping[str, float]) -> str:
        """What a decision about the asset rests on, in words: what is compared, without numbers that move every night.

        Texts stand as they are, numbers as what they are compared with: `duplicate_of is landing.items`, `share below 0.05`.
        """
        return ", ".join(part.told(facts, thresholds) for part in self.comparisons())

    def told(self, facts: Facts, thresholds: Mapping[str, float]) -> str:
        """One comparison in words."""
        found = facts.of(self.fact or "")
        if self.limits:
            return " and ".join(f"{self.fact} {name.replace('_', ' ')} {thresholds.get(limit, limit)}"  # type: ignore[arg-type]
                                for name, limit in self.limits.items())
        return f"{self.fact} is {'known' if isinstance(found, float) else 'not known' if found is None else found}"
