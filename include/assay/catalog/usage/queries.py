"""What one query reads, and from which columns each of its own comes; by sqlglot's qualification, scopes and lineage."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp
from sqlglot.lineage import Node, lineage
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope, traverse_scope
from sqlglot.schema import MappingSchema

from assay.catalog.usage.names import Match

logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # it logs what it can't parse: here that is counted instead

TARGET = "target of the statement"  # stands for the table that is written where it is named among those that are read
Source = tuple[Match, str | None]


@dataclass
class Query:
    """What a query does.

    Attributes:
        reads: Tables with None, and columns of tables of the catalogue.
        outputs: Name of each of its columns, None where it can't be told, and the columns that it is made from.
        exact: False where it could not be qualified, and columns were told by their names alone.
    """

    reads: set[Source] = field(default_factory=set)
    outputs: list[tuple[str | None, set[Source]]] = field(default_factory=list)
    exact: bool = True


def read_query(query: exp.Expr, places: Mapping[str, Match], dialect: str) -> Query:
    """What `query` reads.

    Args:
        query: A SELECT or a set operation, whose tables are called by the keys of `places`; it is changed.
        places: Name in the query -> what it means.
        dialect: How to understand it.
    """
    named = {table.name for table in query.find_all(exp.Table)}
    places = {key: match for key, match in places.items() if key in named}
    found = Query({(match, None) for key, match in places.items() if key != TARGET})
    schema = MappingSchema({key: dict.fromkeys([*match.table.columns, *match.table.keys], "text")
                            for key, match in places.items() if match.table and match.table.columns},
                           dialect=dialect, normalize=False)
    try:
        qualified = qualify(query.copy(), dialect=dialect, schema=schema, validate_qualify_columns=False, identify=True)
        for scope in traverse_scope(qualified):
            for column in scope.columns:
                found.reads |= _source(scope.sources.get(column.table), column.name, places)
            found.reads |= _stars(scope, places)
        found.outputs = _outputs(qualified, schema, places, dialect)
    except Exception:  # noqa: BLE001 - a parser's bug in one odd statement must not end the night; its tables are known
        found.exact = False
        found.reads |= _by_name(query, places)
    return found


def _source(source: object, column: str, places: Mapping[str, Match]) -> set[Source]:
    """A column of a table of the catalogue; that of another table says nothing, and it might be a value in wrong quotes."""
    match = places.get(source.name) if isinstance(source, exp.Table) and source.name != TARGET else None
    return {(match, match.table.columns[column])} if match and match.table and column in match.table.columns else set()


def _stars(scope: Scope, places: Mapping[str, Match]) -> set[Source]:
    """Columns behind a star that could not be expanded, since one of its tables is none of the catalogue's."""
    selects = scope.expression.selects if isinstance(scope.expression, exp.Select) else []
    stars = [column for column in selects if column.is_star]
    found: set[Source] = set()
    for star in stars:
        for name in [star.table] if isinstance(star, exp.Column) else scope.selected_sources:
            source = scope.sources.get(name)
            match = places.get(source.name) if isinstance(source, exp.Table) else None
            for column in match.table.columns if match and match.table else ():
                found |= _source(source, column, places)
    return found


def _outputs(qualified: exp.Expr, schema: MappingSchema, places: Mapping[str, Match],
             dialect: str) -> list[tuple[str | None, set[Source]]]:
    """Every column of the query with those that it is made from, in order."""
    first = qualified
    while isinstance(first, exp.SetOperation | exp.Subquery):
        first = first.this
    if not isinstance(first, exp.Select):
        return []
    names: list[str | None] = []
    for number, column in enumerate(first.expressions):
        names.append(None if column.is_star else column.alias_or_name)
        value = column.this if isinstance(column, exp.Alias) else column
        column.replace(exp.alias_(value.copy(), f"column {number}", quoted=True))  # two may be called the same
    if None in names:
        return [(None, set())]
    nodes = lineage(None, qualified, schema, dialect=dialect, scope=build_scope(qualified), trim_selects=False, copy=False)
    return [(name, {source for node in nodes[f"column {number}"].walk() for source in _leaf(node, places)})
            for number, name in enumerate(names)]


def _leaf(node: Node, places: Mapping[str, Match]) -> set[Source]:
    if not isinstance(node.expression, exp.Table):
        return set()
    return _source(node.expression, exp.to_column(node.name).name, places)


def _by_name(query: exp.Expr, places: Mapping[str, Match]) -> set[Source]:
    """Columns that only one of the statement's tables has, where the query can't be qualified."""
    tables = [match for key, match in places.items() if key != TARGET and match.table]
    found: set[Source] = set()
    for column in query.find_all(exp.Column):
        owners = [match for match in tables if match.table and column.name in match.table.columns]
        if len(owners) == 1 and owners[0].table:
            found.add((owners[0], owners[0].table.columns[column.name]))
    return found
