"""`python -m assay whatif`: what an asset that is late, loses rows or is removed would cost, on the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table

from assay.config import Platform, load_platform
from assay.errors import ArtifactMissing, ConfigError
from assay.features.damage import Damage
from assay.inventory.wording import amount, interval, percent
from assay.steps.cli.run import SAFE_WIDTH, check_date, quiet

if TYPE_CHECKING:
    from assay.steps.whatif import Answer
    from assay.storage import ArtifactStore


@dataclass(frozen=True)
class Asked:
    """What the command line asked for; one of the first three.

    Attributes:
        late: Days.
        lose: Percent of the rows.
        remove: Whether the asset is gone.
    """

    late: int | None
    lose: float | None
    remove: bool

    def damage(self, asset: str) -> Damage:
        """What is done to the asset.

        Raises:
            ConfigError: If days are negative, or percent not within 0 to 100.
        """
        if self.late is not None:
            if self.late < 0:
                raise ConfigError("--late", f"{self.late} days", "give 0 or more")
            return Damage(asset, late_days=self.late)
        percents = 100.0 if self.remove or self.lose is None else self.lose
        if not 0 <= percents <= 100:
            raise ConfigError("--lose", f"{percents:g} percent", "give a number from 0 to 100")
        return Damage(asset, lost=percents / 100)

    def __str__(self) -> str:
        """As a user would say it, behind the asset's name."""
        if self.late is not None:
            return f"{self.late} {'day' if self.late == 1 else 'days'} late"
        return "removed" if self.remove or self.lose is None else f"without {self.lose:g} % of its rows"


def whatif(platform: str, asset: str, partition: str | None, asked: Asked, *, nights: int, as_json: bool, logs: Path) -> int:
    """Print what the damage would change in every use case that reads the asset.

    Args:
        platform: Name of the manifest.
        asset: Asset id.
        partition: Local day, by default the newest that was valued.
        asked: The damage.
        nights: How many of the partitions that were valued, up to this one, newest first.
        as_json: Print JSON instead of a table.
        logs: Folder of the log file.

    Raises:
        AssayError: For any bad input.
    """
    from assay.steps.whatif import what_if
    from assay.storage import open_store

    manifest, store, damage = load_platform(platform), open_store(), asked.damage(asset)
    days = _valued(manifest, partition, nights, store)
    logs.mkdir(parents=True, exist_ok=True)
    with quiet(logs / f"whatif-{platform}.log") as terminal:
        console = Console(file=terminal, width=None if terminal.isatty() else SAFE_WIDTH)
        answers = [answer for day in days for answer in what_if(manifest, damage, day, store)]
        if as_json:
            console.print_json(json.dumps({"asset_id": asset, "damage": str(asked), "answers": [*map(asdict, answers)]}),
                               indent=1, highlight=False)
            return 0
        console.print(f"{asset} {asked}: what decisions would have earned, over what they earn without any data",
                      soft_wrap=True, highlight=False)
        console.print(_table([answer for answer in answers if answer.outlook is not None]))
        for line in dict.fromkeys(_remarks(asset, answers)):
            console.print(line, soft_wrap=True, highlight=False, markup=False)
    return 0


def _valued(platform: Platform, partition: str | None, nights: int, store: ArtifactStore) -> list[str]:
    """The last partitions that were valued, up to the one asked for, which must be among them; newest first."""
    from assay.contracts.schemas import VALUES

    if nights < 1:
        raise ConfigError("--nights", f"{nights} nights", "give 1 or more")
    known = sorted({day for case in platform.use_cases for day in store.partitions(VALUES, platform.platform, case.name)})
    if not known or (partition is not None and check_date(partition) not in known):
        raise ArtifactMissing(f"values of {platform.platform}" + (f" for {partition}" if partition else ""), store.root)
    return [day for day in reversed(known) if partition is None or day <= partition][:nights]


def _table(answers: Sequence[Answer]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for head in ("partition", "use case", "unit"):
        table.add_column(head)
    for head in ("now", "then", "change", "95 % interval", "share"):
        table.add_column(head, justify="right")
    for answer in answers:
        if (told := answer.outlook) is not None:
            table.add_row(
                answer.partition, answer.use_case, answer.unit, amount(told.earned), amount(told.damaged, told.earned),
                amount(told.change), interval(told.ci_low, told.ci_high), "–" if told.share is None else percent(told.share))
    return table


def _remarks(asset: str, answers: Sequence[Answer]) -> Iterator[str]:
    for answer in answers:
        told = answer.outlook
        if told is None:
            yield f"{answer.use_case} doesn't depend on it: {answer.remark}."
        elif answer.remark:
            yield f"{answer.use_case} on {answer.partition}: {answer.remark}."
        if told is not None and told.ci_low <= 0 <= told.ci_high:
            why = "no decision changes" if told.change == told.ci_low == told.ci_high else "the change can't be told from 0"
            yield f"{answer.use_case} on {answer.partition}: {why}."
    yield f"Outcomes, prices and the lists of who is decided about are whole: only what decisions know of {asset} is damaged."
