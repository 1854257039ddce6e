"""The order in which kinds are asked: what the name tells first, then what values show alone, strongest evidence first."""

from __future__ import annotations

from collections.abc import Sequence

from assay.contracts.enums import PersonalKind
from assay.profiling.personal import (
    addresses,
    births,
    cards,
    devices,
    documents,
    emails,
    identities,
    ip,
    locations,
    persons,
    phones,
    plates,
)
from assay.profiling.personal.column import Column

SAMPLE = 2_000  # different values by which a column is judged
_FEWEST = 5  # values without a telling name
_RECOGNISERS = (emails.EMAIL, identities.RESIDENT_ID, cards.IBAN, devices.DEVICE_ID, cards.CARD, identities.NATIONAL_ID,
                plates.PLATE, ip.IP_ADDRESS, births.BIRTH_DATE, documents.PASSPORT, locations.GEOLOCATION, phones.PHONE,
                addresses.POSTAL_ADDRESS, persons.PERSON_NAME)


def find_kind(asset_id: str, column: str, values: Sequence[str]) -> PersonalKind | None:
    """Kind of personal data that a column holds, judged by a sample of its different values.

    Args:
        asset_id: Its last part may say that rows are persons or places.
        column: Name of the column.
        values: Different values as text, without nulls, in an order that repeats; at most `SAMPLE` are looked at.

    Returns:
        The first kind that the name tells and the values confirm, else the first that the values show; None if none does.
    """
    sample = Column(asset_id, column, values).spread(SAMPLE)
    judged = Column(asset_id, column, [text for value in sample if (text := value.strip())])
    if not judged.values:
        return None
    for recogniser in _RECOGNISERS:
        if recogniser.told(judged):
            return recogniser.kind
    if emails.EMAIL.shown(judged):  # an address shows itself, however few there are
        return PersonalKind.EMAIL
    if len(judged.values) < _FEWEST:
        return None
    return next((recogniser.kind for recogniser in _RECOGNISERS if recogniser.shown(judged)), None)
