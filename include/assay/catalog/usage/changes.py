"""What each kind of statement reads, writes and moves, its tables being called by keys already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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


@dataclass(frozen=True)
class Known:
    """What is known beside the statement.

    Attributes:
        places: Key -> what the name in its place meant.
        catalogue: What there is, for paths that are written to.
        dialect: How to understand the statement.
    """

    places: Places
    catalogue: Catalogue
    dialect: str

    def matches(self, *nodes: exp.Expr | None) -> list[Match]:
        """What the tables among some nodes mean."""
        tables = [node.this if isinstance(node, exp.Schema) else node for node in nodes]
        return [self.places[table.name] for table in tables if isinstance(table, exp.Table) and table.name in self.places]

    def files(self, node: exp.Expr | None) -> list[Match]:
        """What the path in a node means."""
        path = path_of(node)
        return [self.catalogue.match_path(path)] if path else []

    def query(self, query: exp.Expr) -> Query:
        """What a query does."""
        return read_query(query, self.places, self.dialect)


def change_of(tree: exp.Expr, known: Known) -> Iterator[Change]:
    """Everything that a statement does.

    Args:
        tree: Its tables are called by the keys of `known.places`; it is changed.
        known: What the keys mean.
    """
    for cte in [cte for cte in tree.find_all(exp.CTE) if isinstance(cte.this, exp.DML)]:  # PostgreSQL: WITH x AS (DELETE …)
        inner = cte.this
        cte.set("this", exp.select("1"))
        yield from change_of(inner, known)
    for kinds, handle in _HANDLERS:
        if isinstance(tree, kinds):
            yield from handle(tree, known)
            return
    yield Change(mentions=set(known.places.values()))


# -- queries and what is made from them -------------------------------------------------------------------------------


def _select(tree: exp.Expr, known: Known) -> Iterator[Change]:
    into = tree.args.get("into")
    if into is None:
        query = known.query(tree)
        yield Change(reads=query.reads, exact=query.exact)
    else:
        tree.set("into", None)
        query = known.query(tree)
        yield _into(known.matches(into.this), _names(query), query)


def _insert(tree: exp.Expr, known: Known) -> Iterator[Change]:
    target, columns = _target(tree.this)
    targets = known.files(target) if isinstance(target, exp.Directory | exp.Func) else known.matches(target)
    source = tree.args.get("expression")
    if isinstance(source, exp.Values) and source.find(exp.Query):
        source = exp.select(*[value for row in source.expressions[:1] for value in row.expressions])
    if not isinstance(source, exp.Query):
        yield _into(targets, columns, _copy_of(known.matches(source)))
        return
    query = known.query(_with_common(source, tree))
    yield _into(targets, _names(query) if tree.args.get("by_name") else columns, query)


def _inserts(tree: exp.Expr, known: Known) -> Iterator[Change]:
    """Hive's FROM … INSERT … INSERT and Snowflake's INSERT ALL."""
    source = tree.args.get("source")
    for part in tree.expressions:
        insert = part.this if isinstance(part, exp.ConditionalInsert) else part
        query = insert.expression
        if isinstance(source, exp.Table | exp.Subquery) and isinstance(query, exp.Select):
            insert.set("expression", query.from_(source.copy()))
        elif isinstance(source, exp.Query):
            insert.set("expression", source.copy())
        yield from _insert(insert, known)


def _create(tree: exp.Expr, known: Known) -> Iterator[Change]:
    """A table or view made from a query or as a clone; other definitions use no data."""
    query, cloned = tree.args.get("expression"), tree.args.get("clone")
    target, columns = _target(tree.this)
    if cloned is not None:
        yield _into(known.matches(target), [], _copy_of(known.matches(cloned.this)))
    elif tree.args.get("kind") in ("TABLE", "VIEW") and isinstance(query, exp.Query):
        filled = tree.find(exp.ToTableProperty)  # ClickHouse: a materialised view fills a table
        found = known.query(_with_common(query, tree))
        yield _into(known.matches(target, filled.this if filled else None), columns or _names(found), found)
    else:
        yield Change(mentions=set(known.places.values()))


def _with_common(query: exp.Query, tree: exp.Expr) -> exp.Query:
    """The query with the common table expressions that stand before the statement around it."""
    if tree.args.get("with_") is not None and query.args.get("with_") is None:
        query.set("with_", tree.args["with_"].pop())
    return query


def _export(tree: exp.Expr, known: Known) -> Iterator[Change]:
    """Whatever is read to be put where no table is."""
    source = tree.args.get("expression") or tree.this
    query = known.query(source) if isinstance(source, exp.Query) else _copy_of(known.matches(source))
    yield Change(reads=query.reads, exact=query.exact)


def _load(tree: exp.Expr, known: Known) -> Iterator[Change]:
    yield _into(known.matches(tree.this), [], _copy_of(known.files(tree.args.get("inpath"))))


def _truncate(tree: exp.Expr, known: Known) -> Iterator[Change]:
    yield Change(writes={(match, None) for match in known.matches(*tree.expressions)})


def _copy(tree: exp.Expr, known: Known) -> Iterator[Change]:
    """COPY in both directions, UNLOAD as one of them: between a table or query and files."""
    ends = tree.args.get("files") or []
    inner, columns = _target(tree.this)
    files = [match for end in ends for match in (known.files(end) if isinstance(end, exp.Literal) else known.matches(end))]
    if tree.args.get("kind"):
        queries = [known.query(end.this) for end in ends if isinstance(end, exp.Subquery)]
        for query in queries or [_copy_of(files)]:
            yield _into(known.matches(inner), columns, query)
    elif isinstance(inner, exp.Subquery):
        yield _into(files, [], known.query(inner.this))
    else:
        query = _copy_of(known.matches(inner), columns)
        yield _into(files, [], query) if files else Change(reads=query.reads)


# -- changes of rows --------------------------------------------------------------------------------------------------


def _update(tree: exp.Expr, known: Known) -> Iterator[Change]:
    target = tree.this
    joined = [join.this for join in target.args.get("joins") or []]
    others = [*joined, *([tree.args["from_"].this] if tree.args.get("from_") else [])]
    sets = [pair for pair in tree.expressions if isinstance(pair, exp.EQ)]
    named = {pair.this.table for pair in sets if isinstance(pair.this, exp.Column)} - {""}
    changed = next((table for table in joined if table.alias_or_name in named), target)
    query = _asking([pair.expression for pair in sets], tree, others, changed)
    yield _set(changed, [pair.this.name for pair in sets], query, known)


def _delete(tree: exp.Expr, known: Known) -> Iterator[Change]:
    target = tree.this
    joined = [join.this for join in target.args.get("joins") or []]
    named = {table.alias_or_name for table in tree.args.get("tables") or []}
    changed = next((table for table in joined if table.alias_or_name in named), target)
    yield _set(changed, [], _asking([], tree, [*joined, *(tree.args.get("using") or [])], changed), known)


def _merge(tree: exp.Expr, known: Known) -> Iterator[Change]:
    using, branches = tree.args["using"], tree.args["whens"].expressions
    assigned = [pair for branch in branches for pair in _assigned(branch.args.get("then"), using, known)]
    conditions = [branch.args["condition"] for branch in branches if branch.args.get("condition") is not None]
    query = _asking([*(value for _, value in assigned), *conditions], tree, [using], tree.this)
    yield _set(tree.this, [name for name, _ in assigned], query, known)


def _assigned(then: exp.Expr | None, using: exp.Expr, known: Known) -> Iterable[tuple[str, exp.Expr]]:
    """Column and value of what a branch of MERGE sets or inserts; a star stands for all that the other table has."""
    if isinstance(then, exp.Update) and not then.is_star:
        return [(pair.this.name, pair.expression) for pair in then.expressions if isinstance(pair, exp.EQ)]
    if isinstance(then, exp.Insert) and isinstance(then.args.get("expression"), exp.Tuple):
        return [(column.name, value) for column, value in zip(then.this.expressions, then.expression.expressions)]
    if not isinstance(then, exp.Update | exp.Insert):
        return []
    columns = [name for match in known.matches(using) if match.table for name in match.table.columns]
    if isinstance(using, exp.Subquery):
        columns = [name for name in using.named_selects if name != "*"]
    return [(name, exp.column(name, table=using.alias_or_name, quoted=True)) for name in columns]


def _asking(values: Sequence[exp.Expr], tree: exp.Expr, others: Sequence[exp.Expr], changed: exp.Expr) -> exp.Select:
    """The query that a change of rows asks: the new values, from all its tables, under all its conditions."""
    asked: list[exp.Expr] = [exp.alias_(value.copy(), f"value {i}", quoted=True) for i, value in enumerate(values)]
    query = exp.select(*asked or [exp.Literal.number(1)])
    tables = [tree.this, *others]
    for number, table in enumerate(tables):
        copied = table.copy()
        if isinstance(copied, exp.Table):
            copied.set("joins", None)
            if table is changed:
                copied.set("this", exp.to_identifier(TARGET, quoted=True))
        query = query.join(copied, join_type="cross") if number else query.from_(copied)
    where = tree.args.get("where")
    conditions = [join.args.get("on") for table in tables for join in table.args.get("joins") or []]
    for condition in [*conditions, where.this if where is not None else None, tree.args.get("on")]:
        if condition is not None:
            query = query.where(condition.copy())
    if tree.args.get("with_") is not None:
        query.set("with_", tree.args["with_"].copy())
    return query


def _set(changed: exp.Expr, columns: Sequence[str], query: exp.Select, known: Known) -> Change:
    """A change of rows of one table: writes the named columns, each from its value."""
    targets = known.matches(changed)
    places = {**known.places, TARGET: targets[0]} if targets else known.places
    found = read_query(query, places, known.dialect)
    if not columns:
        return Change(reads=found.reads, writes={(match, None) for match in targets}, exact=found.exact)  # rows go, none come
    found.outputs = found.outputs[:len(columns)]
    return _into(targets, columns, found)


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
        own = target.table.columns if target.table else None
        names = list(columns) or (list(own) if own else [name or "" for name, _ in query.outputs])
        if query.outputs and query.outputs[0][0] is not None:
            names = names[:len(query.outputs)]  # what a query doesn't fill stays empty
        change.writes |= {(target, None)} | ({(target, own[name]) for name in names if name in own} if own else set())
        change.flows |= {((source, None), (target, None)) for source, _ in query.reads if source != target}
        for name, (told, origins) in zip(names, query.outputs):
            column = own.get(name) if own else name
            if told is not None and column:
                change.flows |= {(origin, (target, column)) for origin in origins if origin[0] != target}
    return change


def _names(query: Query) -> list[str]:
    """The query's own names of its columns, which a table that is made from it gets; none where one can't be told."""
    names = [name for name, _ in query.outputs]
    return [] if None in names else [name or "" for name in names]


def _target(node: exp.Expr | None) -> tuple[exp.Expr | None, list[str]]:
    """What is written, and the columns that are named."""
    return (node.this, [column.name for column in node.expressions]) if isinstance(node, exp.Schema) else (node, [])


def _copy_of(matches: Sequence[Match], columns: Sequence[str] = ()) -> Query:
    """What a copy of whole tables reads, or of some of their columns."""
    query = Query()
    for match in matches:
        own = match.table.columns if match.table else {}
        taken = {name: column for name, column in own.items() if not columns or name in columns}
        query.reads |= {(match, None), *((match, column) for column in taken.values())}
        query.outputs = [(name, {(match, column)}) for name, column in taken.items()]
    return query


_Handler = Callable[[exp.Expr, Known], Iterator[Change]]
_HANDLERS: tuple[tuple[tuple[type, ...], _Handler], ...] = (
    ((exp.Query,), _select), ((exp.Insert,), _insert), ((exp.MultitableInserts,), _inserts), ((exp.Create,), _create),
    ((exp.Update,), _update), ((exp.Delete,), _delete), ((exp.Merge,), _merge), ((exp.Copy,), _copy), ((exp.LoadData,), _load),
    ((exp.TruncateTable,), _truncate), ((exp.Export, exp.Cache, exp.Pivot), _export))
