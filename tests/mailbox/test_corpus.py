"""Messages made by others' mailers: each is read right, or what could not be read is told.

The folder `corpus` holds them as they came over the wire, from nodemailer, MJML, Mailgen, Django, Red Mail, emails,
PHPMailer, gomail, go-mail, Angus Mail, MIME::Lite, Email::MIME, mutt, s-nail, swaks, mailutils, OpenSSL and GnuPG, and
in the manner of Outlook, Exchange, Google Calendar, Apple Mail, Notes and Thunderbird. All people in them are made up.
"""

from __future__ import annotations

import email.utils
import functools
import time
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from upheld.mailbox.letter import Letter, open_letter
from upheld.mailbox.message import inline_html, read
from upheld.promises import Arrival
from upheld.promises.facts import dates_in, money_in, parse_money

CORPUS = Path(__file__).parent / "corpus"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((CORPUS / "expected.toml").read_text("utf-8"))
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_each = pytest.mark.parametrize("name", EXPECTED)


@functools.cache
def both(name: str) -> tuple[Arrival, Letter]:
    raw = (CORPUS / f"{name}.eml").read_bytes()
    return read(raw, id=name, to=["ada@customers.example"], at=AT), open_letter(raw)


def test_each_message_has_its_expectation() -> None:
    assert {path.stem for path in CORPUS.glob("*.eml")} == set(EXPECTED)
    assert len(EXPECTED) >= 60


@_each
def test_it_is_read_right_or_what_could_not_be_is_told(name: str) -> None:
    wanted = EXPECTED[name]
    arrival, letter = both(name)
    assert arrival.subject == wanted["subject"] == letter.header("subject")
    assert arrival.sender == letter.header("from")
    assert email.utils.parseaddr(arrival.sender) == email.utils.parseaddr(wanted.get("sender", arrival.sender))
    assert (letter.text, letter.html_text, letter.links) == (arrival.text, arrival.html_text, arrival.links)
    for part, phrases in ((letter.text, wanted.get("text_says")), (letter.html_text, wanted.get("html_says"))):
        assert bool(part) == bool(phrases), part
        assert [phrase for phrase in phrases or () if phrase not in part] == []
        assert [phrase for phrase in wanted.get("unsaid", ()) if phrase in part] == []
    for fault in wanted.get("faults", ()):
        assert fault in "; ".join((*arrival.faults, *(part.fault for part in arrival.attachments)))
        assert fault in "; ".join(letter.faults)
    assert wanted.get("faults") or arrival.faults == letter.faults == ()
    assert len(arrival.links) == wanted.get("links", len(arrival.links))
    assert letter.signed == wanted.get("signed", False)
    assert wanted.get("languages", dict(letter.languages)).items() <= letter.languages.items()
    for header, beginning in wanted.get("headers", {}).items():
        assert letter.header(header).startswith(beginning)


@_each
def test_its_amounts_and_dates_are_those_that_it_states(name: str) -> None:
    wanted = EXPECTED[name]
    letter = both(name)[1]
    locale = wanted.get("locale", "en")
    amounts = {parse_money(words) for words in wanted.get("amounts", ())}
    days = {date.fromisoformat(day) for day in wanted.get("dates", ())}
    parts = {"text": letter.text, "html": letter.html_text}
    parts.pop(wanted.get("half", ""), None)  # this mailer leaves them out of this part, or it was cut off
    for part in filter(None, parts.values()):
        if "amounts" in wanted:
            assert {money for one in amounts for money in money_in(part, one.currency, locale)} == amounts
        if "dates" in wanted:
            said = list(dates_in(part, locale))
            assert [day for day in days if not any(one.is_day(day) for one in said)] == []
            assert [one for one in said if not any(one.is_day(day) for day in days)] == []


@_each
def test_what_hangs_on_it_is_found(name: str) -> None:
    wanted = EXPECTED[name]
    arrival, letter = both(name)
    files = [(file[0], file[1]) for file in wanted.get("attachments", ())]
    if "attachments" in wanted or not wanted.get("faults"):
        assert [(part.name, part.type) for part in arrival.attachments] == files
        assert [(file.name, file.type) for file in letter.files] == files
    for part in arrival.attachments:
        if part.name.endswith(".pdf"):
            assert part.text
            assert not part.fault
    assert len(letter.pictures) == wanted.get("pictures", 0)
    assert all(picture.found for picture in letter.pictures)
    assert len(letter.entries) == len(wanted.get("entries", ()))
    for entry, asked in zip(letter.entries, wanted.get("entries", ()), strict=True):
        start = datetime.fromisoformat(asked["start"]) if "start" in asked else None
        day = date.fromisoformat(asked["day"]) if "day" in asked else None
        assert (entry.start, entry.day) == (start, day)
        assert entry.end is None or (entry.start is not None and entry.end > entry.start)
        rest = {field: value for field, value in asked.items() if field not in ("start", "day")}
        assert {field: getattr(entry, field) for field in rest} == rest
    starts = [start for part in arrival.attachments for start in part.starts]
    assert starts == [entry.start for entry in letter.entries if entry.start]


def test_reading_them_all_is_quick() -> None:
    messages = [path.read_bytes() for path in sorted(CORPUS.glob("*.eml"))]
    began = time.process_time()
    for raw in messages:
        read(raw, id="x", to=[], at=AT)
        open_letter(raw)
    assert (time.process_time() - began) / len(messages) < 0.15


_MESSAGES = [path.read_bytes() for path in sorted(CORPUS.glob("*.eml")) if path.stat().st_size < 6000]
_BITS = st.sampled_from(
    [b"", b"\x00", b"\xff", b"=", b"\r\n", b"\r\n\r\n", b"--", b"=?utf-8?b?", b"<", b"<![", b"base64"]
)


@st.composite
def mutilated(draw: st.DrawFn) -> bytes:
    """A message of the corpus with bytes put in, taken out, doubled, cut off, or mixed with those of another."""
    raw = draw(st.sampled_from(_MESSAGES))
    for _ in range(draw(st.integers(1, 6))):
        start, length = draw(st.integers(0, len(raw))), draw(st.integers(0, 400))
        other = draw(st.one_of(_BITS, st.binary(max_size=20), st.just(raw[start : start + length])))
        raw = raw[:start] + other * draw(st.integers(1, 3)) + raw[start + draw(st.integers(0, length)) :]
    return raw if draw(st.booleans()) else raw + draw(st.sampled_from(_MESSAGES))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.one_of(mutilated(), st.binary(max_size=500)))
def test_no_mutilation_makes_reading_raise_or_take_long(raw: bytes) -> None:
    began = time.process_time()
    arrival, letter = read(raw, id="x", to=[], at=AT), open_letter(raw)
    inline_html(raw)
    assert time.process_time() - began < 2
    for words in (letter.text, letter.html, letter.html_text, *(f"{name}: {value}" for name, value in letter.headers)):
        words.encode("utf-8")  # nothing that could not be written down
    assert letter.size == len(raw)
    assert (letter.text, letter.html_text) == (arrival.text, arrival.html_text)
    assert all(entry.start is None or entry.start.utcoffset() is not None for entry in letter.entries)
    assert sum(len(file.data) for file in letter.files) <= 2 * len(raw) + 10_000


@pytest.mark.parametrize(
    "raw",
    [
        (b"To: " + b", ".join(b"=?utf-8?q?a?= <a%d@b.test>" % n for n in range(280)) + b"\n") * 300,
        (b"Content-Disposition: " + b"a*0*=b; " * 800 + b"\n") * 300,
        b"Content-Type: text/plain; format=flowed\n\n" + b"a \n" * 170_000,
        b"\n-----BEGIN PGP SIGNED MESSAGE-----\n\n" + b"a: b\n" * 100_000,
        b"x: y\n\n" + (b"content-type:" + b"; boundary=" + b"a" * 60 + b"\n") * 50_000,
        b"Content-Type: text/html\n\n" + b"<div style='font-size:0'>" * 20_000,
        b"Content-Type: application/pkcs7-mime\n\n" + b"\x30\x80" * 200_000,
    ],
    ids=["recipients", "parameters", "flowed", "signed", "boundaries", "sizes", "lump"],
)
def test_what_is_made_to_take_long_does_not(raw: bytes) -> None:
    began = time.process_time()
    open_letter(raw)
    assert time.process_time() - began < 8
