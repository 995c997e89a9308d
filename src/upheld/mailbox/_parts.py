"""The parts of a message, taken apart with limits (RFC 5322, RFC 2045). Mail is hostile input."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.message import EmailMessage, Message

from upheld.mailbox import _limits
from upheld.mailbox._limits import Faults, clean, tried
from upheld.mailbox._smime import PKCS7, unwrapped

__all__ = ["Leaf", "leaves", "parse"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part that holds no others: its media type, decoded bytes, and what its headers say of it.

    `alternative` is true for one of several forms of the same words (RFC 2046, 5.1.4), `flowed` for text whose lines
    are joined again, `delsp` where the spaces that they were broken at go (RFC 3676), `whole` for a message that is
    this part alone.
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
    whole: bool = False


# The parser of structured headers takes time by the square of their length.
_LONG_HEADER = re.compile(rb"^(?:content-|mime-)[a-z-]{1,30}:[^\n]{0,8000}(?:\n[ \t][^\n]*|[^\n])+", re.I | re.M)

# With these signs it must stand in quotes (RFC 2045, 5.1), and often does not: boundary=----=_Part_1
_BARE_BOUNDARY = re.compile(
    rb"^(content-type:[^\n]{0,200}(?:\n[ \t][^\n]{0,200}){0,4}?;\s{0,20}boundary=)"
    rb"([^\s;\"=/:?,@()<>\[\]]{0,70}[=/:?,@()<>\[\]][^\s;\"]{0,70})",
    re.I | re.M,
)


def _shortened(match: re.Match[bytes]) -> bytes:
    return match.group() if len(match.group()) <= _limits.LIMITS.header else match.group()[:1000].rstrip(b"\r\n")


def parse(raw: bytes, faults: Faults) -> Message:
    """Return the parsed message; one beyond the size limit is read by its headers alone."""
    raw = _BARE_BOUNDARY.sub(rb'\1"\2"', _LONG_HEADER.sub(_shortened, raw))
    # The parser compares every line with every boundary that may end here.
    effort = raw.count(b"\n") * (1 + len(re.findall(rb"boundary", raw, re.IGNORECASE)))
    effort += raw.count(b"\n--") * 2000
    if len(raw) > _limits.LIMITS.size or effort > _limits.LIMITS.effort:
        what = f"{len(raw)} bytes" if len(raw) > _limits.LIMITS.size else "too many lines and boundaries"
        faults.add(f"the message has {what}; only its headers were read")
        raw = re.split(rb"\r?\n\r?\n", raw[: _limits.LIMITS.size], maxsplit=1)[0] + b"\r\n\r\n"
    try:
        return email.message_from_bytes(raw, policy=email.policy.default)
    except Exception as error:  # RecursionError: parts nested without end; others: headers made to break the parser
        faults.add(f"the message could not be taken apart ({type(error).__name__}); it is shown as plain text")
    whole: Message = EmailMessage(policy=email.policy.compat32)
    whole.set_payload(raw.decode("utf-8", "replace")[: _limits.LIMITS.body], "utf-8")
    return whole


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
            if depth >= _limits.LIMITS.depth:
                faults.add(f"parts are nested deeper than {_limits.LIMITS.depth}; the deeper ones were not read")
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
        if count > _limits.LIMITS.parts:
            faults.add(f"the message has more than {_limits.LIMITS.parts} parts; the rest was not read")
            return
        leaf = replace(_leaf(part, kind, related, alternative, faults), whole=part is message)
        spent += len(leaf.data)
        if spent > _limits.LIMITS.decoded:
            faults.add(f"the parts have more than {_limits.LIMITS.decoded} bytes in all; the rest was not read")
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
    if what != "signed" or depth >= _limits.LIMITS.depth:
        return None
    return parse(held, faults)


_SAME = {"application/xhtml+xml": "text/html", "application/x-pkcs7-mime": "application/pkcs7-mime"}
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


_ENCODING = re.compile(r"[\s\"']*([A-Za-z0-9-]+)")


def _plainly_encoded(part: Message) -> None:
    """Say a part's encoding as the decoder knows it: some write `base64;`, `"base64"` or a space behind it."""
    said = str(part.get("content-transfer-encoding") or "")
    found = _ENCODING.match(said)
    if found and found[1] != said:
        part.replace_header("content-transfer-encoding", found[1])


def _leaf(part: Message, kind: str, related: bool, alternative: bool, faults: Faults) -> Leaf:
    tried(lambda: _plainly_encoded(part), None)
    if kind.startswith("message/"):
        data = tried(lambda: _inner(part), b"")
    else:
        payload = tried(lambda: part.get_payload(decode=True), None)
        data = payload if isinstance(payload, bytes) else b""
        if payload is None:
            faults.add(f"a part of type {kind} could not be decoded")
        _defects(part, faults)  # decoding finds more of them
    return Leaf(
        type=_SAME.get(kind, clean(kind).lower()),
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
