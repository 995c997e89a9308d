"""`upheld mailbox show`: what a mailbox or a capture has kept, as whoever walks by hand reads it."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from upheld.errors import UsageError

if TYPE_CHECKING:
    from upheld.promises import Arrival

__all__ = ["show"]

_REQUEST = b"POST /"


def show(store: Path, last: int, to: str) -> int:
    """Print the newest `last` messages of a store, oldest first; `to` is part of an address or number.

    Nothing is masked: it is the tester's own store, and she needs the code that stands in it. Raises `UsageError`
    where there is none.
    """
    from upheld.mailbox import is_canary
    from upheld.mailbox._store import Reader
    from upheld.mailbox.message import read
    from upheld.mailbox.request import read_request

    if not store.is_file():
        raise UsageError(
            f"There is no store at {store}: nothing has been caught there yet. "
            "`upheld mailbox serve --capture-port 1080` catches what comes while it runs."
        )
    reader = Reader(store)
    try:
        wanted = to.casefold()
        # A run's own probes are nobody's mail.
        mail = (one for one in reader.after(0) if not is_canary(one))
        found = deque((one for one in mail if any(wanted in at.casefold() for at in one.to)), maxlen=max(1, last))
        if not found:
            typer.echo(f"Nothing {f'to {to} ' if to else ''}is kept in {store}.")
        for envelope in found:
            raw = reader.raw(envelope.id)
            reads = read_request if raw.startswith(_REQUEST) else read
            _tell(reads(raw, id=envelope.id, to=envelope.to, at=envelope.at))
    finally:
        reader.close()
    return 0


def _tell(arrival: Arrival) -> None:
    typer.echo(f"{arrival.at.astimezone():%Y-%m-%d %H:%M:%S}  {arrival.channel} to {_plain(', '.join(arrival.to))}")
    text = arrival.text or arrival.html_text
    # A link's address stands in the text of a plain message, and not in what is read of one in HTML.
    links = (f"{link.words}: {link.url}" for link in arrival.links if link.url not in text)
    for line in (*filter(None, [arrival.subject]), *text.splitlines(), *links):
        typer.echo(f"    {_plain(line)}")
    typer.echo("")


def _plain(line: str) -> str:
    """What a message says must not move the terminal's cursor or change its colours."""
    return "".join(sign if sign.isprintable() else " " for sign in line)
