"""Files as touchpoints of their own: what reaches her as a PDF, a CSV or a calendar entry, by mail or by download."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from upheld.promises.promise import Arrival, Attachment

__all__ = ["FILE_KINDS", "WHOLE", "reaching_by", "whole"]

FILE_KINDS: Mapping[str, Callable[[Attachment], bool]] = {
    "pdf": lambda part: part.type == "application/pdf" or part.name.lower().endswith(".pdf"),
    "calendar entry": lambda part: part.type == "text/calendar" or part.name.lower().endswith(".ics"),
    "calendar cancellation": lambda part: (
        FILE_KINDS["calendar entry"](part)
        and ("METHOD: CANCEL" in part.text.upper() or "STATUS: CANCELLED" in part.text.upper())
    ),
    "csv": lambda part: part.type == "text/csv" or part.name.lower().endswith(".csv"),
    "picture": lambda part: part.type.startswith("image/"),
    "file": lambda part: True,
}
# Channels on which a whole arrival is the touchpoint; on the others it is a file that came with one of these.
WHOLE = frozenset({"email", "text message", "webhook", "page", "download"})
_CARRIERS = frozenset({"email", "download"})


def reaching_by(channel: str, arrivals: Iterable[Arrival]) -> list[Arrival]:
    """Return what of these arrivals came by this channel; a file of its own has the id of its carrier and a number."""
    if channel in WHOLE:
        return [one for one in arrivals if one.channel == channel]
    return [
        part for one in arrivals if one.channel in _CARRIERS for part in _files(one, FILE_KINDS[channel.casefold()])
    ]


def whole(arrival_id: str) -> str:
    """Return the id of the arrival that a file came with; its own for anything else."""
    return arrival_id.partition(" file ")[0]


def _files(carrier: Arrival, is_one: Callable[[Attachment], bool]) -> list[Arrival]:
    parts = [(number, part) for number, part in enumerate(carrier.attachments, 1) if is_one(part)]
    return [
        replace(
            carrier,
            id=f"{carrier.id} file {number}",
            subject=part.name,
            # A file that comes alone is what its mail says it is: "Your receipt", with scan-0815.pdf.
            headings=(*_first_lines(part), *((carrier.subject, *carrier.headings) if len(parts) == 1 else ())),
            text=part.text,
            html_text="",
            links=(),
            attachments=(part,),
            faults=(*carrier.faults, *((part.fault,) if part.fault else ())),
        )
        for number, part in parts
    ]


def _first_lines(part: Attachment) -> tuple[str, ...]:
    lines = [line.strip() for line in part.text.splitlines() if line.strip()]
    # The lines of a calendar entry begin with the field's name: "SUMMARY: Systems Day".
    return tuple(line.partition(": ")[2] or line for line in lines[:3])
