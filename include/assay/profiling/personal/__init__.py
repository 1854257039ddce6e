"""Which columns hold personal data, judged by validators and names, and how their values are masked.

One module a family of kinds; each says what a column's name may tell and what its values show. `find_kind` asks them in order.
"""

from assay.contracts.enums import PersonalKind
from assay.profiling.personal.emails import EMAIL_INSIDE
from assay.profiling.personal.find import SAMPLE, find_kind
from assay.profiling.personal.masking import DIGITS, mask, mask_sql, masked_as

__all__ = ["DIGITS", "EMAIL_INSIDE", "SAMPLE", "PersonalKind", "find_kind", "mask", "mask_sql", "masked_as"]
