"""A part's bytes as text: by what they say they are, else by what they show themselves to be."""

from __future__ import annotations

import codecs
import functools
from typing import Protocol

from upheld.mailbox import _limits
from upheld.mailbox._limits import Faults, clean, tried

__all__ = ["Encoded", "decoded"]


class Encoded(Protocol):
    """What has bytes, a media type and the charset that its headers name ("" for none)."""

    @property
    def type(self) -> str:
        """Return the media type."""

    @property
    def data(self) -> bytes:
        """Return the bytes."""

    @property
    def charset(self) -> str:
        """Return the charset that the headers name."""


# Every mail reader takes a charset for its superset, as the WHATWG's Encoding Standard says.
_READ_AS = {
    "iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "us-ascii": "utf-8", "ascii": "utf-8",
    "latin-9": "iso-8859-15", "unicode-1-1-utf-8": "utf-8", "cp-1252": "cp1252", "cp-850": "cp850",
    "iso-8859-8-i": "iso-8859-8", "iso-8859-8-e": "iso-8859-8", "iso-8859-9": "cp1254", "windows-874": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "ks_c_5601-1987": "cp949", "euc-kr": "cp949",
}  # fmt: skip
_SAYS_NOTHING = frozenset(("x-unknown", "unknown-8bit", "unknown", "default", "binary", "none"))
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decoded(leaf: Encoded, faults: Faults, *, declared: str = "") -> str:
    """Return a leaf's bytes as text: by its charset, else what its bytes show it to be.

    `declared` is a charset that the text itself names (HTML's `meta`), used where the headers name none.
    """
    data = leaf.data
    if len(data) > _limits.LIMITS.body:
        faults.add(f"a part of type {leaf.type} has {len(data)} bytes; only the first {_limits.LIMITS.body} were read")
        data = data[: _limits.LIMITS.body]
    said = "" if leaf.charset in _SAYS_NOTHING else leaf.charset
    wanted = said or declared
    name = _READ_AS.get(wanted, wanted)
    if name in ("utf-16", "utf16", "ucs-2") and len(data) > 1:
        # Without a mark: most text has more of its zero bytes in the higher half of its pairs.
        name = "utf-16-be" if data[::2].count(0) > data[1::2].count(0) else "utf-16-le"
    for mark, marked in _MARKS:
        if data.startswith(mark):
            name = marked
    for candidate in (name, "utf-8"):
        text = tried(functools.partial(data.decode, candidate), None) if candidate else None
        if isinstance(text, str):
            if candidate != name and said:
                faults.add(f"a part of type {leaf.type} says it is {said}, and is not")
            return clean(text)
    if wanted or any(byte > 127 for byte in data):
        faults.add(f"a part of type {leaf.type} says it is {wanted or 'plain ASCII'}, and is not")
    return clean(data.decode("cp1252", "replace"))
