"""Rules of advice as they are written down: `advice.yaml` beside this module, and a platform's own beside its manifest.

A platform's file may change thresholds, or bring a list of rules that takes the place of the whole one. Every mistake in it
becomes one sentence that names the file, the rule and what would do.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Any

import yaml
from pydantic import Field, ValidationError, model_validator

from assay.config import find_platforms
from assay.config.frozen import Frozen
from assay.config.manifest import Name
from assay.contracts.enums import Action
from assay.errors import ConfigError, shorten
from assay.inventory.conditions import Condition
from assay.inventory.facts import FLAGS, MONEY, NUMBERS, TEXTS, WORDS

FILE = "advice.yaml"
PROPOSALS = frozenset({Action.MERGE, Action.ARCHIVE})  # what can't be undone waits for a person


class Rule(Frozen):
    """One rule.

    Attributes:
        name: Its name in its file.
        action: What it advises.
        when: When it applies; None: always.
        reason: One sentence with the numbers that decided, its words in braces.
        at_stake: Name of the money per window that the action concerns, None where it is not known.
    """

    name: Name
    action: Action = Field(strict=False)
    when: Condition | None = None
    reason: str = Field(min_length=1, max_length=300)
    at_stake: str | None = None


class Rules(Frozen):
    """Rules in their order, the last of which always applies, and the numbers that they name."""

    thresholds: dict[str, float] = Field(default_factory=dict)
    rules: list[Rule] = Field(min_length=1)

    @model_validator(mode="after")
    def _always_one(self) -> Rules:
        names = [rule.name for rule in self.rules]
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"two rules are named {twice[0]!r}")
        for rule in self.rules[:-1]:
            if rule.when is None:
                raise ValueError(f"rule {rule.name!r} has no when, so that none behind it could ever apply")
        last = self.rules[-1]
        if last.when is not None or last.action in PROPOSALS:
            raise ValueError(f"the last rule, {last.name!r}, has to apply always, without when, and can't be a proposal to "
                             "merge or archive, which may be rejected")
        return self


class _Own(Frozen):
    """What a platform's file may say."""

    thresholds: dict[str, float] = Field(default_factory=dict)
    rules: list[Rule] | None = None


@lru_cache(maxsize=1)
def default_rules() -> Rules:
    """The rules of platforms that bring none of their own."""
    return Rules.model_validate(yaml.safe_load((files("assay.inventory") / FILE).read_text(encoding="utf-8")))


def load_rules(platform: str) -> Rules:
    """The rules of a platform.

    Raises:
        ConfigError: If its file can't be used.
    """
    default = default_rules()
    path = find_platforms()[platform].parent / FILE
    if not path.is_file():
        return default
    raw = _read(path)
    try:
        own = _Own.model_validate(raw)
        if own.rules is None and (unknown := sorted(own.thresholds.keys() - default.thresholds)):
            raise ConfigError(str(path), f"unknown threshold {unknown[0]!r}", _nearest(unknown[0], default.thresholds))
        made = Rules(thresholds=default.thresholds | own.thresholds, rules=default.rules if own.rules is None else own.rules)
    except ValidationError as error:
        raise _explain(error, raw, path) from error
    for rule in made.rules:
        for problem, remedy in _mistakes(rule, made):
            raise ConfigError(str(path), f"{problem} in rule {rule.name!r}", remedy)
    return made


def _read(path: Path) -> dict[str, Any]:
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(str(path), f"YAML that can't be parsed ({error})", "mend the line it names") from error
    if not isinstance(raw, dict):
        raise ConfigError(str(path), "no mapping at top level", "start with 'thresholds:' or 'rules:'")
    return raw


def _mistakes(rule: Rule, rules: Rules) -> Iterator[tuple[str, str]]:
    """What a rule names that isn't there, each with what would do."""
    for comparison in rule.when.comparisons() if rule.when else ():
        yield from _of_comparison(comparison, rules)
    if rule.at_stake is not None and rule.at_stake not in MONEY:
        yield f"unknown money {rule.at_stake!r} at stake", _nearest(rule.at_stake, MONEY)
    try:
        pieces = list(Formatter().parse(rule.reason))
    except ValueError as error:
        yield f"a reason that can't be filled in ({error})", "write words in braces, such as {worth}, and a brace as {{"
        return
    for _, word, form, conversion in pieces:
        if word is not None and (word not in WORDS or form or conversion):
            written = word + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
            yield f"unknown word {{{written}}} in the reason", _nearest(word, WORDS)


def _of_comparison(comparison: Condition, rules: Rules) -> Iterator[tuple[str, str]]:
    fact = comparison.fact or ""
    if fact not in (*NUMBERS, *TEXTS, *FLAGS):
        yield f"unknown fact {fact!r}", _nearest(fact, (*NUMBERS, *TEXTS, *FLAGS))
        return
    if comparison.limits and fact not in NUMBERS:
        yield f"{next(iter(comparison.limits))} of {fact}, which is no number", "compare it by equals, one_of or known"
    for limit in comparison.limits.values():
        if isinstance(limit, str) and limit not in rules.thresholds and limit not in NUMBERS:
            yield f"unknown number {limit!r}", _nearest(limit, (*rules.thresholds, *NUMBERS))
    wanted = [*(comparison.one_of or ()), *([] if comparison.equals is None else [comparison.equals])]
    if wanted and fact in NUMBERS:
        yield f"a text that the number {fact} should equal", "compare it by above, at_least, below, at_most or known"
    for text in wanted:
        vocabulary = (True, False) if fact in FLAGS else TEXTS.get(fact)
        if vocabulary is not None and text not in vocabulary:
            yield f"{fact} compared with {text!r}", _nearest(str(text), map(str, vocabulary))


def _explain(error: ValidationError, raw: dict[str, Any], path: Path) -> ConfigError:
    """The first mistake of `error`, in one sentence; a misspelt key comes before the missing one that it leaves behind."""
    found = error.errors()
    first = next((mistake for mistake in found if mistake["type"] == "extra_forbidden"), found[0])
    where, inside = "", first["loc"]
    if len(inside) > 1 and inside[0] == "rules" and isinstance(inside[1], int):
        entry = raw["rules"][inside[1]]
        name = entry.get("name", inside[1] + 1) if isinstance(entry, dict) else inside[1] + 1
        where, inside = f" in rule {name!r}", inside[2:]
    key = ".".join(str(part) for part in inside if not isinstance(part, int))
    if first["type"] == "extra_forbidden":
        known = Condition.model_fields if "when" in inside[:-1] else Rule.model_fields if where else _Own.model_fields
        return ConfigError(str(path), f"unknown key {key!r}{where}", _nearest(str(inside[-1]), known))
    if first["type"] == "missing":
        return ConfigError(str(path), f"missing key {key!r}{where}", "add it, see docs/advice.md")
    return ConfigError(str(path), f"{key or 'rules'}{where}: {first['msg'].removeprefix('Value error, ')}",
                       f"got {shorten(first['input'], 80)!r}, see docs/advice.md" if key else "see docs/advice.md")


def _nearest(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(names)}"
