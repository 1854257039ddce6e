"""Statements without their literals, so that the same query with other values is the same statement.

Literals may be personal: what leaves this module holds none but paths of files, and of these no number. Strings become `'?'`
and numbers `1`, which leaves a text that can still be parsed. Comments go, lists of literals become one, letters become small.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import get_args

from sqlglot.tokens import Tokenizer

from assay.config.manifest import Dialect

DIALECTS: tuple[str, ...] = get_args(Dialect)
STRING, NUMBER = "'?'", "1"

_BACKSLASH = {"mysql", "hive", "spark", "bigquery", "snowflake", "clickhouse"}  # \' doesn't end a string
_QUOTES_ARE_STRINGS = {"mysql", "hive", "spark", "bigquery"}  # "…" is a literal, not a name
_DOLLARS = {"duckdb", "postgres", "snowflake"}  # $$…$$ and $tag$…$tag$
_HASHES = {"mysql", "bigquery"}  # # begins a comment

_PATH_BEFORE = re.compile(
    r"(?:\b(?:from|join|to|into|location|inpath|infile|directory)\s*\(?|\buri\s*=|"
    r"\b(?:read_parquet|parquet_scan|read_csv|read_csv_auto|read_json|read_json_auto|read_ndjson|iceberg_scan|delta_scan|s3|"
    r"s3cluster|gcs|hdfs|url|file)\s*\(\s*\[?)\s*\Z", re.IGNORECASE)
_PATH = re.compile(r"[^\s'\"]*(?:/[^\s'\"]*|\.(?:parquet|csv|tsv|json|jsonl|ndjson|orc|avro)(?:\.\w+)?)", re.IGNORECASE)
_LITERAL = r"(?:'\?'|-?\s*1|null|true|false|\?|\$1|%s|[:@]\w+)"
_IN_LIST = re.compile(rf"\bin\s*\(\s*({_LITERAL})(?:\s*,\s*{_LITERAL})+\s*\)")
_TUPLES = re.compile(r"\bvalues\s*(\([^()]*\))(?:\s*,\s*\([^()]*\))+")
_QUOTED_UNLOAD = re.compile(r"\s*unload\s*\(\s*'((?:[^']|'')*)'\s*\)", re.IGNORECASE)  # Redshift quotes the whole query
_WORD = re.compile(r"[^\W\d]\w*")
_KEYWORDS = frozenset(word for key in Tokenizer.KEYWORDS for word in key.lower().split() if _WORD.fullmatch(word))
_MOST_WORDS = 6


@lru_cache(maxsize=len(DIALECTS))
def _scanner(dialect: str) -> re.Pattern[str]:
    """Everything that is not plain text in a statement; what isn't closed reaches to the end."""
    escape = r"\\.|" if dialect in _BACKSLASH else ""
    plain = r"\\" if dialect in _BACKSLASH else ""
    name, text = '"(?:[^"]|"")*(?:"|\\Z)', rf"'(?:{escape}''|[^'{plain}])*(?:'|\Z)"
    double = rf'"(?:{escape}""|[^"{plain}])*(?:"|\Z)'
    parts = [r"(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z)" + (r"|\#[^\n]*)" if dialect in _HASHES else ")")]
    if dialect == "bigquery":
        parts.append(r"(?P<long>'''.*?(?:'''|\Z)|\"\"\".*?(?:\"\"\"|\Z))")
    if dialect in _DOLLARS:
        parts.append(r"(?P<dollar>\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?(?:\$(?P=tag)\$|\Z))")
    strings, names = [text], [r"`(?:[^`]|``)*(?:`|\Z)"]
    (strings if dialect in _QUOTES_ARE_STRINGS else names).append(double if dialect in _QUOTES_ARE_STRINGS else name)
    parts += [rf"(?P<string>{'|'.join(strings)})", rf"(?P<name>{'|'.join(names)})", r"(?P<number>\d[\w.]*)"]
    return re.compile("|".join(parts), re.DOTALL)


def normalise(sql: str, dialect: str) -> str:
    """`sql` in small letters without comments and literals; equal for statements that differ in these alone.

    Args:
        sql: One or several statements; any text will do.
        dialect: One of `DIALECTS`.
    """
    return tidy(mask(sql, dialect))


def mask(sql: str, dialect: str) -> str:
    """`sql` with its literals replaced; the part of `normalise` that has to look at every statement of a log."""
    if sql[:20].lstrip()[:6].lower() == "unload" and (quoted := _QUOTED_UNLOAD.match(sql)):
        sql = f"unload ({quoted[1].replace(chr(39) * 2, chr(39))}){sql[quoted.end():]}"

    def replace(match: re.Match[str]) -> str:
        kind, start = match.lastgroup, match.start()
        if kind == "number":
            before = sql[start - 1] if start else " "
            return match[0] if before.isalnum() or before == "_" else NUMBER
        if kind == "string":
            return _string(sql, start, match[0])
        if kind == "name":
            return match[0]
        return " " if kind == "comment" else STRING

    return _scanner(dialect).sub(replace, sql)


def _string(sql: str, start: int, text: str) -> str:
    """A string's stand-in: a path of files stays where one belongs, bits and bytes stay some that can be read."""
    inner = text[1:-1]
    if ("/" in inner or "." in inner) and _PATH.fullmatch(inner) and _PATH_BEFORE.search(sql, max(0, start - 40), start):
        return f"'{_without_numbers(inner)}'"
    prefix = sql[start - 1] if start else " "
    if prefix in "xXbB" and (start < 2 or not sql[start - 2].isalnum()):
        return "'00'"
    return STRING


def _without_numbers(path: str) -> str:
    """A path that is the same for every partition: values of hive folders and numbers become `*`."""
    scheme, mark, rest = path.partition("?")[0].rpartition("://")
    return scheme + mark + re.sub(r"\d+", "*", re.sub(r"=[^/]*", "=*", rest))


def tidy(masked: str) -> str:
    """What `mask` returned, on one line in small letters, with lists of literals as one of them."""
    line = " ".join(masked.lower().split()).rstrip("; ")
    return _TUPLES.sub(r"values \1", _IN_LIST.sub(r"in (\1)", line))


def first_words(normalised: str) -> str:
    """The beginning of a normalised statement, to name it by; without anything quoted, and nothing of what isn't SQL."""
    plain = re.sub(r"['\"`].*?(?:['\"`]|\Z)", "?", normalised)
    words = plain.split()[:_MOST_WORDS]
    known = bool(words) and (found := _WORD.match(words[0])) is not None and found[0] in _KEYWORDS
    return " ".join(words)[:80] if known else "(no SQL)"


@dataclass
class Shapes:
    """Distinct normalised statements of one dialect, numbered as they are met.

    Attributes:
        dialect: One of `DIALECTS`.
        texts: The statements.
    """

    dialect: str
    texts: list[str] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)
    _masked: dict[str, int] = field(default_factory=dict)

    def number(self, sql: str) -> int:
        """The number of the shape of a statement."""
        masked = mask(sql, self.dialect)
        found = self._masked.get(masked)
        if found is None:
            text = tidy(masked)
            found = self._masked[masked] = self._numbers.setdefault(text, len(self.texts))
            if found == len(self.texts):
                self.texts.append(text)
        return found
