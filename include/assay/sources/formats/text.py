"""Text in whatever encoding it was written, as UTF-8.

A file says nothing of its encoding. UTF-8 checks itself; where a file isn't UTF-8, Chinese text of the usual characters is
GB18030, single letters beside ASCII are Windows-1252, and the rest is left to charset-normalizer. A file in two encodings at
once is refused: half of its names would be wrong.
"""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from assay.errors import UnreadableData

_SAMPLE = 1 << 20
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
          (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_GUESSED = ["gb18030", "big5", "shift_jis", "euc_jp", "euc_kr", "cp1251", "cp1252"]
_HIGH = re.compile(rb"[\x80-\xff]+")
_ISOLATED = 0.6  # share of the runs of bytes beyond ASCII that are one byte long


def to_utf8(location: str, content: bytes) -> bytes:
    """`content` as UTF-8 without a byte order mark.

    Args:
        location: Of the file, for errors.
        content: Text in any encoding.

    Raises:
        UnreadableData: If it is no text, or mixes encodings.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _decoded(location, content, encoding).encode()
    if b"\0" in content[:_SAMPLE]:
        raise UnreadableData(location, "it is no text", remedy="give it the ending of its format, or write it as text in UTF-8")
    try:
        content.decode()
    except UnicodeDecodeError as error:
        refused = error
    else:
        return content
    lines = [line for line in content.splitlines() if not line.isascii()]
    encoding = _guess(b"\n".join(lines)[:_SAMPLE])
    wide = encoding != "cp1252"
    if any(_is_utf8(line, wide) for line in lines):
        number = content.count(b"\n", 0, refused.start) + 1
        raise UnreadableData(location, f"line {number} is in {encoding} and others are in UTF-8",
                             remedy="write the whole file in UTF-8")
    return _decoded(location, content, encoding).encode()


def _decoded(location: str, content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableData(location, f"line {line} is not in {encoding}, as its other lines seem to be",
                             remedy="write the whole file in UTF-8") from error


def _guess(told: bytes) -> str:
    """The likeliest encoding of lines that aren't all UTF-8."""
    try:
        told.decode("gb18030").encode("gb2312")  # the characters in use, not the rare ones that random bytes make
    except UnicodeError:
        pass
    else:
        return "gb18030"
    runs = _HIGH.findall(told)
    if sum(len(run) == 1 for run in runs) >= _ISOLATED * len(runs):
        return "cp1252"
    best = from_bytes(told, cp_isolation=_GUESSED).best()
    return best.encoding if best is not None else "cp1252"


def _is_utf8(line: bytes, wide: bool) -> bool:
    """Whether a line beyond ASCII is UTF-8; two bytes of Chinese text may be one letter of UTF-8 by chance, six aren't two."""
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return False
    return not wide or sum(char >= "\u0800" for char in text) > 1
