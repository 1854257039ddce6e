"""What an asset is worth: how fast, how exactly, and does it agree with training again and with a planted truth?

    make bench NAME=valuation

On the demo's four nights (run first where they are missing), a synthetic shop whose tables' worth is known, and games of known
solution. Each side works in a process of its own, so that its time and peak memory are its own. The whole network and boosted
trees really play some coalitions only; what all would take is extrapolated. Parts by name run alone:
`.venv/bin/python benchmarks/valuation.py speed`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import processes
from values import agreement, nights, planted, solved, speed

RESULT = nights.REPOSITORY / "data" / "benchmarks" / "valuation.json"


def line(measure: str, value: float, target: str, *, met: bool | None = None) -> dict:
    """A line of the table, printed."""
    mark = "" if met is None else "met" if met else "MISSED"
    print(f"{measure:<92}{value:>14,.4g}  {target:<18}{mark}", flush=True)
    return {"measure": measure, "value": float(value), "target": target, "met": met}


def engine() -> list[dict]:
    """All coalitions of four weeks beside a whole network, and trees, per coalition."""
    nights.run_nights()
    ours = processes.run(speed.by_engine, list(nights.NIGHTS))
    network = processes.run(speed.by_network, list(nights.NIGHTS))
    trees = processes.run(speed.by_trees, nights.NIGHTS[-1])
    seconds, rows = ours.result["seconds"], ours.result["rows"]
    slower = network.result["seconds"] / seconds
    again = len(nights.NIGHTS) * trees.result["seconds"] / seconds
    return [
        line("candidate rows, 256 coalitions each", rows, ">= 900,000", met=rows >= 900_000),
        line("engine: seconds", seconds, ""),
        line("engine: coalitions x rows a second", speed.COALITIONS * rows / seconds, ""),
        line("engine: peak memory, GB", ours.peak_bytes / 1e9, "<= 3", met=ours.peak_bytes <= 3e9),
        line("whole network per coalition, extrapolated: seconds", network.result["seconds"], ""),
        line("whole network beside engine: times slower", slower, ">= 20", met=slower >= 20),
        line("whole network and engine: largest difference of a probability", network.result["differs"], ""),
        line("trees trained again per coalition, extrapolated: seconds", len(nights.NIGHTS) * trees.result["seconds"], ""),
        line("trees beside engine: times slower", again, ">= 100", met=again >= 100),
        line("efficiency: relative error of the sum of values", ours.result["efficiency"], "<= 1e-9",
             met=ours.result["efficiency"] <= 1e-9),
    ]


def games() -> list[dict]:
    """Solutions that are known."""
    lines = [line(f"{name}, enumerated: largest error", error, "<= 1e-12", met=error <= 1e-12)
             for name, error in solved.enumerated().items()]
    for found in solved.sampled():
        name, played = f"{found['game']}, {solved.PLAYERS} players", found["evaluations"]
        lines.append(line(f"{name}: coalitions played", played, "<= 2,000", met=played <= 2000))
        if found["game"] in ("additive", "pairwise"):
            lines.append(line(f"{name}: largest error beside the largest value", found["error"], "<= 0.05",
                              met=found["error"] <= 0.05))
        else:
            lines.append(line(f"{name}: share of values within 3 standard errors", found["within"], "~ 0.997",
                              met=found["within"] >= 0.99))
            lines.append(line(f"{name}: farthest value, in standard errors", found["farthest"], ""))
    return lines


def retraining() -> list[dict]:
    """Masked answers beside models that were trained again."""
    nights.run_nights()
    found = agreement.judged(processes.run(agreement.compare, nights.NIGHTS[0]).result)
    lines = []
    for each in found:
        print(f"  {each['group']}: masked {each['masked']:.2f}, trained again {each['retrained']:.2f} "
              f"({each['low']:.2f} to {each['high']:.2f}), standard error of the difference {each['standard_error']:.2f}")
        lines.append(line(f"{each['group']}: masked less trained again, USD a week", each["masked"] - each["retrained"],
                          "2 SE or 15 %", met=each["agrees"]))
    kept, pairs = agreement.order_kept(found)
    lines.append(line("pairs told apart by training again: in the same order", kept / max(pairs, 1), f"{pairs} of {pairs}",
                      met=kept == pairs))
    return [*lines, line("Spearman correlation of the groups' values", agreement.spearman(found), "")]


def truth() -> list[dict]:
    """Values beside those that follow from the model that the data were drawn from."""
    planted.run_night()
    lines = []
    for each in processes.run(planted.compare).result:
        print(f"  {each['asset']}: {each['value']:.2f} ({each['low']:.2f} to {each['high']:.2f}), truth {each['truth']:.2f}")
        lines.append(line(f"{each['asset']}: value less truth, CNY a week", each["value"] - each["truth"], "within interval",
                          met=each["low"] <= each["truth"] <= each["high"]))
    for asset, share in processes.run(planted.coverage).result.items():
        lines.append(line(f"{asset}: share of {planted.DRAWS} intervals that hold the truth", share, "0.92 to 0.975",
                          met=0.92 <= share <= 0.975))
    return lines


PARTS: dict[str, Callable[[], list[dict]]] = {"games": games, "speed": engine, "truth": truth, "agreement": retraining}


def main() -> None:
    chosen = sys.argv[1:] or list(PARTS)
    lines = [found for name in chosen for found in PARTS[name]()]
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(lines, indent=1) + "\n")


if __name__ == "__main__":
    main()
