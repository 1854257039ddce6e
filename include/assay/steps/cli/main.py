"""`python -m assay <command>`: what the Makefile's targets call.

Every mistake ends in one sentence on stderr and exit code 1 (2 for a wrong option).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assay.config.settings import REPOSITORY, platform_folders
from assay.errors import AssayError

DEFAULT_PLATFORM = "complete_journey"
DEFAULT_PORT = 8080


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    given = _parser().parse_args(arguments)
    try:
        return _dispatch(given)
    except AssayError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; what was published stands, the same command goes on from there\n")
        return 130


def _dispatch(given: argparse.Namespace) -> int:
    """Call the command; its module is imported only now, since it brings Airflow along."""
    if given.command == "run":
        from assay.steps.cli.run import run

        return run(given.platform, given.partition or None, earlier=given.earlier, report=given.report, home=given.home,
                   logs=given.logs)
    if given.command in ("value", "whatif", "quality", "evaluate", "storage", "show"):
        return _ask(given)
    if given.command == "reconcile":
        from assay.steps.cli.reconcile import reconcile

        return reconcile(given.platform, given.since, given.until, dry_run=given.dry_run, logs=given.logs)
    if given.command in ("scan", "init"):
        from assay.steps.cli.scan import init, scan

        if given.command == "scan":
            return scan(given.uri, as_json=given.json, workspace=given.workspace, logs=given.logs)
        return init(given.source, given.name, folder=given.folder, currency=given.currency, workspace=given.workspace,
                    logs=given.logs)
    from assay.steps.cli import server
    from assay.steps.cli.home import ServerHome

    home = ServerHome(given.home, given.port)
    if given.command == "up":
        return server.up(home, given.platform)
    if given.command == "down":
        return server.down(home)
    from assay.steps.cli import nights

    if given.command == "trigger":
        return nights.trigger(home, given.platform, given.partition or None, retrain=given.retrain, note=given.note,
                              retune=given.retune, audit=given.audit)
    return nights.backfill(home, given.platform, given.since, given.until)


def _ask(given: argparse.Namespace) -> int:
    """Answer from what nights have published."""
    if given.command == "value":
        from assay.steps.cli.value import explain

        return explain(given.platform, given.asset, given.partition, logs=given.logs)
    if given.command == "whatif":
        from assay.steps.cli.whatif import Asked, whatif

        return whatif(given.platform, given.asset, given.partition, Asked(given.late, given.lose, given.remove),
                      nights=given.nights, as_json=given.json, logs=given.logs)
    if given.command == "quality":
        from assay.steps.cli.quality import suggest, suspects

        return (suggest if given.question == "suggest" else suspects)(given.platform, given.asset, given.partition)
    if given.command == "show":
        return _show(given)
    if given.command == "evaluate":
        from assay.steps.cli.evaluate import evaluate

        return evaluate(given.platform, given.since, given.until, as_json=given.json)
    from assay.steps.cli.storage import storage

    return storage(given.platform, keep_days=given.keep_days, prune=given.prune)


def _show(given: argparse.Namespace) -> int:
    """Show what the page and its API show."""
    from assay.steps.cli import show
    from assay.views.selection import Selection

    if given.question == "inventory":
        chosen = Selection(given.search, tuple(given.action), tuple(given.status), sort=given.sort, descending=given.descending)
        return show.show_inventory(given.platform, given.partition, chosen, given.limit, as_json=given.json)
    if given.question == "asset":
        return show.show_asset(given.platform, given.asset, given.partition, as_json=given.json)
    if given.question == "runs":
        return show.show_runs(given.platform, given.since, given.until, as_json=given.json)
    return show.show_view(given.question, given.platform, given.partition)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m assay", description="Inventory of a platform's data assets.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    run = commands.add_parser("run", help="run nights in this process and print the inventory")
    run.add_argument("--earlier", type=int, default=3, metavar="N", help="weekly-spaced partitions before it (default 3)")
    run.add_argument("--report", type=Path, default=REPOSITORY / "data" / "report" / "index.html", help="where the report goes")
    run.add_argument("--home", type=Path, default=REPOSITORY / "airflow_home" / "embedded", help="folder of its Airflow")
    scan = commands.add_parser("scan", help="say what a folder, file or database holds, without Airflow and without a manifest")
    scan.add_argument("uri", metavar="URI", help="path, fsspec URI or database URL")
    scan.add_argument("--json", action="store_true", help="print everything that was found, as JSON")
    init = commands.add_parser("init", help="write a manifest for a source, with what was found there as comments")
    init.add_argument("--source", required=True, metavar="URI", help="path, fsspec URI or database URL")
    init.add_argument("--name", required=True, metavar="NAME", help="of the platform: lower case, digits and _")
    init.add_argument("--currency", default="USD", metavar="XXX", help="of its money (default USD)")
    init.add_argument("--folder", type=Path, default=platform_folders()[0], help="where platforms lie (default the first of "
                                                                               "ASSAY_PLATFORMS, include/platforms)")
    value = commands.add_parser("value", help="ask what an asset is worth, and why")
    asked = value.add_subparsers(dest="question", required=True, metavar="question")
    explain = asked.add_parser("explain", help="which users, items, columns and decisions the money comes from")
    whatif = commands.add_parser("whatif", help="say what an asset that is late, loses rows or is removed would cost")
    done = whatif.add_mutually_exclusive_group(required=True)
    done.add_argument("--late", type=int, metavar="N", help="all of it comes N days later")
    done.add_argument("--lose", type=float, metavar="PERCENT", help="so many of its rows are gone")
    done.add_argument("--remove", action="store_true", help="all of it is gone")
    whatif.add_argument("--nights", type=int, default=1, metavar="N", help="on the last N partitions (default 1)")
    whatif.add_argument("--json", action="store_true", help="print it as JSON")
    quality = commands.add_parser("quality", help="what is wrong in an asset, and what should be expected of it")
    wished = quality.add_subparsers(dest="question", required=True, metavar="question")
    suggest = wished.add_parser("suggest", help="print a suite of expectations from the history of an asset's profiles")
    suspects = wished.add_parser("suspects", help="print what is probably wrong in an asset, and in which rows")
    for command in (explain, whatif, suggest, suspects):
        command.add_argument("platform", metavar="PLATFORM", help="name of the manifest")
        command.add_argument("asset", metavar="ASSET", help="as in the inventory, such as landing.transactions")
        command.add_argument("partition", metavar="PARTITION", nargs="?", help="local day (default: the newest there is)")
    evaluate = commands.add_parser("evaluate", help="print how good models, values, forecasts and incidents were")
    evaluate.add_argument("platform", metavar="PLATFORM", help="name of the manifest")
    evaluate.add_argument("--json", action="store_true", help="print all of it as JSON")
    storage = commands.add_parser("storage", help="print what artifacts take, and remove what nothing needs any more")
    storage.add_argument("platform", metavar="PLATFORM", help="name of the manifest")
    storage.add_argument("--keep-days", type=int, metavar="N",
                         help="days before the newest partition that everything is kept for (default the manifest's)")
    storage.add_argument("--prune", action="store_true", help="remove what can go, instead of only saying so")
    reconcile = commands.add_parser("reconcile", help="fold ledgers again after a backfill, where they no longer hold")
    reconcile.add_argument("platform", metavar="PLATFORM", help="name of the manifest")
    reconcile.add_argument("--from", dest="since", metavar="YYYY-MM-DD", help="first partition (default: the first one run)")
    reconcile.add_argument("--to", dest="until", metavar="YYYY-MM-DD", help="last one, included (default: the newest one run)")
    reconcile.add_argument("--dry-run", action="store_true", help="fold in memory alone, and say what would be made anew")
    _add_show(commands)
    up = commands.add_parser("up", help="start Airflow and wait until it is healthy")
    down = commands.add_parser("down", help="stop the Airflow that up started, and nothing else")
    trigger = commands.add_parser("trigger", help="run one partition through the scheduler and wait for it")
    trigger.add_argument("--retrain", action="store_true", help="train again even where a model could be reused")
    trigger.add_argument("--retune", action="store_true", help="search the parameters of the model that serves")
    trigger.add_argument("--audit", action="store_true", help="train again without the most and the least valuable assets")
    trigger.add_argument("--note", default="", help="kept with the run")
    backfill = commands.add_parser("backfill", help="run a range of partitions through the scheduler and wait for them")
    for command in (backfill, evaluate):
        command.add_argument("--from", dest="since", required=True, metavar="YYYY-MM-DD", help="first partition")
        command.add_argument("--to", dest="until", required=True, metavar="YYYY-MM-DD", help="last partition, included")
    for command in (run, up, trigger, backfill):
        command.add_argument("--platform", default=DEFAULT_PLATFORM, help=f"name of the manifest (default {DEFAULT_PLATFORM})")
    for command in (run, explain, whatif, scan, init, reconcile):
        command.add_argument("--logs", type=Path, default=REPOSITORY / "data" / "logs", help="folder of its log file")
    for command in (scan, init):
        command.add_argument("--workspace", type=Path, default=REPOSITORY / "data" / "scan",
                             help="folder for what scans compute")
    for command in (run, trigger):
        command.add_argument("--partition", metavar="YYYY-MM-DD", help="local day (default: the newest whole one)")
    for command in (up, down, trigger, backfill):
        command.add_argument("--home", type=Path, default=REPOSITORY / "airflow_home" / "server", help="Airflow's folder")
        command.add_argument("--port", type=int, default=int(os.environ.get("AIRFLOW_PORT") or DEFAULT_PORT),
                             help=f"port on 127.0.0.1 (default AIRFLOW_PORT or {DEFAULT_PORT})")
    return parser


def _add_show(commands: Any) -> None:
    """The options of `show`."""
    from assay.contracts.enums import Action, AssetStatus
    from assay.views.selection import SORTS

    show = commands.add_parser("show", help="show what the page in the Airflow UI and its JSON API show")
    shown = show.add_subparsers(dest="question", required=True, metavar="question")
    questions = {"inventory": "the ranked assets", "asset": "all that is known of one asset", "runs": "how partitions stand",
                 "money": "where the money comes from, as JSON", "models": "how good models are, as JSON"}
    parsers = {name: shown.add_parser(name, help=text) for name, text in questions.items()}
    for name, parser in parsers.items():
        parser.add_argument("platform", metavar="PLATFORM", help="name of the manifest")
        if name == "asset":
            parser.add_argument("asset", metavar="ASSET", help="as in the inventory, such as landing.transactions")
        if name == "runs":
            parser.add_argument("--from", dest="since", metavar="YYYY-MM-DD", help="first partition (default the first run)")
            parser.add_argument("--to", dest="until", metavar="YYYY-MM-DD", help="last partition (default the last run)")
        else:
            parser.add_argument("--partition", metavar="YYYY-MM-DD", help="local day (default: the newest there is)")
        if name in ("inventory", "asset", "runs"):
            parser.add_argument("--json", action="store_true", help="print what the JSON API answers")
    inventory = parsers["inventory"]
    inventory.add_argument("--search", default="", metavar="WORDS", help="words that all occur in a row, its columns included")
    inventory.add_argument("--action", action="append", default=[], choices=list(map(str, Action)), help="may be repeated")
    inventory.add_argument("--status", action="append", default=[], choices=list(map(str, AssetStatus)), help="may be repeated")
    inventory.add_argument("--sort", default="rank", choices=SORTS, help="default rank")
    inventory.add_argument("--descending", action="store_true", help="largest first")
    inventory.add_argument("--limit", type=int, default=100, metavar="N", help="most rows (default 100)")
