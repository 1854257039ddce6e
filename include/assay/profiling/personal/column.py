"""A column as the recognisers see it, and what a recogniser is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from assay.contracts.enums import PersonalKind
from assay.profiling.personal.words import ABOUT, PERSONS, PLACES, Vocabulary, spell

_FIRST_LOOK = 48  # values by which most columns are dismissed
_SLACK = 0.25  # by which a share may lie lower in the first look than in all


@dataclass(frozen=True)
class Column:
    """A column to be judged.

    Attributes:
        asset_id: Its asset; the last part may say that rows are persons or places.
        name: Its name at the source.
        values: Different values as text, without nulls, in an order that repeats.
    """

    asset_id: str
    name: str
    values: Sequence[str]

    @cached_property
    def spelled(self) -> str:
        """The words of its name."""
        return spell(self.name)

    @cached_property
    def table(self) -> str:
        """The words of its table's name."""
        return spell(self.asset_id.split(".", 1)[-1])

    def says(self, vocabulary: Vocabulary) -> bool:
        """Whether its name holds a phrase of `vocabulary` and is about the thing itself: `phone`, not `phone_model`."""
        return vocabulary.within(self.spelled) and not ABOUT.within(self.spelled)

    @property
    def of_persons(self) -> bool:
        """Whether its name or its table's says that it concerns persons."""
        return PERSONS.within(self.spelled) or (PERSONS.within(self.table) and not self.of_places)

    @property
    def in_table_of_persons(self) -> bool:
        """Whether each row of its table is a person, by the table's name: `customers`, not `customer_segments`."""
        return PERSONS.ends(self.table) and not PLACES.within(self.table)

    @property
    def of_places(self) -> bool:
        """Whether its name or its table's says that it concerns shops, firms or machines."""
        return PLACES.within(self.spelled) or (PLACES.within(self.table) and not PERSONS.within(self.table))

    def holds(self, passes: Callable[[str], bool], share: float, most: int | None = None) -> bool:
        """Whether at least `share` of the values pass, and one at all; most columns are dismissed at a first look.

        Args:
            passes: The validator.
            share: 0..1.
            most: Values that are looked at, evenly spread; all by default, fewer for a validator that is dear.
        """
        values = self.spread(most) if most else self.values
        if len(values) > 2 * _FIRST_LOOK and share > _SLACK:
            first = self.spread(_FIRST_LOOK)
            if sum(map(passes, first)) < (share - _SLACK) * len(first):
                return False
        return sum(map(passes, values)) >= max(share * len(values), 1)

    def spread(self, most: int) -> Sequence[str]:
        """At most so many values, evenly spread over all."""
        if len(self.values) <= most:
            return self.values
        return [self.values[place * len(self.values) // most] for place in range(most)]


@dataclass(frozen=True)
class Recogniser:
    """How one kind is found.

    Attributes:
        kind: What is found.
        told: Whether the column's name says so and its values agree.
        shown: Whether the values alone do; asked only where there are enough of them.
    """

    kind: PersonalKind
    told: Callable[[Column], bool]
    shown: Callable[[Column], bool]


def never(_: Column) -> bool:
    """Values of some kinds never show it on their own."""
    return False
