"""The closed vocabularies of the artifacts' columns."""

from __future__ import annotations

from enum import StrEnum


class AssetKind(StrEnum):
    """What the rows of an asset are."""

    EVENT = "event"  # things that happened at a time
    ENTITY = "entity"  # one row a thing, described by attributes
    ASSOCIATION = "association"  # which things belong together
    REFERENCE = "reference"  # a small look-up list
    UNKNOWN = "unknown"


class AssetStatus(StrEnum):
    """How an asset stands in one partition."""

    OK = "ok"
    UNCHANGED = "unchanged"  # no newer source partition was due; the last one still holds
    DEGRADED = "degraded"  # a due partition is missing or unreadable; the last good one is used
    QUARANTINED = "quarantined"  # a critical expectation failed; the last good one is used
    MISSING = "missing"  # nothing usable at all


class Role(StrEnum):
    """What a column does in its table."""

    KEY = "key"  # identifies a thing, of this table or of another
    TIME = "time"  # when the row happened or which date it concerns
    VALID_FROM = "valid_from"
    VALID_TO = "valid_to"
    MEASURE = "measure"  # additive number: money, quantity
    ATTRIBUTE = "attribute"  # category or plain number that describes
    TEXT = "text"
    CONSTANT = "constant"  # never varies: carries nothing


class PersonalKind(StrEnum):
    """Kinds of values that point at a person directly; they are masked when a profile is made."""

    EMAIL = "email"
    PHONE = "phone"
    PAYMENT_CARD = "payment_card"
    IBAN = "iban"
    RESIDENT_ID = "resident_id"  # Chinese
    NATIONAL_ID = "national_id"  # of any other country, and tax numbers of persons
    PASSPORT = "passport"
    LICENCE_PLATE = "licence_plate"
    IP_ADDRESS = "ip_address"
    DEVICE_ID = "device_id"
    BIRTH_DATE = "birth_date"
    GEOLOCATION = "geolocation"
    PERSON_NAME = "person_name"
    POSTAL_ADDRESS = "postal_address"


class AssociationMeasure(StrEnum):
    """How it is measured that two columns go together."""

    SPEARMAN = "spearman"  # both have an order
    CRAMERS_V = "cramers_v"  # both are categories
    CORRELATION_RATIO = "correlation_ratio"  # one has an order, of its ranks
    MISSING_TOGETHER = "missing_together"  # phi of the gaps


class IndirectKind(StrEnum):
    """What narrows down who a person is, or stands for a person in one platform; not masked."""

    PSEUDONYM = "pseudonym"
    AGE = "age"
    SEX = "sex"
    MARITAL_STATUS = "marital_status"
    INCOME = "income"
    HOUSEHOLD = "household"
    HOUSING = "housing"
    OCCUPATION = "occupation"
    NATIONALITY = "nationality"
    LOCATION = "location"


NOT_PERSONAL = "none"  # what a manifest says of a column that holds no personal data


class RelationKind(StrEnum):
    """How two assets are related."""

    FOREIGN_KEY = "foreign_key"
    DUPLICATE = "duplicate"  # the same content
    SUBSET = "subset"  # some of the rows, some of the columns, or both
    DERIVED = "derived"  # sums, counts or extremes by key


class ChangeKind(StrEnum):
    """What differs in an asset from one source partition to the next."""

    COLUMN_ADDED = "column_added"
    COLUMN_REMOVED = "column_removed"
    COLUMN_RENAMED = "column_renamed"
    TYPE_CHANGED = "type_changed"
    NULLABILITY = "nullability"


class LateKind(StrEnum):
    """What became of a source partition after nights had read it."""

    ARRIVED = "arrived"
    CHANGED = "changed"
    GONE = "gone"


class QualityPart(StrEnum):
    """What a quality score is made of."""

    CHECKS = "checks"  # share of expectations met
    UNUSUAL = "unusual"  # whether nothing is unusual
    SUSPECT = "suspect"  # share of rows that hold nothing suspect


class IncidentStatus(StrEnum):
    """How an incident stands in a partition."""

    OPENED = "opened"
    OPEN = "open"
    RESOLVED = "resolved"


class AnomalyKind(StrEnum):
    """What is unusual in a partition against those before it."""

    ROWS = "rows"
    OVERLAP = "overlap"
    NULL_SHARE = "null_share"
    UNIQUENESS = "uniqueness"
    UNSEEN_SHARE = "unseen_share"
    DISTRIBUTION = "distribution"
    MEAN = "mean"
    CENTRE = "centre"
    SPREAD = "spread"
    ZERO_SHARE = "zero_share"
    NEGATIVE_SHARE = "negative_share"
    TEXT_LENGTH = "text_length"
    MIDDLE_TIME = "middle_time"
    LATE_TIME = "late_time"


class SuspectKind(StrEnum):
    """In what way a value is probably wrong."""

    VARIANT = "variant"  # another value, written otherwise
    TYPO = "typo"
    FORM = "form"
    OUTLIER = "outlier"
    PLACEHOLDER = "placeholder"  # stands for no value
    DEPENDENCY = "dependency"  # what another column tells is something else
    CONTRADICTION = "contradiction"  # rows of one thing that differ
    REPEATED = "repeated"


class Severity(StrEnum):
    """What a failed expectation does: critical quarantines the partition, warning is shown."""

    CRITICAL = "critical"
    WARNING = "warning"


class Dimension(StrEnum):
    """The six quality dimensions of GB/T 37550-2019."""

    CONFORMITY = "conformity"  # 规范性
    COMPLETENESS = "completeness"  # 完整性
    ACCURACY = "accuracy"  # 准确性
    CONSISTENCY = "consistency"  # 一致性
    TIMELINESS = "timeliness"  # 时效性
    ACCESSIBILITY = "accessibility"  # 可访问性


class ValueStatus(StrEnum):
    """What is known of an asset's value."""

    VALUED = "valued"
    NOT_DISTINGUISHABLE = "not_distinguishable"  # the interval contains 0
    PREDICTED = "predicted"
    UNVALUED = "unvalued"  # never shown as 0


class ForecastKind(StrEnum):
    """Whose value is forecast."""

    ASSET = "asset"
    COLUMN = "column"


class Forecaster(StrEnum):
    """What forecasts values, the simplest first."""

    NAIVE = "naive"  # the last known value
    MOVING_AVERAGE = "moving_average"
    EXPONENTIAL_SMOOTHING = "exponential_smoothing"
    LOCAL_LEVEL = "local_level"  # a level that drifts, seen through the noise that the intervals tell of
    NETWORK = "network"
    COMBINATION = "combination"  # mean of the others


class Action(StrEnum):
    """What to do about an asset."""

    INVEST = "invest"
    KEEP = "keep"
    REPAIR = "repair"
    MERGE = "merge"
    PROTECT = "protect"
    ARCHIVE = "archive"
    REVIEW = "review"


class Decision(StrEnum):
    """How a proposal to merge or archive an asset stands."""

    WAITING = "waiting"  # for a person
    APPROVED = "approved"
    REJECTED = "rejected"
