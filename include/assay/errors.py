"""The whole error tree.

Every error carries its data as attributes, also subclasses the builtin that a caller would expect, and its message is
one bounded sentence: what was got, where, and what would do.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence

_LONGEST = 300


def shorten(text: object, longest: int = _LONGEST) -> str:
    """`text` on one line, cut to `longest` characters, so that no message can flood a log."""
    line = " ".join(str(text).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


class AssayError(Exception):
    """Base of every error that assay raises on purpose."""


class ConfigError(AssayError, ValueError):
    """A manifest or setting that can't be used as it stands."""

    def __init__(self, where: str, problem: str, remedy: str) -> None:
        super().__init__(f"{shorten(problem)} in {shorten(where)}: {shorten(remedy)}")
        self.where = where
        self.problem = problem
        self.remedy = remedy


class UnknownPlatform(AssayError, LookupError):
    """No manifest describes the platform that was asked for."""

    def __init__(self, platform: str, known: tuple[str, ...], folder: str) -> None:
        super().__init__(
            f"unknown platform {shorten(platform, 80)!r}: {shorten(folder)} has {shorten(', '.join(known)) or 'no platform'}; "
            f"add {shorten(folder)}/{shorten(platform, 80)}/platform.yaml or name one of these"
        )
        self.platform = platform
        self.known = known


class PartitionError(AssayError, ValueError):
    """A partition that isn't a date, or that the platform can't have."""

    def __init__(self, partition: str, problem: str, remedy: str) -> None:
        super().__init__(f"partition {shorten(partition, 40)!r} {shorten(problem)}; {shorten(remedy)}")
        self.partition = partition


class SourceEnded(PartitionError):
    """The partition lies after the last day of a source that is declared closed."""


class SourceUnavailable(AssayError, OSError):
    """A source can't be listed or read: an outage, never a deletion."""

    def __init__(self, location: str, problem: str, remedy: str = "check that it is mounted and readable") -> None:
        super().__init__(f"source {shorten(location)} can't be listed ({shorten(problem)}); {shorten(remedy)}")
        self.location = location


class NotSent(AssayError, OSError):
    """Somebody could not be told of incidents; it is tried again."""

    def __init__(self, partition: str, problems: Sequence[str]) -> None:
        super().__init__(f"not everybody was told of the incidents of {shorten(partition, 40)} "
                         f"({shorten('; '.join(problems), 200)}); check the connection and clear the task notify")
        self.partition = partition
        self.problems = tuple(problems)


class UnreadableData(AssayError, ValueError):
    """One file, or one column of it, that can't be read; harms its own asset alone."""

    def __init__(self, location: str, problem: str, *, column: str | None = None,
                 remedy: str = "write the file again at its source") -> None:
        what = f"column {shorten(column, 60)!r} of {shorten(location)}" if column else shorten(location)
        super().__init__(f"{what} can't be read ({shorten(problem)}); {shorten(remedy)}")
        self.location = location
        self.column = column


class ContractError(AssayError, TypeError):
    """A table that doesn't match the Arrow schema of its artifact."""

    def __init__(self, contract: str, problem: str) -> None:
        what = f"artifact {shorten(contract, 80)}: {shorten(problem)}"
        super().__init__(f"{what}; bring the table into the schema in assay.contracts")
        self.contract = contract


class ArtifactMissing(AssayError, LookupError):
    """An artifact without a commit manifest: for readers it doesn't exist."""

    def __init__(self, what: str, where: str) -> None:
        super().__init__(f"no {shorten(what)} under {shorten(where)}; run the partition again to publish it")
        self.what = what
        self.where = where


class ArtifactTooNew(AssayError, TypeError):
    """An artifact that a newer version has written."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{shorten(what)} was written by a newer assay; update this one, or run the partition again")
        self.what = what


class StorageUnreachable(AssayError, OSError):
    """Shared storage that doesn't answer."""

    def __init__(self, root: str, problem: str) -> None:
        super().__init__(f"shared storage {shorten(root)} can't be read ({shorten(problem)}); check ASSAY_STORAGE, that it is "
                         "mounted or reachable, and the access rights of this process")
        self.root = root


class AssetUnknown(AssayError, LookupError):
    """An asset that nobody found."""

    def __init__(self, asset: str, where: str, known: tuple[str, ...]) -> None:
        near = difflib.get_close_matches(asset, known, n=1)
        remedy = f"did you mean {shorten(near[0], 80)!r}?" if near else f"name one of {shorten(', '.join(known))}"
        super().__init__(f"asset {shorten(asset, 80)!r} is not among those of {shorten(where)}; {remedy}")
        self.asset = asset


class AssetUnused(AssayError, LookupError):
    """An asset that no use case reads, so that no decision depends on it."""

    def __init__(self, asset: str, where: str, reason: str) -> None:
        super().__init__(f"asset {shorten(asset, 80)!r} feeds no use case of {shorten(where)} ({shorten(reason)}); "
                         "name an asset that has a value")
        self.asset = asset


class NotEnoughData(AssayError, ValueError):
    """A use case can't be modelled or valued with the data that is usable."""

    def __init__(self, use_case: str, problem: str, remedy: str) -> None:
        super().__init__(f"use case {shorten(use_case, 80)}: {shorten(problem)}; {shorten(remedy)}")
        self.use_case = use_case


class RunFailed(AssayError, RuntimeError):
    """A run of the DAG that didn't succeed."""

    def __init__(self, run: str, problem: str, remedy: str) -> None:
        super().__init__(f"{shorten(run)} failed: {shorten(problem)}; {shorten(remedy)}")
        self.run = run
        self.problem = problem


class AirflowUnreachable(AssayError, ConnectionError):
    """The Airflow that a command needs doesn't answer, or not as expected."""

    def __init__(self, url: str, problem: str, remedy: str = "start it with make up") -> None:
        super().__init__(f"Airflow at {shorten(url)}: {shorten(problem)}; {shorten(remedy)}")
        self.url = url
