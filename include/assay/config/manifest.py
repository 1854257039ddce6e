"""What a manifest may say, as frozen strict pydantic models.

An unknown key, a missing one or one of the wrong type is an error; nothing here reads a file or the environment.
"""

from __future__ import annotations

import difflib
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from croniter import croniter
from pydantic import Field, field_validator, model_validator

from assay.config.frozen import Frozen
from assay.config.payoffs import CapturedSales as CapturedSales
from assay.config.payoffs import CostMatrix as CostMatrix
from assay.config.payoffs import Newsvendor as Newsvendor
from assay.config.payoffs import Replay as Replay
from assay.contracts.enums import NOT_PERSONAL, AssetKind, IndirectKind, PersonalKind, Role

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Dialect = Literal["duckdb", "postgres", "mysql", "hive", "spark", "trino", "bigquery", "snowflake", "clickhouse"]

Export = Literal["csv", "datahub", "dcat", "odcs", "openlineage"]

_CATALOGUE_DAYS = 56  # what profiles and rhythms need where nothing is modelled
_SPARE_DAYS = 14  # labels of sparse assets lie before the first day that is read
_MONTH_DAYS = 31
_PERSONAL = (NOT_PERSONAL, *(kind.value for kind in PersonalKind), *(kind.value for kind in IndirectKind))


class Files(Frozen):
    """Where assets come from: files below `path`."""

    name: Name
    type: Literal["files"]
    path: str
    connection: str | None = None  # Airflow's, with the credentials of the filesystem
    ingest: Literal["copy"] = "copy"


class Database(Frozen):
    """Where assets come from: tables and views of a database."""

    name: Name
    type: Literal["sql"]
    connection: str  # Airflow's
    schemas: list[str] = Field(default_factory=list)  # to look at; by default all but the database's own
    ingest: Literal["copy"] = "copy"
    count_beyond: int | None = Field(default=None, ge=0)  # rows from which a table that no use case reads is not copied


Source = Annotated[Files | Database, Field(discriminator="type")]


class QueryLog(Frozen):
    """A log of the platform's statements: files whose columns are named here, or found by their usual names."""

    path: str
    dialect: Dialect
    sql: str | None = None
    user: str | None = None
    time: str | None = None


class ExternalCatalogue(Frozen):
    """A catalogue that already describes the platform: its exports below `path`, or its REST API."""

    name: Name
    type: Literal["datahub", "openmetadata"]
    path: str | None = None
    connection: str | None = None  # Airflow's, with the API's address and its token as password

    @model_validator(mode="after")
    def _one_place(self) -> ExternalCatalogue:
        if (self.path is None) == (self.connection is None):
            raise ValueError("a catalogue has either path, for its files, or connection, for its REST API")
        return self


class Outcome(Frozen):
    """What is observed later and predicted now.

    Without `time` the outcome is a property of the entity, and windows are seeded parts of the entities. With `label`
    the outcome happened where that column holds `positive`; without it, where a row of the asset exists in the window.
    """

    asset: str
    time: str | None = None
    amount: str | None = None
    paid: str | None = None  # what was paid for it, where the amount is a quantity: prices are made of it
    window_days: int | None = Field(default=None, ge=1, le=366)
    label: str | None = None
    positive: str | None = None

    @model_validator(mode="after")
    def _time_or_label(self) -> Outcome:
        if (self.time is None) != (self.window_days is None):
            raise ValueError("time and window_days go together")
        if (self.label is None) != (self.positive is None):
            raise ValueError("label and positive go together")
        if self.time is None and self.label is None:
            raise ValueError("an outcome needs time and window_days, or label and positive")
        return self


class Candidates(Frozen):
    """How candidates are found: channels that propose items for a user, or how regularly an item sells at a place.

    Each channel proposes so many items; random ones are always there. `min_sale_weeks` counts where there is no user.
    """

    bought_before: int = Field(default=80, ge=0, le=1000)
    popular: int = Field(default=40, ge=0, le=1000)
    announced: int = Field(default=0, ge=0, le=1000)
    random: int = Field(default=20, ge=1, le=1000)
    min_sale_weeks: int = Field(default=13, ge=1, le=522)  # different weeks with a sale, of those that features look back


class UseCase(Frozen):
    """A decision that the platform makes with its data."""

    name: Name
    entity: dict[Name, str] = Field(min_length=1, max_length=3)  # role -> key column of the outcome asset
    outcome: Outcome
    payoff: CapturedSales | Replay | CostMatrix | Newsvendor = Field(discriminator="type")
    assets: list[str] | None = None  # the players; by default every asset that is not excluded
    known_ahead: dict[str, int] = Field(default_factory=dict)  # asset -> days before its date that a row is known
    exclude: str | None = None  # SQL condition over the item's attributes
    candidates: Candidates = Candidates()
    history_days: int = Field(default=182, ge=1, le=3660)
    train_windows: int = Field(default=5, ge=1, le=200)
    model_size: Literal["tiny", "base", "large"] = "tiny"

    @field_validator("entity")
    @classmethod
    def _user_to_item(cls, entity: dict[str, str]) -> dict[str, str]:
        """User, other roles as listed, item: tables are sorted and features planned in this order, what is dealt in last."""
        return dict(sorted(entity.items(), key=lambda pair: {"user": 0, "item": 2}.get(pair[0], 1)))

    @model_validator(mode="after")
    def _coherent(self) -> UseCase:
        if self.top_k is not None and not {"user", "item"} <= set(self.entity):
            raise ValueError(f"{self.payoff.type} ranks items for users: entity needs user and item")
        if self.top_k is not None and self.outcome.time is None:
            raise ValueError(f"{self.payoff.type} needs an outcome with time and window_days")
        if self.payoff.type == "cost_matrix" and self.outcome.label is None:
            raise ValueError("cost_matrix needs an outcome with label and positive")
        if self.payoff.type == "newsvendor":
            if "item" not in self.entity or "user" in self.entity:
                raise ValueError("newsvendor stocks items at places: entity needs item, and no user")
            if None in (self.outcome.time, self.outcome.amount, self.outcome.paid):
                raise ValueError("newsvendor needs an outcome with time, window_days, amount and paid")
            if 7 * self.candidates.min_sale_weeks > self.history_days:
                raise ValueError("history_days reaches back over fewer weeks than candidates.min_sale_weeks")
        return self

    @property
    def top_k(self) -> int | None:
        """Places of a user where the decision ranks items, else None."""
        return self.payoff.top_k if isinstance(self.payoff, CapturedSales | Replay) else None


class AssetOverride(Frozen):
    """What classify got wrong, or can't know."""

    kind: AssetKind | None = Field(default=None, strict=False)
    time: str | None = None
    roles: dict[str, Annotated[Role, Field(strict=False)]] = Field(default_factory=dict)
    owner: str | None = None
    tier: str | None = None
    description: str | None = None
    groups: dict[Name, list[str]] = Field(default_factory=dict)  # split one wide table into several assets
    key: str | None = None  # the column that every group keeps
    personal: dict[str, str] = Field(default_factory=dict)  # column -> kind of personal data, or none

    @field_validator("personal")
    @classmethod
    def _known_kinds(cls, personal: dict[str, str]) -> dict[str, str]:
        for column, kind in personal.items():
            if kind not in _PERSONAL:
                near = difflib.get_close_matches(kind, _PERSONAL, n=1)
                raise ValueError(f"{column!r} can't be {kind!r}: " +
                                 (f"did you mean {near[0]!r}?" if near else f"write one of {', '.join(_PERSONAL)}"))
        return personal


class ForecastConfig(Frozen):
    """How far ahead values are forecast and at what yearly rate they are discounted."""

    horizons: list[int] = Field(default_factory=lambda: [7, 14, 21, 28])
    discount_rate: float = Field(default=0.08, ge=0, lt=1)


class Quality(Frozen):
    """How often somebody may be woken for nothing."""

    false_alarm_rate: float = Field(default=0.01, gt=0, lt=0.5)  # of an asset and night that have nothing wrong with them


class Engine(Frozen):
    """What counts the values of snapshots."""

    type: Literal["duckdb", "spark"] = "duckdb"
    connection: str | None = None  # Airflow's, of a Spark Connect server; without one Spark runs in the task

    @model_validator(mode="after")
    def _connected(self) -> Engine:
        if self.connection is not None and self.type == "duckdb":
            raise ValueError("duckdb runs in the task: leave connection out, or set type to spark")
        return self


class Storage(Frozen):
    """How long artifacts are kept that a night to come doesn't read."""

    keep_days: int | None = Field(default=None, ge=1)  # before the newest partition; none: for good


class LateData(Frozen):
    """What becomes of partitions that were run before all of their data had come."""

    mode: Literal["report", "recompute"] = "report"


class Notify(Frozen):
    """Who is told of incidents, once of each, through one of Airflow's connections."""

    connection: str  # of type smtp, slackwebhook or http
    to: list[str] = Field(default_factory=list)  # addresses, of a mail server
    at_stake: float = Field(default=0.0, ge=0)  # money per window from which a warning is told


class Costs(Frozen):
    """Rates in the platform's currency."""

    storage_gb_month: float = Field(default=0.023, ge=0)
    read_gb: float = Field(default=0.005, ge=0)


class Platform(Frozen):
    """One platform, one manifest, one DAG."""

    platform: Name
    title: str = ""
    note: str = ""  # what a reader of the report should know of the data
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    schedule: str = "0 2 * * *"
    timezone: str = "UTC"
    closed: bool = False
    sources: list[Source] = Field(min_length=1)
    query_logs: list[QueryLog] = Field(default_factory=list)
    catalogues: list[ExternalCatalogue] = Field(default_factory=list)  # what an earlier one says wins
    use_cases: list[UseCase] = Field(default_factory=list)
    forecast: ForecastConfig = ForecastConfig()
    costs: Costs = Costs()
    quality: Quality = Quality()
    engine: Engine = Engine()
    storage: Storage = Storage()
    late_data: LateData = LateData()
    notify: list[Notify] = Field(default_factory=list)
    exports: list[Export] = Field(default_factory=list)  # formats of others in which the inventory is written, too
    assets: dict[str, AssetOverride] = Field(default_factory=dict)

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (LookupError, ValueError, OSError) as error:
            raise ValueError("no such time zone; name one such as Europe/Berlin") from error
        return value

    @field_validator("schedule")
    @classmethod
    def _cron(cls, value: str) -> str:
        if not croniter.is_valid(value):  # Airflow would find out while it loads the DAGs of all platforms
            raise ValueError("no cron expression; write one such as 0 2 * * *")
        return value

    @model_validator(mode="after")
    def _names_once(self) -> Platform:
        # what is declared names its origin: a source or a catalogue
        for things in ((*self.sources, *self.catalogues), self.use_cases):
            names = [thing.name for thing in things]
            if twice := [name for name in names if names.count(name) > 1]:
                raise ValueError(f"two entries are named {twice[0]!r}; their artifacts would overwrite each other")
        if twice := [name for name in self.exports if self.exports.count(name) > 1]:
            raise ValueError(f"exports names {twice[0]!r} more than once")
        ways = [entry.connection for entry in self.notify]
        if twice := [way for way in ways if ways.count(way) > 1]:
            raise ValueError(f"two entries of notify name the connection {twice[0]!r}; name all addresses under one 'to'")
        return self

    @property
    def reach_days(self) -> int:
        """Days before its partition that a run may read: the oldest training window's history, with a fortnight to spare.

        The windows of the base model end before the validation window of the month's first partition, and on their grid.
        """
        return max((case.history_days + _MONTH_DAYS + (case.train_windows + 4) * (case.outcome.window_days or 0)
                    for case in self.use_cases), default=_CATALOGUE_DAYS) + _SPARE_DAYS

    def use_case(self, name: str) -> UseCase:
        """The use case of that name.

        Raises:
            LookupError: If the manifest has none of that name.
        """
        for case in self.use_cases:
            if case.name == name:
                return case
        raise LookupError(f"{self.platform} has no use case {name!r}: it has {', '.join(c.name for c in self.use_cases)}")

    def is_read(self, asset_id: str) -> bool:
        """Whether any use case may read the asset."""
        return any(case.assets is None or asset_id in (*case.assets, case.outcome.asset) or
                   asset_id == getattr(case.payoff, "exposures", None) for case in self.use_cases)

    def known_ahead(self, asset_id: str) -> int:
        """Most days before its date that any use case knows a row of the asset."""
        return max((case.known_ahead.get(asset_id, 0) for case in self.use_cases), default=0)
