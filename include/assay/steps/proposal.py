"""A manifest for a source that was scanned: its place, and as comments what was found and which decisions it could serve."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from assay.catalog.facts import mentions, words
from assay.catalog.semantic_types import SemanticType
from assay.config.manifest import Platform
from assay.contracts.enums import AssetKind, Role
from assay.errors import ConfigError, shorten

Found = Mapping[str, Any]

_LABELS = frozenset({"default", "churn", "churned", "label", "target", "class", "outcome", "fraud", "bad", "risk", "readmitted",
                     "diagnosis", "survived", "converted", "response", "y", "违约", "流失", "标签", "逾期", "欺诈"})
_WIDEST = 110


def write_manifest(found: Found, name: str, currency: str) -> str:
    """The text of `platform.yaml`; everything but the platform and its source is a comment.

    Args:
        found: What `scan` returned.
        name: Of the platform.
        currency: Three capitals.

    Raises:
        ConfigError: If no platform can have this name or currency.
    """
    from assay.steps.scan import source_entry

    entry, connection = source_entry(name, found["source"])
    try:
        Platform.model_validate({"platform": name, "currency": currency, "sources": [entry]})
    except ValidationError as error:
        mistake = error.errors()[0]
        raise ConfigError(f"the manifest of {name}", f"{mistake['loc'][0]}: {mistake['msg']}", "name it otherwise") from error
    lines = [f"platform: {name}", f"currency: {currency}  # of every amount of money", "timezone: UTC  # where days turn over",
             "sources:", *(f"  {'- ' if n == 0 else '  '}{key}: {json.dumps(value, ensure_ascii=False)}"
                           for n, (key, value) in enumerate(entry.items())),
             *(f"    # its host, user and password are those of Airflow's connection {name}" for _ in connection)]
    renamed = {asset["asset_id"]: f"{name}.{asset['asset_id'].partition('.')[2]}" for asset in found["assets"]}
    lines += ["", "# What a decision earns can't be found in data: uncomment what fits and correct the money.", "# use_cases:"]
    proposed = _named_once(_proposals(found["assets"], renamed))
    lines += [f"# {line}" for line in proposed or ["  no table looks like outcomes; docs/manifest.md says what one needs"]]
    lines += ["", "# What was found. `assets:` says what is wrong here, see docs/manifest.md."]
    for asset in found["assets"]:
        lines += [f"# {line}".rstrip() for line in _findings(asset, renamed[asset["asset_id"]])]
    references = [row for row in found["relations"] if row["kind"] == "foreign_key"]
    lines += ["#", "# References:"] if references else []
    lines += [f"#   {_side(row, 'from', renamed)} -> {_side(row, 'to', renamed)}, {row['coverage']:.0%} of its values"
              for row in references]
    return "\n".join(lines) + "\n"


def _named_once(proposals: Iterator[tuple[str, list[str]]]) -> list[str]:
    """Lines of all proposals; of several of one name, later ones are numbered."""
    seen: Counter[str] = Counter()
    lines = []
    for name, body in proposals:
        seen[name] += 1
        lines += [f"  - name: {name}{'' if seen[name] == 1 else f'_{seen[name]}'}", *(f"    {line}" for line in body)]
    return lines


def _findings(asset: Found, asset_id: str) -> Iterator[str]:
    yield ""
    yield f"{_said(asset_id)}: {asset.get('kind', asset['status'])}, {asset['newest_row_count']:,} rows" + (
        f" in {asset['last_partition']}" if asset["last_partition"] else "")
    if asset["reason"]:
        yield f"  to be looked at: {_said(asset['reason'].replace(asset['asset_id'], asset_id))}"
    if asset.get("primary_key"):
        yield f"  rows are told apart by {_said(', '.join(asset['primary_key']))}"
    if asset.get("time_column"):
        yield f"  rows are dated by {_said(asset['time_column'])}"
    for column in asset["columns"]:
        personal = f", personal: {column['pii_type']}" if column["pii_type"] else ""
        meaning = f"{column['semantic_type']} ({column['semantic_confidence']:.0%})"
        yield f"  {_said(column['column'])}: {meaning}, {column['role']}, {column['dtype']}{personal}"


def _proposals(assets: Sequence[Found], renamed: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    """Name and body of use cases, the likeliest first: the ones with most rows."""
    for asset in sorted(assets, key=lambda one: (-one["row_count"], one["asset_id"])):
        by_type: dict[str, str] = {}
        for column in asset["columns"]:
            by_type.setdefault(column["semantic_type"], column["column"])
        name, time = renamed[asset["asset_id"]], asset.get("time_column")
        item, user, store = map(by_type.get, (SemanticType.ITEM_ID, SemanticType.USER_ID, SemanticType.STORE_ID))
        amount, quantity = _measure(asset, SemanticType.MONEY), _measure(asset, SemanticType.QUANTITY)
        if asset.get("kind") == AssetKind.EVENT.value and time and item:
            if user:
                yield _ranking(name, user, item, time, amount)
            if quantity and amount:
                yield _stock(name, item, store, time, quantity, amount)
        elif label := _label(asset):
            yield _risk(name, *label)


def _measure(asset: Found, meaning: SemanticType) -> str | None:
    return next((column["column"] for column in asset["columns"]
                 if column["semantic_type"] == meaning.value and column["role"] == Role.MEASURE.value), None)


def _label(asset: Found) -> tuple[str, str] | None:
    """A column of two values that is called like an outcome, and the key of the table's rows."""
    keys = asset.get("primary_key") or []
    labels = [column["column"] for column in asset["columns"]
              if column["distinct_count"] == 2 and mentions(words(column["column"]), _LABELS)]
    return (labels[0], keys[0]) if labels and len(keys) == 1 else None


def _ranking(asset: str, user: str, item: str, time: str, amount: str | None) -> tuple[str, list[str]]:
    """Which items a user should be shown."""
    paid = f", amount: {_said(amount)}" if amount else ""
    return "next_week_items", [
        f"entity: {{user: {_said(user)}, item: {_said(item)}}}",
        f"outcome: {{asset: {_said(asset)}, time: {_said(time)}{paid}, window_days: 7}}",
        "payoff: {type: captured_sales, top_k: 10, margin: 0.25, incrementality: 0.1}  # show users what they will buy"]


def _stock(asset: str, item: str, store: str | None, time: str, quantity: str, paid: str) -> tuple[str, list[str]]:
    """How much of an item to keep."""
    place = f", place: {_said(store)}" if store else ""
    return "weekly_stock", [
        f"entity: {{item: {_said(item)}{place}}}",
        f"outcome: {{asset: {_said(asset)}, time: {_said(time)}, amount: {_said(quantity)}, paid: {_said(paid)}, "
        "window_days: 7}",
        "payoff: {type: newsvendor, margin: 0.25, holding: 0.02, spoilage: 0.05}  # keep what will be asked for"]


def _risk(asset: str, label: str, key: str) -> tuple[str, list[str]]:
    """Whom to accept."""
    return "risk", [
        f"entity: {{user: {_said(key)}}}",
        f"outcome: {{asset: {_said(asset)}, label: {_said(label)}, positive: \"1\"}}  # the value that costs",
        "payoff: {type: cost_matrix, gain_accept: 0.05, loss_accept: 0.5}  # accept whom it pays to accept"]


def _side(row: Found, side: str, renamed: Mapping[str, str]) -> str:
    return f"{_said(renamed[row[f'{side}_asset']])}({_said(', '.join(row[f'{side}_columns']))})"


def _said(text: str) -> str:
    """A name or sentence from data on one line of YAML, quoted where it is no plain word."""
    line = shorten(text, _WIDEST)
    return line if all(char.isalnum() or char in "_.-, ()/;:'" for char in line) and ": " not in line else json.dumps(
        line, ensure_ascii=False)
