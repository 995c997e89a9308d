"""The addresses in what a message carries: of a calendar entry's lines, and of a PDF's links, which no reader sees."""

from __future__ import annotations

import contextlib
import email
import email.policy
import io
import logging
import re
from collections.abc import Iterator
from typing import Any

__all__ = ["addresses_attached"]

LARGEST = 10_000_000
PAGES = 50
_URL = re.compile(r"https?://[^\s<>\"'`{}|\\^]+", re.IGNORECASE)
# What a calendar entry says in one line may stand in several (RFC 5545, 3.1).
_FOLDED = re.compile(r"\r?\n[ \t]")


def addresses_attached(raw: bytes) -> Iterator[str]:
    """Yield the addresses of the web in the calendar entries and PDFs of a message as it was received."""
    message = email.message_from_bytes(raw[:LARGEST], policy=email.policy.compat32)
    for part in message.walk():
        name, kind = str(part.get_filename() or "").lower(), part.get_content_type()
        if part.is_multipart():
            continue
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes):
            continue
        if kind == "text/calendar" or name.endswith(".ics"):
            yield from _URL.findall(_FOLDED.sub("", content.decode("utf-8", "replace")))
        elif kind == "application/pdf" or name.endswith(".pdf"):
            yield from _of_pdf(content)


def _of_pdf(content: bytes) -> list[str]:
    import pypdf  # heavy, and few messages carry one

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    found: list[str] = []
    # Whatever is wrong with the file, its links so far are known: others made it.
    with contextlib.suppress(Exception):
        for page in pypdf.PdfReader(io.BytesIO(content), strict=False).pages[:PAGES]:
            links: Any = page.get("/Annots") or ()
            for link in links.get_object() if hasattr(links, "get_object") else links:
                action = link.get_object().get("/A") or {}
                if address := action.get_object().get("/URI") if hasattr(action, "get_object") else None:
                    found.append(str(address))
    return found
