"""The parts of a message, taken apart with limits (RFC 5322, RFC 2045). Mail is hostile input."""

from __future__ import annotations

import codecs
import email
import email.header
import email.policy
import email.utils
import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from email.message import EmailMessage, Message
from typing import TypeVar

from upheld.mailbox._smime import PKCS7, unwrapped

__all__ = [
    "LIMITS",
    "Faults",
    "Leaf",
    "Limits",
    "addresses",
    "clean",
    "decoded",
    "header",
    "headers",
    "leaves",
    "parse",
    "tried",
]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a message is read: bytes, unless the name says otherwise."""

    size: int = 50 * 1024 * 1024
    decoded: int = 50 * 1024 * 1024
    effort: int = 10_000_000
    depth: int = 20
    parts: int = 200
    body: int = 512 * 1024
    header: int = 8 * 1024
    headers: int = 300
    faults: int = 20


LIMITS = Limits()


@dataclass(slots=True)
class Faults:
    """What could not be read, each said once, in the order found."""

    said: list[str] = field(default_factory=list)

    def add(self, fault: str) -> None:
        """Note a fault; past the limit nothing more is noted."""
        fault = clean(fault)[:300]
        if fault not in self.said and len(self.said) < LIMITS.faults:
            self.said.append(fault)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part that holds no others: its media type, decoded bytes, and what its headers say of it.

    `alternative` is true for one of several forms of the same words (RFC 2046, 5.1.4), `flowed` for text whose lines
    are joined again, `delsp` where the spaces that they were broken at go (RFC 3676).
    """

    type: str
    data: bytes
    charset: str
    name: str
    disposition: str
    cid: str
    related: bool
    method: str = ""
    alternative: bool = False
    flowed: bool = False
    delsp: bool = False


# The parser of structured headers takes time by the square of their length.
_LONG_HEADER = re.compile(rb"^(?:content-|mime-)[a-z-]{1,30}:[^\n]{0,8000}(?:\n[ \t][^\n]*|[^\n])+", re.I | re.M)


def _shortened(match: re.Match[bytes]) -> bytes:
    return match.group() if len(match.group()) <= LIMITS.header else match.group()[:1000].rstrip(b"\r\n")


def clean(text: str) -> str:
    """Return text that can be written anywhere: no lone surrogates, no NUL, line ends as a single newline."""
    data = text.encode("utf-8", "surrogateescape" if _escaped(text) else "replace")
    return data.decode("utf-8", "replace").replace("\x00", "\ufffd").replace("\r\n", "\n").replace("\r", "\n")


def _escaped(text: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" and not "\udc80" <= sign <= "\udcff" for sign in text)


def tried(action: Callable[[], _T], otherwise: _T) -> _T:
    """Return what the action gives, or `otherwise` where it raises.

    The standard library's header parser raises IndexError, ValueError and others on headers made to break it.
    """
    try:
        return action()
    except Exception:
        return otherwise


def parse(raw: bytes, faults: Faults) -> Message:
    """Return the parsed message; one beyond the size limit is read by its headers alone."""
    raw = _LONG_HEADER.sub(_shortened, raw)
    # The parser compares every line with every boundary that may end here.
    effort = raw.count(b"\n") * (1 + len(re.findall(rb"boundary", raw, re.IGNORECASE)))
    effort += raw.count(b"\n--") * 2000
    if len(raw) > LIMITS.size or effort > LIMITS.effort:
        what = f"{len(raw)} bytes" if len(raw) > LIMITS.size else "too many lines and boundaries"
        faults.add(f"the message has {what}; only its headers were read")
        raw = re.split(rb"\r?\n\r?\n", raw[: LIMITS.size], maxsplit=1)[0] + b"\r\n\r\n"
    try:
        return email.message_from_bytes(raw, policy=email.policy.default)
    except Exception as error:  # RecursionError: parts nested without end; others: headers made to break the parser
        faults.add(f"the message could not be taken apart ({type(error).__name__}); it is shown as plain text")
    whole: Message = EmailMessage(policy=email.policy.compat32)
    whole.set_payload(raw.decode("utf-8", "replace")[: LIMITS.body], "utf-8")
    return whole


def header(message: Message, name: str, faults: Faults) -> str:
    """Return a header's text, encoded words decoded (RFC 2047), "" where there is none."""
    raw = tried(lambda: next((str(v) for k, v in message.raw_items() if k.lower() == name), None), None)
    return "" if raw is None else _worded(message, name, raw, faults)


def headers(message: Message, faults: Faults) -> tuple[tuple[str, str], ...]:
    """Return all headers in their order, names in lower case, each decoded as `header` does (RFC 2047, 2231)."""
    none: list[tuple[str, str]] = []
    found = tried(lambda: list(message.raw_items()), none)
    if len(found) > LIMITS.headers:
        faults.add(f"the message has {len(found)} headers; only the first {LIMITS.headers} were read")
    return tuple(
        (clean(name).lower(), _worded(message, name.lower(), str(raw), faults)) for name, raw in found[: LIMITS.headers]
    )


def _worded(message: Message, name: str, raw: str, faults: Faults) -> str:
    if len(raw) <= LIMITS.header:
        try:
            return " ".join(clean(str(message.policy.header_fetch_parse(name, raw))).split())
        except Exception:
            faults.add(f"the header {name.title()} is malformed")
    else:
        faults.add(f"the header {name.title()} has {len(raw)} characters; only the first {LIMITS.header} were read")
    short = raw[: LIMITS.header]
    words = tried(lambda: str(email.header.make_header(email.header.decode_header(short))), short)
    return " ".join(clean(words).split())


def addresses(message: Message, name: str, faults: Faults) -> tuple[str, ...]:
    """Return the bare addresses in a header, lower-cased, each once."""
    text = header(message, name, faults)
    none: list[tuple[str, str]] = []
    pairs = tried(lambda: email.utils.getaddresses([text]), none)
    return tuple(dict.fromkeys(clean(address).lower() for _, address in pairs if "@" in address))


def leaves(message: Message, faults: Faults) -> Iterator[Leaf]:
    """Yield the parts that hold no others, in order, as far as the limits go."""
    open_parts: list[tuple[Message, int, bool, bool]] = [(message, 0, False, False)]
    count = spent = 0
    while open_parts:
        part, depth, related, alternative = open_parts.pop()
        _defects(part, faults)
        kind = tried(part.get_content_type, "application/octet-stream")
        if kind == "multipart/encrypted":
            faults.add("the message is encrypted, and what it says could not be read")
        children = part.get_payload()
        if isinstance(children, list) and not kind.startswith("message/"):
            if depth >= LIMITS.depth:
                faults.add(f"parts are nested deeper than {LIMITS.depth}; the deeper ones were not read")
                continue
            inside = related or kind == "multipart/related"
            choice = kind == "multipart/alternative"
            open_parts.extend(
                (child, depth + 1, inside, choice) for child in reversed(children) if isinstance(child, Message)
            )
            continue
        if kind.startswith("multipart/"):
            kind = "text/plain"  # no boundary was found, so all there is to show is its text
        count += 1
        if count > LIMITS.parts:
            faults.add(f"the message has more than {LIMITS.parts} parts; the rest was not read")
            return
        leaf = _leaf(part, kind, related, alternative, faults)
        spent += len(leaf.data)
        if spent > LIMITS.decoded:
            faults.add(f"the parts have more than {LIMITS.decoded} bytes in all; the rest was not read")
            return
        if leaf.type in PKCS7 and (signed := _signed(leaf, depth, faults)):
            # Its reader's program checks the signature, and shows what was signed in the place of the lump.
            open_parts.append((signed, depth + 1, related, alternative))
            leaf = replace(leaf, type="application/pkcs7-signature", data=b"")
        yield leaf


def _signed(leaf: Leaf, depth: int, faults: Faults) -> Message | None:
    what, held = tried(lambda: unwrapped(leaf.data), ("", b""))
    if what == "encrypted":
        faults.add("the message is encrypted (S/MIME), and what it says could not be read")
    elif what == "":
        faults.add("a part in S/MIME could not be read")
    if what != "signed" or depth >= LIMITS.depth:
        return None
    return parse(held, faults)


_DEFECTS = {
    "NoBoundaryInMultipartDefect": "a multipart has no boundary; it is shown as plain text",
    "StartBoundaryNotFoundDefect": "a multipart's first boundary is missing",
    "CloseBoundaryNotFoundDefect": "a multipart's last boundary is missing: the message may have been cut off",
    "FirstHeaderLineIsContinuationDefect": "the headers begin in the middle of one",
    "MisplacedEnvelopeHeaderDefect": "a mailbox line stands among the headers",
    "MissingHeaderBodySeparatorDefect": "no empty line separates the headers from the text",
    "MultipartInvariantViolationDefect": "a multipart has no parts",
    "InvalidMultipartContentTransferEncodingDefect": "a multipart is itself encoded",
    "InvalidBase64PaddingDefect": "a part in base64 is cut off",
    "InvalidBase64CharactersDefect": "a part in base64 has characters that do not belong there",
    "InvalidBase64LengthDefect": "a part in base64 is cut off",
    "UndecodableBytesDefect": "a part has bytes that its headers do not announce",
}


def _defects(part: Message, faults: Faults) -> None:
    for defect in part.defects:
        name = type(defect).__name__
        faults.add(_DEFECTS.get(name, f"a part is malformed ({name})"))


def _leaf(part: Message, kind: str, related: bool, alternative: bool, faults: Faults) -> Leaf:
    if kind.startswith("message/"):
        data = tried(lambda: _inner(part), b"")
    else:
        payload = tried(lambda: part.get_payload(decode=True), None)
        data = payload if isinstance(payload, bytes) else b""
        if payload is None:
            faults.add(f"a part of type {kind} could not be decoded")
        _defects(part, faults)  # decoding finds more of them
    return Leaf(
        type=clean(kind).lower(),
        data=data,
        charset=tried(lambda: str(part.get_content_charset() or ""), ""),
        name=clean(tried(lambda: str(part.get_filename() or ""), ""))[:255],
        disposition=tried(lambda: str(part.get_content_disposition() or ""), ""),
        cid=tried(lambda: str(part.get("content-id") or ""), "").strip().strip("<>"),
        related=related,
        method=clean(tried(lambda: str(part.get_param("method") or ""), "")),
        alternative=alternative,
        flowed=tried(lambda: str(part.get_param("format") or "").lower() == "flowed", False),
        delsp=tried(lambda: str(part.get_param("delsp") or "").lower() == "yes", False),
    )


def _inner(part: Message) -> bytes:
    """Return the message or report that a `message/…` part holds, as bytes."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return b"\r\n".join(inner.as_bytes() for inner in payload if isinstance(inner, Message))
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


# Every mail reader takes a charset for its superset, as the WHATWG's Encoding Standard says.
_READ_AS = {
    "iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "us-ascii": "utf-8", "ascii": "utf-8",
    "iso-8859-8-i": "iso-8859-8", "iso-8859-8-e": "iso-8859-8", "iso-8859-9": "cp1254", "windows-874": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "ks_c_5601-1987": "cp949", "euc-kr": "cp949",
}  # fmt: skip
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decoded(leaf: Leaf, faults: Faults, *, declared: str = "") -> str:
    """Return a leaf's bytes as text: by its charset, else what its bytes show it to be.

    `declared` is a charset that the text itself names (HTML's `meta`), used where the headers name none.
    """
    data = leaf.data
    if len(data) > LIMITS.body:
        faults.add(f"a part of type {leaf.type} has {len(data)} bytes; only the first {LIMITS.body} were read")
        data = data[: LIMITS.body]
    wanted = leaf.charset or declared
    name = _READ_AS.get(wanted, wanted)
    for mark, marked in _MARKS:
        if data.startswith(mark):
            name = marked
    for candidate in (name, "utf-8"):
        text = tried(functools.partial(data.decode, candidate), None) if candidate else None
        if isinstance(text, str):
            if candidate != name and leaf.charset:
                faults.add(f"a part of type {leaf.type} says it is {leaf.charset}, and is not")
            return clean(text)
    if wanted or any(byte > 127 for byte in data):
        faults.add(f"a part of type {leaf.type} says it is {wanted or 'plain ASCII'}, and is not")
    return clean(data.decode("cp1252", "replace"))
