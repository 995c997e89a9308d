"""The whole corpus: what each message is called, and its bytes. Names in it are made up, and so are its addresses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.report.hostile.mail import mail, structures, with_files
from tests.report.hostile.markup import MARKUP
from tests.report.hostile.words import FILE_NAMES, WORDS
from tests.report.stage import Stage
from upheld.ledger import RunView
from upheld.mailbox.message import read_file
from upheld.promises import Arrival

__all__ = ["EVIL", "JS", "corpus", "hostile_night", "loaded"]

EVIL = "https://evil.example"
JS = "top.__pwned=1"


def loaded(text: str, evil: str = EVIL) -> str:
    """Return the text with a script and an address in the places of `JS` and `EVIL`."""
    return text.replace("JS", JS).replace("EVIL", evil)


def corpus(evil: str = EVIL) -> Iterator[tuple[str, bytes]]:
    """Yield each message but the huge ones; `evil` is the address that none of them may reach."""
    for name, markup in MARKUP.items():
        html = loaded(markup, evil)
        yield name, mail(f"<p>Dear Ada</p>{html}", text=html, subject=f"{name} {html[:200]}")
    for name, words in WORDS.items():
        said = loaded(words, evil)
        yield (
            name,
            mail(f"<p>Dear Ada</p><p>{said}</p>", text=said, subject=said, sender=f"{said} <office@example.org>"),
        )
    yield from structures(evil)
    yield from with_files(evil)


def hostile_night(evidence: Path, messages: Mapping[str, bytes] | None = None) -> RunView:
    """A run in which all of them arrived: as what was promised, as what was not, and to nobody's address.

    Its pages are hostile as well: their titles, what they complain of, and what a failed step saw.
    """
    stage = Stage(evidence)
    stage.gap(60, loaded(MARKUP["script out of an attribute"]))
    sent = list((messages or dict(corpus())).items())
    for number, start in enumerate(range(0, len(sent), 24)):
        walk = stage.journey(f"Booking {number}", line=10 * number)
        for name, said in list((MARKUP | WORDS).items())[start : start + 24]:
            words = loaded(said)
            walk.step(
                f"she sees {name}", picture="page.png", title=words, console=[words],
                failed=[f"GET {EVIL}/x?token={words}"],
                error=words if name == "our own markup" else "", fields=[(words, words)],
            )  # fmt: skip
        for turn, (name, raw) in enumerate(sent[start : start + 24]):
            words = loaded((MARKUP | WORDS).get(name, name))
            came = walk.mail(name, raw=raw, to="nobody@journeys.test" if turn == 7 else None)
            if turn % 4 == 3:
                walk.finding(came, "unpromised", words)
            else:
                verdict = ("kept", "wrong", "repeated", "unwanted", "late", "wrong")[turn % 6]
                walk.promise(
                    f"thing {turn}", verdict=verdict, why=f"Ada’s thing says “{words}”.", arrivals=[came], came=1
                )
                walk.finding(came, "says", words, "fail", words=words, places=[[words, words]])
        for name in FILE_NAMES[number * 5 : number * 5 + 5]:
            words = loaded(name)
            file = read_file(words, "text/html", b"<script>top.__pwned=1</script>")
            saved = Arrival(
                f"d{number}{words}", (walk.address,), stage.now, subject=words, attachments=(file,), channel="download"
            )
            stage.write("arrived", "", "", walk.address, arrival=saved.to_json(), raw=words, size=9)
            walk.promise(
                "workbook", verdict="kept", why=f"She has “{words}”.", arrivals=[saved.id], came=1, channel="download"
            )
        walk.done(**({"status": "failed", "error": loaded(WORDS["terminal colours"])} if number == 1 else {}))
    return stage.view()
