"""What each kind of statement reads, writes and moves, its tables being called by keys already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from assay.catalog.usage.names import Catalogue, Match
from assay.catalog.usage.places import path_of
from assay.catalog.usage.queries import TARGET, Query, Source, read_query

Places = Mapping[str, Match]


@dataclass
class Change:
    """One thing that a statement does; attributes as in `Statement`."""

    reads: set[Source] = field(default_factory=set)
    writes: set[Source] = field(default_factory=set)
    flows: set[tuple[Source, Source]] = field(default_factory=set)
    mentions: set[Match] = field(default_factory=set)
    exact: bool = True


def change_of(tree: exp.Expression, places: Places, catalogue: Catalogue, dialect: str) -> Iterator[Change]:
    """Everything that a statement does.

    Args:
        tree: Its tables are called by the keys of `places`; it is changed.
        places: Key -> what the name meant.
        catalogue: What there is, for paths that are written to.
        dialect: How to understand it.
    """
    for cte in [cte for cte in tree.find_all(exp.CTE) if isinstance(cte.this, exp.DML)]:  # PostgreSQL: WITH x AS (DELETE …)
        inner = cte.this
        cte.set("this", exp.select("1"))
        yield from change_of(inner, places, catalogue, dialect)
    if isinstance(tree, exp.Query):
        yield _select(tree, places, dialect)
    elif isinstance(tree, exp.Insert):
        yield _insert(tree, places, catalogue, dialect)
    elif isinstance(tree, exp.MultitableInserts):
        yield from _inserts(tree, places, catalogue, dialect)
    elif isinstance(tree, exp.Create):
        yield _create(tree, places, dialect)
    elif isinstance(tree, exp.Update):
        yield _update(tree, places, dialect)
    elif isinstance(tree, exp.Delete):
        yield _delete(tree, places, dialect)
    elif isinstance(tree, exp.Merge):
        yield _merge(tree, places, dialect)
    elif isinstance(tree, exp.Copy):
        yield from _copy(tree, places, catalogue, dialect)
    elif isinstance(tree, exp.LoadData):
        path = path_of(tree.args.get("inpath"))
        yield _into(_matches([tree.this], places), [], _copy_of([catalogue.match_path(path)] if path else []))
    elif isinstance(tree, exp.Export | exp.Cache | exp.Pivot):
        yield _export(tree, places, dialect)
    elif isinstance(tree, exp.TruncateTable):
        yield Change(writes={(match, None) for match in _matches(tree.expressions, places)})
    else:
        yield Change(mentions=set(places.values()))


# -- queries and what is made from them -------------------------------------------------------------------------------


def _select(tree: exp.Query, places: Places, dialect: str) -> Change:
    into = tree.args.get("into")
    if into is None:
        query = read_query(tree, places, dialect)
        return Change(reads=query.reads, exact=query.exact)
    tree.set("into", None)
    return _into(_matches([into.this], places), [], read_query(tree, places, dialect))


def _insert(tree: exp.Insert, places: Places, catalogue: Catalogue, dialect: str) -> Change:
    target, columns = _target(tree.this)
    if isinstance(target, exp.Directory | exp.Func):
        path = path_of(target)
        matches = [catalogue.match_path(path)] if path else []
    else:
        matches = _matches([target], places)
    source = tree.expression
    if isinstance(source, exp.Values) and source.find(exp.Query):
        source = exp.select(*[value for row in source.expressions[:1] for value in row.expressions])
    if not isinstance(source, exp.Query):
        return _into(matches, columns, _copy_of(_matches([source], places)))
    if tree.args.get("with_") is not None and source.args.get("with_") is None:
        source.set("with_", tree.args["with_"].pop())
    query = read_query(source, places, dialect)
    if tree.args.get("by_name"):
        columns = [name or "" for name, _ in query.outputs]
    return _into(matches, columns, query)


def _inserts(tree: exp.MultitableInserts, places: Places, catalogue: Catalogue, dialect: str) -> Iterator[Change]:
    """Hive's FROM … INSERT … INSERT and Snowflake's INSERT ALL."""
    source = tree.args.get("source")
    for part in tree.expressions:
        insert = part.this if isinstance(part, exp.ConditionalInsert) else part
        query = insert.expression
        if isinstance(source, exp.Table | exp.Subquery) and isinstance(query, exp.Select):
            insert.set("expression", query.from_(source.copy()))
        elif isinstance(source, exp.Query):
            insert.set("expression", source.copy())
        yield _insert(insert, places, catalogue, dialect)


def _create(tree: exp.Create, places: Places, dialect: str) -> Change:
    """A table or view made from a query; other definitions use no data."""
    query = tree.expression
    cloned = tree.args.get("clone")
    if cloned is not None:
        return _into(_matches([tree.this], places), [], _copy_of(_matches([cloned.this], places)))
    if tree.args.get("kind") not in ("TABLE", "VIEW") or not isinstance(query, exp.Query):
        return Change(mentions=set(places.values()))
    if tree.args.get("with_") is not None and query.args.get("with_") is None:
        query.set("with_", tree.args["with_"].pop())
    target, columns = _target(tree.this)
    further = tree.find(exp.ToTableProperty)  # ClickHouse: a materialised view fills a table
    return _into(_matches([target, *([further.this] if further else [])], places), columns, read_query(query, places, dialect))


def _export(tree: exp.Expression, places: Places, dialect: str) -> Change:
    """Whatever is read to be put where no table is."""
    query = tree.args.get("expression") or tree.this
    if isinstance(query, exp.Query):
        found = read_query(query, places, dialect)
        return Change(reads=found.reads, exact=found.exact)
    return Change(reads=_copy_of(_matches([query], places)).reads)


def _copy(tree: exp.Copy, places: Places, catalogue: Catalogue, dialect: str) -> Iterator[Change]:
    """COPY in both directions, UNLOAD as one of them: between a table or query and files."""
    files = [match for file in tree.args.get("files") or [] for match in _files(file, places, catalogue)]
    inner, columns = _target(tree.this)
    if tree.args.get("kind"):
        queries = [file for file in tree.args.get("files") or [] if isinstance(file, exp.Subquery)]
        sources = [read_query(query.this, places, dialect) for query in queries] or [_copy_of(files)]
        for source in sources:
            yield _into(_matches([inner], places), columns, source)
    elif isinstance(inner, exp.Subquery):
        yield _into(files, [], read_query(inner.this, places, dialect))
    else:
        yield _into(files, [], _copy_of(_matches([inner], places), columns))


def _files(node: exp.Expression, places: Places, catalogue: Catalogue) -> list[Match]:
    path = path_of(node) if isinstance(node, exp.Literal) else None
    return [catalogue.match_path(path)] if path else _matches([node], places)


# -- changes of rows --------------------------------------------------------------------------------------------------


def _update(tree: exp.Update, places: Places, dialect: str) -> Change:
    target = tree.this
    joined = [join.this for join in target.args.get("joins") or []]
    others = [*joined, *([tree.args["from_"].this] if tree.args.get("from_") else [])]
    sets = [pair for pair in tree.expressions if isinstance(pair, exp.EQ)]
    named = {pair.this.table for pair in sets if isinstance(pair.this, exp.Column)} - {""}
    changed = next((table for table in joined if table.alias_or_name in named), target)
    query = _asking([pair.expression for pair in sets], tree, target, others, changed)
    return _set(changed, [pair.this.name for pair in sets], query, places, dialect)


def _delete(tree: exp.Delete, places: Places, dialect: str) -> Change:
    target = tree.this
    using = tree.args.get("using") or []
    joined = [join.this for join in target.args.get("joins") or []]
    named = {table.alias_or_name for table in tree.args.get("tables") or []}
    changed = next((table for table in joined if named and table.alias_or_name in named), target)
    query = _asking([], tree, target, [*joined, *using], changed)
    return _set(changed, [], query, places, dialect)


def _merge(tree: exp.Merge, places: Places, dialect: str) -> Change:
    columns: list[str] = []
    values: list[exp.Expression] = []
    conditions: list[exp.Expression] = []
    for when in tree.args["whens"].expressions:
        then = when.args.get("then")
        if when.args.get("condition") is not None:
            conditions.append(when.args["condition"])
        for name, value in _assigned(then, tree.args["using"], places):
            columns.append(name)
            values.append(value)
    query = _asking([*values, *conditions], tree, tree.this, [tree.args["using"]], tree.this)
    return _set(tree.this, columns, query, places, dialect)


def _assigned(then: exp.Expression | None, using: exp.Expression, places: Places) -> Iterable[tuple[str, exp.Expression]]:
    """Column and value of what a branch of MERGE sets or inserts; a star stands for all that the other table has."""
    if isinstance(then, exp.Insert) and not isinstance(then.this, exp.Tuple) or isinstance(then, exp.Update) and then.is_star:
        match = places.get(using.name) if isinstance(using, exp.Table) else None
        columns = list(match.table.columns) if match and match.table else [c for c in using.named_selects if c != "*"] \
            if isinstance(using, exp.Subquery) else []
        return [(name, exp.column(name, table=using.alias_or_name, quoted=True)) for name in columns]
    if isinstance(then, exp.Update):
        return [(pair.this.name, pair.expression) for pair in then.expressions if isinstance(pair, exp.EQ)]
    if isinstance(then, exp.Insert) and isinstance(then.expression, exp.Tuple):
        return [(column.name, value) for column, value in zip(then.this.expressions, then.expression.expressions)]
    return []


def _asking(values: Sequence[exp.Expression], tree: exp.Expression, target: exp.Expression, others: Sequence[exp.Expression],
            changed: exp.Expression) -> exp.Select:
    """The query that a change of rows asks: the new values, from all its tables, under all its conditions."""
    query = exp.select(*[exp.alias_(value.copy(), f"value {i}", quoted=True) for i, value in enumerate(values)] or ["1"])
    for table in [target, *others]:
        copied = table.copy()
        if isinstance(copied, exp.Table):
            copied.set("joins", None)
        if table is changed and isinstance(copied, exp.Table):
            copied.set("this", exp.to_identifier(TARGET, quoted=True))
        query = query.from_(copied) if table is target else query.join(copied, join_type="cross")
    conditions = [join.args.get("on") for table in [target, *others] for join in table.args.get("joins") or []]
    where = tree.args.get("where")
    for condition in [*conditions, where.this if where is not None else None, tree.args.get("on")]:
        if condition is not None:
            query = query.where(condition.copy())
    if tree.args.get("with_") is not None:
        query.set("with_", tree.args["with_"].copy())
    return query


def _set(changed: exp.Expression, columns: Sequence[str], query: exp.Select, places: Places, dialect: str) -> Change:
    """A change of rows of one table: writes the named columns, each from its value."""
    matches = _matches([changed], places)
    seen = dict(places) | ({TARGET: matches[0]} if matches else {})
    found = read_query(query, seen, dialect)
    found.outputs = found.outputs[:len(columns)]
    if columns:
        return _into(matches, columns, found)
    return Change(reads=found.reads, writes={(match, None) for match in matches}, exact=found.exact)  # rows go, none come


# -- what flows -------------------------------------------------------------------------------------------------------


def _into(targets: Sequence[Match], columns: Sequence[str], query: Query) -> Change:
    """What a query reads is written to each target, column by column as far as both are known.

    Args:
        targets: What is written.
        columns: The target's columns in the query's order; none where the statement names none.
        query: Where it comes from.
    """
    change = Change(reads=set(query.reads), exact=query.exact)
    for target in targets:
        known = target.table.columns if target.table else None
        names = list(columns) or (list(known) if known else [name or "" for name, _ in query.outputs])
        if query.outputs and query.outputs[0][0] is not None:
            names = names[:len(query.outputs)]  # what a query doesn't fill stays empty
        change.writes |= {(target, None)}
        if known:
            change.writes |= {(target, known[name]) for name in names if name in known}
        change.flows |= {((source, None), (target, None)) for source, column in query.reads if column is None and source != target}
        for name, (told, origins) in zip(names, query.outputs):
            column = known.get(name) if known else name
            if told is None or not column:
                continue
            change.flows |= {(origin, (target, column)) for origin in origins if origin[0] != target}
    return change


def _target(node: exp.Expression | None) -> tuple[exp.Expression | None, list[str]]:
    """What is written, and the columns that are named."""
    if isinstance(node, exp.Schema):
        return node.this, [column.name for column in node.expressions]
    return node, []


def _matches(nodes: Sequence[exp.Expression | None], places: Places) -> list[Match]:
    tables = [node.this if isinstance(node, exp.Schema) else node for node in nodes]
    return [places[table.name] for table in tables if isinstance(table, exp.Table) and table.name in places]


def _copy_of(matches: Sequence[Match], columns: Sequence[str] = ()) -> Query:
    """What a copy of whole tables reads, or of some of their columns."""
    query = Query()
    for match in matches:
        known = match.table.columns if match.table else {}
        taken = {name: column for name, column in known.items() if not columns or name in columns}
        query.reads |= {(match, None), *((match, column) for column in taken.values())}
        query.outputs = [(name, {(match, column)}) for name, column in taken.items()]
    return query
