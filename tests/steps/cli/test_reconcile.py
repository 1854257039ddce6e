"""What `python -m assay reconcile` prints."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.inventory import builders as b
from tests.steps.test_reconcile import DAYS, night, shop_in

from assay.steps.cli.main import main


def test_it_says_what_was_made_anew_and_then_that_everything_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                                   capfd: pytest.CaptureFixture[str]) -> None:
    shop = shop_in(tmp_path / "shop", monkeypatch)
    for day in reversed(DAYS):
        night(shop, day)

    def printed(*arguments: str) -> str:
        assert main(["reconcile", b.PLATFORM, "--logs", str(tmp_path), *arguments]) == 0
        return capfd.readouterr().out

    rehearsed = printed("--dry-run")
    assert "would be made anew" in rehearsed
    done = printed()
    assert done == rehearsed.replace("would be", "were")
    last = next(line for line in done.splitlines() if line.strip().startswith(DAYS[2]))
    assert "forecasts" in last
    assert "corner_shop: 3 partitions looked at, 2017-12-09 to 2017-12-23; " in done
    assert printed() == "corner_shop: 3 partitions looked at, 2017-12-09 to 2017-12-23; every ledger holds\n"
    assert "no partition of the range was run" in printed("--from", "2017-12-10", "--to", "2017-12-11")
