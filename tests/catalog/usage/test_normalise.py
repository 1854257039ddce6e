from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.catalog.usage.normalise import DIALECTS, Shapes, first_words, normalise


@pytest.mark.parametrize("dialect, sql, shape", [
    ("duckdb", "SELECT  A\n FROM t WHERE x = 'it''s' AND y = 12.5e3;", "select a from t where x = '?' and y = 1"),
    ("duckdb", "select a -- Alice's note\nfrom t /* 'open */ where b = 'c'", "select a from t where b = '?'"),
    ("duckdb", "select * from t where id in (1, 2, 3) and k in ('a','b')", "select * from t where id in (1) and k in ('?')"),
    ("duckdb", "insert into t values (1, 'a'), (2, 'b'), (3, null)", "insert into t values (1, '?')"),
    ("duckdb", "select t1.c2, v2017 from t1", "select t1.c2, v2017 from t1"),
    ("duckdb", 'select "It\'s" from t where a = \'x\'', 'select "it\'s" from t where a = \'?\''),
    ("postgres", "select $1, $tag$ O'Brien $tag$, $$x$$, E'a'", "select $1, '?', '?', e'?'"),
    ("postgres", "select X'AF', b'10' from t", "select x'00', b'00' from t"),
    ("mysql", "select \"O'Brien\", 'a\\'b' # mine\nfrom `t`", "select '?', '?' from `t`"),
    ("bigquery", "select '''it's''', \"\"\"\"a\"\"\" from `p.d.t`", "select '?', '?' from `p.d.t`"),
    ("hive", "select \"x\" from t where d = '2017-01-01'", "select '?' from t where d = '?'"),
    ("snowflake", "select 'a\\'b', $$c$$ from @stage/x", "select '?', '?' from @stage/x"),
    ("postgres", "select 'never closed, Alice", "select '?'"),
    ("duckdb", "select 1 /* never closed, Alice", "select 1"),
    ("snowflake", "UNLOAD ('select a from t where b=''x''') TO 's3://b/x/'", "unload (select a from t where b='?') to 's3://b/x/'"),
])
def test_literals_go(dialect: str, sql: str, shape: str) -> None:
    assert normalise(sql, dialect) == shape


@pytest.mark.parametrize("sql, shape", [
    ("select * from read_parquet('s3://lake/orders/ds=2017-01-02/part-0.parquet')",
     "select * from read_parquet('s3://lake/orders/ds=*/part-*.parquet')"),
    ("select * from read_parquet( ['a/orders/1.parquet'])", "select * from read_parquet( ['a/orders/*.parquet'])"),
    ("from 'a/orders/*.parquet'", "from 'a/orders/*.parquet'"),
    ("copy t to '/out/x_20170102.csv'", "copy t to '/out/x_*.csv'"),
    ("select x from t where path = '/home/alice/a.csv'", "select x from t where path = '?'"),
    ("select trim(leading '/' from 'not a/path, Alice')", "select trim(leading '?' from '?')"),
    ("select * from f('https://x/y?token=secret')", "select * from f('?')"),
    ("select * from read_csv('https://x/y.csv?token=secret')", "select * from read_csv('https://x/y.csv')"),
])
def test_paths_stay_where_files_are_read_or_written(sql: str, shape: str) -> None:
    assert normalise(sql, "duckdb") == shape


@pytest.mark.parametrize("sql, words", [
    ("select a, b from t where c = 'x' and d = 5", "select a, b from t where"),
    ("update \"Alice Smith\" set 'x", "update ? set ?"),
    ("Alice Smith called from 555-1234", "(no SQL)"),
    ("", "(no SQL)"),
])
def test_first_words_hold_nothing_quoted_and_only_of_sql(sql: str, words: str) -> None:
    assert first_words(normalise(sql, "duckdb")) == words


def test_equal_shapes_have_one_number() -> None:
    shapes = Shapes("duckdb")
    assert [shapes.number(f"select a from t where b in ({', '.join(map(str, range(n)))})") for n in (1, 2, 5)] == [0, 0, 0]
    assert shapes.number("SELECT a\nFROM t WHERE b IN (7)") == 0
    assert shapes.number("select b from t") == 1
    assert shapes.texts == ["select a from t where b in (1)", "select b from t"]


@given(st.sampled_from(DIALECTS), st.text(alphabet="ab1'\"`$-/*#\\\n (),=%", max_size=60))
def test_normalising_twice_changes_nothing_more(dialect: str, text: str) -> None:
    once = normalise(f"select 'x' from t where {text}", dialect)
    assert normalise(once, dialect) == normalise(normalise(once, dialect), dialect)


SECRETS = st.text(alphabet="QZXqzx0123456789 @.-_", min_size=1, max_size=20).map(lambda text: f"zq{text}qz")


@given(st.sampled_from(DIALECTS), SECRETS, st.integers(10**8, 10**15))
def test_no_literal_survives(dialect: str, secret: str, number: int) -> None:
    quoted = secret.replace("'", "''")
    sql = (f"select '{quoted}', {number} from t where a = '{quoted}' and b in ({number}, '{quoted}') and c like '%{quoted}' "
           f"-- {secret}\n and d between {number} and -{number}.5")
    shape = normalise(sql, dialect)
    assert secret.lower() not in shape and str(number) not in shape
    assert secret.lower() not in first_words(shape)
