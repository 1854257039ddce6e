"""One statement of a log: the tables and columns that it reads and writes, and what flows from which to which.

A query's tables and columns count as read wherever they stand, `SELECT *` as every column that is known. What UPDATE, DELETE
and MERGE change is written; finding the rows to change is no reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp

from assay.catalog.usage.changes import Change, Known, change_of
from assay.catalog.usage.names import Catalogue, Match
from assay.catalog.usage.places import resolve
from assay.catalog.usage.queries import Source

LONGEST = 100_000  # characters of a normalised statement; longer ones are generated, and take minutes
_NO_DATA = {
    "set", "reset", "show", "use", "begin", "start", "commit", "rollback", "savepoint", "release", "end", "explain", "describe",
    "desc", "analyze", "vacuum", "grant", "revoke", "comment", "kill", "pragma", "checkpoint", "discard", "deallocate", "close",
    "fetch", "listen", "notify", "lock", "unlock", "msck", "refresh", "optimize", "install", "load", "system", "attach",
    "detach", "help", "cluster", "reindex",
}
_UNLOAD = re.compile(r"unload\s*\((.*)\)\s*to\s+'([^']*)'", re.DOTALL)
_REPLACE = re.compile(r"\Areplace\s+into\b")
_EXPLAIN = re.compile(r"\Aexplain\b(?:\s+(?:analyze|verbose|extended|formatted|plan|for|logical|distributed)\b)*")


@dataclass
class Statement:
    """What one statement does.

    Attributes:
        reads: Tables with None, and columns of tables of the catalogue.
        writes: The same of what it writes.
        flows: From what is read to what it is written to, tables with None and columns.
        mentions: Tables that it names without using their data, such as DROP and GRANT.
        problem: Why it could not be parsed, or None; the other attributes are then what is known in spite of it.
        exact: False where columns were told by their names alone.
    """

    reads: set[Source] = field(default_factory=set)
    writes: set[Source] = field(default_factory=set)
    flows: set[tuple[Source, Source]] = field(default_factory=set)
    mentions: set[Match] = field(default_factory=set)
    problem: str | None = None
    exact: bool = True

    def add(self, change: Change) -> None:
        """Add one of the things that the statement does."""
        self.reads |= change.reads
        self.writes |= change.writes
        self.flows |= change.flows
        self.mentions |= change.mentions
        self.exact &= change.exact


def read_statement(text: str, dialect: str, catalogue: Catalogue,
                   views: Mapping[str, exp.Expr] | None = None) -> Statement:
    """What a statement does; it never raises, whatever the text.

    Args:
        text: Normalised, see `normalise`; several statements count as one.
        dialect: One of `DIALECTS`.
        catalogue: What there is.
        views: Name -> query of views that the log has made, see `views_of`.
    """
    found = Statement()
    trees, found.problem = _parse(text, dialect)
    for tree in trees:
        if isinstance(tree, exp.Command):
            _command(tree, found, dialect, catalogue)
        elif isinstance(tree, exp.Condition | exp.Alias) and not isinstance(tree, exp.Query):
            found.problem = "it is no statement"
        else:
            try:
                places = resolve(tree, catalogue, views or {})
                for change in change_of(tree, Known(places, catalogue, dialect)):
                    found.add(change)
            except Exception as error:  # noqa: BLE001 - see below
                # a log holds whatever people and machines have sent: one odd statement must not end the night
                found.problem = f"it is understood in part ({type(error).__name__})"
    return found


def views_of(texts: Iterable[str], dialect: str) -> dict[str, exp.Expr]:
    """Name -> query of the views that statements make; of several of one name the last one counts."""
    found: dict[str, exp.Expr] = {}
    for text in texts:
        if not text.startswith("create") or " view " not in text[:80]:
            continue
        for tree in _parse(text, dialect)[0]:
            if isinstance(tree, exp.Create) and tree.args.get("kind") == "VIEW" and isinstance(tree.expression, exp.Query) \
                    and not tree.find(exp.MaterializedProperty):  # which is a table, filled when it is refreshed
                table = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
                if isinstance(table, exp.Table):
                    found[".".join(part.name for part in table.parts)] = tree.expression
    return found


def _parse(text: str, dialect: str) -> tuple[list[exp.Expr], str | None]:
    """The statements in a text and why it could not be parsed."""
    if len(text) > LONGEST:
        return [], f"it is longer than {LONGEST:,} characters"
    unload = _UNLOAD.match(text)
    try:
        trees = sqlglot.parse(unload[1] if unload else _REPLACE.sub("insert into", text), dialect=dialect)
    except Exception:  # noqa: BLE001 - sqlglot meets text that is no SQL with errors of many types
        return [], f"it can't be parsed as {dialect}"
    found = [tree for tree in trees if tree is not None]
    if unload and len(found) == 1:
        return [exp.Copy(this=exp.Subquery(this=found[0]), kind=False, files=[exp.Literal.string(unload[2])])], None
    return found, None


def _command(tree: exp.Command, found: Statement, dialect: str, catalogue: Catalogue) -> None:
    """What sqlglot has no grammar for: nothing where the keyword touches no data, else a statement that can't be parsed."""
    word = str(tree.this).lower()
    if word not in _NO_DATA:
        found.problem = f"it can't be parsed as {dialect}"
    elif word == "explain":
        rest = _EXPLAIN.sub("", f"explain {tree.text('expression')}")
        for inner in _parse(rest.strip(), dialect)[0]:
            found.mentions |= set(resolve(inner, catalogue, {}).values())
