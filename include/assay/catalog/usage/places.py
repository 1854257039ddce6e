"""Put what the names in a parsed statement mean in the place of the names, so that only the statement's structure is left."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlglot import exp

from assay.catalog.usage.names import Catalogue, Match

_FILES = re.compile(r"/|\.(?:parquet|csv|tsv|json|jsonl|ndjson|orc|avro)(?:\.\w+)?\Z")
_FORMATS = {"parquet", "csv", "json", "orc", "avro", "delta", "iceberg", "text"}  # spark: parquet.`path`
_DEEPEST = 8  # views over views


def resolve(tree: exp.Expr, catalogue: Catalogue, views: Mapping[str, exp.Expr]) -> dict[str, Match]:
    """Call every table in `tree` by a key of its own, and columns by table and column alone.

    Args:
        tree: Is changed. Names of common table expressions stay, views become subqueries.
        catalogue: What there is.
        views: Name -> query of the views that the log itself has made, and the catalogue doesn't know.

    Returns:
        Key -> what the name meant.
    """
    for identifier in tree.find_all(exp.Identifier):
        identifier.set("quoted", True)  # small letters already: no dialect shall change them
    for _ in range(_DEEPEST):
        if not _expand(tree, catalogue, views):
            break
    keys: dict[Match, str] = {}
    named: set[tuple[str, str]] = set()
    for table in list(tree.find_all(exp.Table)):
        match = _meaning(table, catalogue)
        if match is None:
            continue
        named.add((table.db, table.name))
        called = table.alias or (table.name if not _FILES.search(table.name) else "") or _function(table)
        key = keys.setdefault(match, f"place {len(keys)}")
        table.set("this", exp.to_identifier(key, quoted=True))
        table.set("db", None)
        table.set("catalog", None)
        if not table.alias:
            table.set("alias", exp.TableAlias(this=exp.to_identifier(called, quoted=True)))
    for column in tree.find_all(exp.Column):
        if column.args.get("db") and (column.text("db"), column.table) in named:
            column.set("db", None)
            column.set("catalog", None)
    return {key: match for match, key in keys.items()}


def path_of(node: exp.Expr | None) -> str | None:
    """The path in a literal or in the first argument of a function that reads files."""
    literal = node if isinstance(node, exp.Literal) else node.find(exp.Literal) if node is not None else None
    return literal.name if literal is not None and literal.is_string and _FILES.search(literal.name) else None


def _function(table: exp.Table) -> str:
    return table.this.name or table.this.key if isinstance(table.this, exp.Func) else "files"


def _meaning(table: exp.Table, catalogue: Catalogue) -> Match | None:
    """What a table stands for; None for common table expressions and functions that read nothing stored."""
    this = table.this
    if isinstance(this, exp.Func):
        path = path_of(this)
        return catalogue.match_path(path) if path else None
    parts = [part.name for part in table.parts]
    if not parts or not parts[-1] or is_common(table):
        return None
    path_like = _FILES.search(parts[-1]) and (len(parts) == 1 or parts[-2] in _FORMATS)
    if path_like and isinstance(this, exp.Identifier):
        return catalogue.match_path(parts[-1])
    return catalogue.match(*parts)


def is_common(table: exp.Table) -> bool:
    """True if a common table expression that is visible there has the table's name."""
    if table.db:
        return False
    inner: exp.Expr = table
    outer = table.parent
    while outer is not None:
        common = outer if isinstance(outer, exp.With) else outer.args.get("with_")
        if isinstance(common, exp.With):
            for cte in common.expressions:
                if cte is inner and not common.args.get("recursive"):
                    break  # a name is not known inside itself, nor are those that follow
                if cte.alias == table.name:
                    return True
        inner, outer = (outer, outer.parent) if not isinstance(outer, exp.With) else (outer, _above(outer))
    return False


def _above(common: exp.With) -> exp.Expr | None:
    """What lies above the statement that a WITH belongs to: its own names were looked at with the WITH."""
    return common.parent.parent if common.parent is not None else None


def _expand(tree: exp.Expr, catalogue: Catalogue, views: Mapping[str, exp.Expr]) -> bool:
    """Put the query of each view in its place; True if there was one."""
    found = False
    for table in list(tree.find_all(exp.Table)) if views else []:
        if table is tree or not isinstance(table.parent, exp.From | exp.Join):
            continue  # what is written is the view itself
        match = _meaning(table, catalogue)
        if match is None or match.table is not None or match.name not in views:
            continue
        query = views[match.name].copy()
        alias = exp.TableAlias(this=exp.to_identifier(table.alias or table.name, quoted=True))
        table.replace(exp.Subquery(this=query, alias=alias))
        found = True
    return found
