"""What a reader can read in an attachment: a PDF's text, a calendar entry's fields, a table or text as it stands."""

from __future__ import annotations

import io
import logging
import mimetypes
from datetime import datetime

from upheld.mailbox._calendar import events, is_calendar
from upheld.mailbox._charsets import decoded
from upheld.mailbox._headers import header
from upheld.mailbox._limits import Faults, clean
from upheld.mailbox._parts import Leaf, parse
from upheld.promises.promise import Attachment

__all__ = ["read_attachment"]

PDF_BYTES = 15 * 1024 * 1024
PDF_PAGES = 50
TEXT_CHARACTERS = 500_000
_ANYTHING = ("application/octet-stream", "binary/octet-stream")


def read_attachment(leaf: Leaf) -> Attachment:
    """Return the attachment with its text; where it cannot be opened its `fault` says why. Never raises."""
    kind, name = leaf.type, leaf.name.lower()
    opened_as = mimetypes.guess_type(name)[0] or kind if kind in _ANYTHING else kind
    text, fault = "", ""
    starts: tuple[datetime, ...] = ()
    try:
        if kind == "application/pdf" or name.endswith(".pdf"):
            text, fault = _pdf(leaf.data)
        elif is_calendar(leaf):
            text, fault, starts = _calendar(leaf)
        elif kind == "message/rfc822":
            faults = Faults()
            text = header(parse(leaf.data, faults), "subject", faults)
        elif opened_as.startswith(("text/", "message/")) or opened_as in ("application/json", "application/xml"):
            faults = Faults()
            text = decoded(leaf, faults)
            fault = "; ".join(faults.said)
    except Exception as error:  # the file was made by others: whatever it does to its reader is its fault
        text, fault = "", f"it cannot be opened: {type(error).__name__}: {error}"
    return Attachment(
        name=leaf.name,
        type=kind,
        size=len(leaf.data),
        text=clean(text)[:TEXT_CHARACTERS],
        fault=clean(fault)[:300],
        starts=starts,
    )


def _pdf(data: bytes) -> tuple[str, str]:
    if len(data) > PDF_BYTES:
        return "", f"the PDF has {len(data)} bytes and was not opened (limit {PDF_BYTES})"
    import pypdf  # heavy, and few messages carry one

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its complaints about a file belong in the fault
    reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        return "", "the PDF asks for a password"
    pages: list[str] = []
    for index, page in enumerate(reader.pages):
        if index >= PDF_PAGES:
            return "\n".join(pages), f"only the first {PDF_PAGES} of {len(reader.pages)} pages were read"
        pages.append(page.extract_text())
        if sum(map(len, pages)) > TEXT_CHARACTERS:
            return "\n".join(pages), f"only the first {index + 1} of {len(reader.pages)} pages were read"
    return ("\n".join(pages), "") if pages else ("", "the PDF has no pages")


def _calendar(leaf: Leaf) -> tuple[str, str, tuple[datetime, ...]]:
    faults = Faults()
    lines: list[str] = []
    starts: list[datetime] = []
    for event in events(leaf, faults):
        if event.method and f"METHOD: {event.method}" not in lines:
            lines.append(f"METHOD: {event.method}")
        lines.extend(f"{name}: {value}" for name, value in event.lines)
        if event.start:
            starts.append(event.start)
    return "\n".join(lines), "; ".join(faults.said), tuple(starts)
