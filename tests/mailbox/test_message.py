"""Messages as they come, and as hostile hands make them: read as their receiver reads them, and never raised on."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from fpdf import FPDF
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from upheld.mailbox import _attached, _limits
from upheld.mailbox.message import inline_html, read, read_file
from upheld.promises.promise import Arrival, Link

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def arrival(raw: bytes | EmailMessage | MIMEMultipart) -> Arrival:
    data = raw if isinstance(raw, bytes) else raw.as_bytes()
    found = read(data, id="m1", to=["Ada@Example.test"], at=AT)
    assert Arrival.from_json(json.loads(json.dumps(found.to_json()))) == found
    return found


def html(body: str) -> Arrival:
    message = EmailMessage()
    message.set_content(body, subtype="html")
    return arrival(message)


def plain(body: str) -> Arrival:
    message = EmailMessage()
    message.set_content(body)
    return arrival(message)


def pdf(*pages: str) -> bytes:
    document = FPDF()
    document.set_font("helvetica")
    for page in pages:
        document.add_page()
        document.cell(text=page)
    return bytes(document.output())


def head(*lines: str) -> bytes:
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")


def test_an_ordinary_message_is_read_whole() -> None:
    message = EmailMessage()
    message["From"] = "Grüße & Söhne <Shop@Example.test>"
    message["To"] = "Ada Lovelace <Ada@Example.test>, ben@example.test"
    message["Cc"] = "Office <office@example.test>, ada@example.test"
    message["Subject"] = "Ihre Bestätigung: Systems Day " + "sehr " * 20 + "lang"
    message["Message-ID"] = "<1@example.test>"
    message.set_content("Hello Ada,\n\nSystems Day: https://example.test/e/1.\n")
    message.add_alternative("<h1>You are booked</h1><p>See <a href='https://example.test/e/1'>your seat</a>.", "html")
    message.add_attachment(pdf("Receipt: 120.00 EUR"), "application", "pdf", filename="receipt.pdf")
    found = arrival(message)
    assert found.id == "m1"
    assert found.at == AT
    assert found.to == ("ada@example.test",)
    assert found.subject == "Ihre Bestätigung: Systems Day " + "sehr " * 20 + "lang"
    assert found.sender == "Grüße & Söhne <Shop@Example.test>"
    assert found.header_to == ("ada@example.test", "ben@example.test", "office@example.test")
    assert found.message_id == "<1@example.test>"
    assert found.text == "Hello Ada,\n\nSystems Day: https://example.test/e/1."
    assert found.html_text == "You are booked\nSee your seat."
    assert found.headings == ("You are booked",)
    assert found.links == (Link("your seat", "https://example.test/e/1"),)
    (attachment,) = found.attachments
    assert (attachment.name, attachment.type, attachment.fault) == ("receipt.pdf", "application/pdf", "")
    assert "Receipt: 120.00 EUR" in attachment.text
    assert found.faults == ()


def test_html_is_read_as_it_is_seen() -> None:
    found = html(
        """<!DOCTYPE html><html><head><title>No</title><style>p {}</style></head><body>
        <!--[if mso]><p>only Outlook</p><![endif]--><![if !mso]><p>not Outlook</p><![endif]>
        <div style="display:none; max-height:0">A preheader &zwnj;&nbsp;&zwnj;</div><p hidden>hidden</p>
        <script>var no = "<p>no</p>"</script><noscript>no</noscript><template>no</template>
        <span style="font-size:0px">tiny</span><span style="FONT-SIZE: 10px">seen</span>
        <h2>Your <em>re&shy;ceipt</em></h2><h4>small print</h4>
        <table><tr><td>Seat</td><td>120,00&nbsp;€</td></tr><tr><td></td><th>Total</th><td>120,00 €</td></tr></table>
        One<br>two<ul><li>three<li>four</ul>a<b>b</b>c   d
        <img src="cid:x" alt="Logo"><!-- a comment --></body></html>"""
    )
    assert found.html_text.split("\n") == [
        "not Outlook", "seen", "Your receipt", "small print", "Seat\t120,00 €", "Total\t120,00 €", "One", "two",
        "three", "four", "abc d Logo",
    ]  # fmt: skip
    assert found.headings == ("Your receipt",)
    assert found.text == ""


def test_links_are_what_can_be_followed_and_seen() -> None:
    found = html(
        "<a href=' https://a.test/\n1 '>Join <b>us</b></a> <a href='#top'>up</a> <a>none</a> <a href=''>empty</a>"
        "<a href='mailto:help@a.test'><img alt='Write to us' src=x></a>"
        "<div style='display:none'><a href='https://hidden.test'>no</a></div><a href='https://a.test/2'></a>"
        "<link href='https://a.test/style.css'><area href='https://a.test/area'>"
    )
    assert found.links == (
        Link("Join us", "https://a.test/1"), Link("Write to us", "mailto:help@a.test"), Link("", "https://a.test/2"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("See https://a.test/x.", [("See", "https://a.test/x")]),
        ("(https://a.test/x)", [("https://a.test/x", "https://a.test/x")]),
        ("https://a.test/x_(y) and <https://a.test/z>!", [("https://a.test/x_(y)",) * 2, ("and", "https://a.test/z")]),
        ("Join us:\nhttps://a.test/x?a=1&b=2", [("Join us", "https://a.test/x?a=1&b=2")]),
        ("Join us\n\nhttps://a.test/x,\nthen\n", [("Join us", "https://a.test/x")]),
        ("[HTTPS://A.test/x] https://a.test/x?!", [("HTTPS://A.test/x",) * 2, ("https://a.test/x",) * 2]),
        ("https://a.test/\nhttps://b.test/", [("https://a.test/",) * 2, ("https://b.test/",) * 2]),
        ("twice https://a.test/x once https://a.test/x", [("twice", "https://a.test/x")]),
        ("no link: www.a.test, ftp://a.test", []),
    ],
)
def test_bare_links_end_where_the_sentence_goes_on(text: str, links: list[tuple[str, str]]) -> None:
    assert [(link.words, link.url) for link in plain(text).links] == links


def test_without_headings_the_first_lines_stand_for_them() -> None:
    assert plain("\n\n  Your   receipt \n\nHello Ada,\nthank you.\nBye").headings == (
        "Your receipt", "Hello Ada,", "thank you.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("headers", "body", "text"),
    [
        (("Content-Type: text/plain; charset=iso-8859-1",), "Grüße, 5 €".encode("cp1252"), "Grüße, 5 €"),
        (("Content-Type: text/plain; charset=utf-8",), "Grüße".encode("latin-1"), "Grüße"),
        (("Content-Type: text/plain; charset=us-ascii",), "Grüße".encode(), "Grüße"),
        (("Content-Type: text/plain",), "Grüße".encode(), "Grüße"),
        (("Content-Type: text/plain",), "Grüße".encode("latin-1"), "Grüße"),
        (("Content-Type: text/plain; charset=nonsense",), "Grüße".encode(), "Grüße"),
        ((), "Grüße".encode(), "Grüße"),
        (("Content-Type: text/plain; charset=utf-16", "Content-Transfer-Encoding: base64"),
         base64.b64encode("Grüße".encode("utf-16")), "Grüße"),
        (("Content-Type: text/plain", "Content-Transfer-Encoding: base64"),
         base64.b64encode("Grüße".encode("utf-16-le").join([b"\xff\xfe", b""])), "Grüße"),
        (("Content-Type: text/plain; charset=koi8-r",), "Привет".encode("koi8-r"), "Привет"),
        (("Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable"),
         b"Gr=C3=BC=\r\n=C3=9Fe", "Grüße"),
        (("Content-Type: multipart/mixed",), b"no boundary", "no boundary"),
        (("Content-Type: multipart/mixed; boundary=x",), b"never begins", "never begins"),
        (("Content-Type: text/plain", "Content-Transfer-Encoding: nonsense"), b"as it is", "as it is"),
        (("Content-Type: ///;;;=", "MIME-Version: banana"), b"as it is", "as it is"),
        (("Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable "),
         b"5=E2=82=AC", "5€"),
        (("Content-Type: text/plain; charset='utf-8'", 'Content-Transfer-Encoding: "base64";'), b"NeKCrA==", "5€"),
        (("Content-Type: text/plain; charset=latin-9",), b"5\xa4", "5€"),
        (("Content-Type: text/plain; charset=cp-1252",), b"5\x80", "5€"),
        (("Content-Type: text/plain; charset=x-unknown",), "5€".encode(), "5€"),
        (("Content-Type: text/plain; charset=gb2312",), "收据€".encode("gb18030"), "收据€"),
        (("Content-Type: text/plain; charset=utf-16", "Content-Transfer-Encoding: base64"),
         base64.b64encode("5 Euro".encode("utf-16-be")), "5 Euro"),
        (("Content-Type: multipart/mixed; boundary=--=_a/b",), b"----=_a/b\r\n\r\nin it\r\n----=_a/b--", "in it"),
        (("Content-Type: text/plain; name=body.txt",), b"as it is", "as it is"),
        (("Content-Type: text/plain; format=flowed",),
         b"one \r\nline\r\n> a \r\n> b\r\n-- \r\nx", "one line\n> a b\n-- \nx"),
        (("Content-Type: text/plain; format=flowed; delsp=yes",), b"1.234, \r\n50 EUR", "1.234,50 EUR"),
    ],
)  # fmt: skip
def test_text_is_read_whatever_it_says_it_is(headers: tuple[str, ...], body: bytes, text: str) -> None:
    assert arrival(head("Subject: x", *headers) + body).text == text


def test_a_name_is_decoded_where_it_is_split_within_a_character() -> None:
    assert arrival(head("From: =?utf-8?q?Gr=C3?=\r\n =?utf-8?q?=BC=C3=9Fe?= <a@b.test>")).sender == "Grüße <a@b.test>"


def test_columns_of_no_size_have_words_of_their_own() -> None:
    found = html(
        "<table style='font-size:0px'><tr><td>gap<div style='font-size:13px'>Your <b>receipt</b>"
        "<i style='font-size:0'>no<u>no</u></i> of today</div>gap</td></tr></table><p>Bye</p>"
    )
    assert found.html_text == "Your receipt of today\nBye"


@pytest.mark.parametrize(
    ("sheet", "seen"),
    [
        (".x { display: none !important }", "b"),
        ("@import url('a.css'); /* { */ span.x, .y {color: red; display:none}", "b"),
        ("@media print { .x { display: none } } .y {}", "a b"),
        ("@media (max-width: 9px) { .y {} .x { display: block } } .x { display: none }", "b"),
        (".x { display: none } div .x { display: block }", "a b"),
        ("div .x, .x:hover { display: none }", "a b"),
        (".x { display: none", "a b"),
        (".x { display: none } .x-y { display: block }", "b"),
    ],
)
def test_a_class_may_be_hidden_by_the_messages_own_style_sheet(sheet: str, seen: str) -> None:
    assert html(f"<style>{sheet}</style><span class='x z'>a</span> b").html_text == seen
    assert html(f"<style>{sheet}</style><span class=x style='display:inline'>a</span> b").html_text == "a b"
    assert html(f"<style media=print>{sheet}</style><span class=x>a</span> b").html_text == "a b"


@pytest.mark.parametrize("fold", [b"\r\n ", b"\n\t"])
def test_a_calendar_entry_may_be_folded_within_a_character(fold: bytes) -> None:
    entry = EVENT.replace(b"Talk", "Gespräch".encode().replace(b"\xc3", b"\xc3" + fold))
    file = read_file("entry.ics", "text/calendar", entry)
    assert "SUMMARY: Gespräch" in file.text
    assert file.fault == ""


def test_html_may_name_its_own_charset() -> None:
    body = '<html><head><meta charset="windows-1251"></head><p>Привет'.encode("cp1251")
    assert arrival(head("Content-Type: text/html") + body).html_text == "Привет"


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (b"", "the message is empty"),
        (head("Content-Type: text/plain; charset=utf-8") + b"\xff", "says it is utf-8, and is not"),
        (head("Content-Type: multipart/mixed; boundary=b") + b"--b\r\n\r\nhalf", "may have been cut off"),
        (head("Content-Type: text/plain", "Content-Transfer-Encoding: base64") + b"SGVsbG8$", "base64"),
        (head("Subject: " + "x" * 20_000), "the header Subject has 20000 characters"),
        (b"From ada Mon\r\nno header here\r\n\r\n", "separates the headers"),
    ],
)
def test_what_could_not_be_read_is_told(raw: bytes, fault: str) -> None:
    assert fault in "; ".join(arrival(raw).faults)


@pytest.mark.parametrize(
    ("subject", "read_as"),
    [
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?utf-8?b?R3I=?= =?utf-8?b?w7zDn2U=?=", "Grüße"),
        ("=?iso-8859-15?q?5_=A4?=", "5 €"),
        ("Gr\udcc3\udcbc\udcc3\udc9fe raw", "Grüße raw"),
        ("folded\r\n  over lines", "folded over lines"),
        ("Gr\udcfc\udcdfe 5 \udc80", "Grüße 5 €"),
        ("=?utf-8?b?R3LD?=\r\n =?utf-8?b?vMOfZQ?=", "Grüße"),
        ("=?utf-8?q?Gr=C3?= =?utf-8?q?=BC=C3=9Fe?=", "Grüße"),
        ("=?iso-8859-1?q?5_=80?=", "5 €"),
    ],
)
def test_subjects_are_decoded(subject: str, read_as: str) -> None:
    assert arrival(head(f"Subject: {subject}")).subject == read_as


@pytest.mark.parametrize(
    "line",
    [
        "Subject: =?utf-9?q?Gr=C3?=", "Subject: =?utf-8?b?!!!?=", "Subject: =?", "To: @@@", "To: <<<<>>>>",
        "To: a@b@c, ,", "To: \"unclosed <a@b.test>", "To: undisclosed-recipients:;", "From: \udcff\udcfe",
        "Message-ID: <<@>", "From: ()", "Content-Type: text/html; charset==?utf-8?q?x?=",
        "Content-Disposition: attachment; filename*=utf-8''%ff%fe", "Content-Type: multipart/mixed; boundary=\"\"",
        "Content-Type: text/plain; charset*0*=utf-8''", "Content-ID: <", "Content-Type: message/rfc822",
        "Content-Type: text/calendar; method=\udcff", "Date: never",
    ],
)  # fmt: skip
def test_broken_headers_break_nothing(line: str) -> None:
    found = arrival(head("Subject: fine", line, "To: ada@example.test") + b"the text")
    assert found.id == "m1"


def test_nesting_has_an_end() -> None:
    inner: MIMEText | MIMEMultipart = MIMEText("deep")
    for _ in range(60):
        outer = MIMEMultipart()
        outer.attach(inner)
        inner = outer
    assert "nested deeper than 20" in "; ".join(arrival(inner.as_bytes()).faults)
    lines = [b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d" % (level, level) for level in range(3000)]
    assert arrival(b"Subject: x\r\n" + b"\r\n".join(lines)).faults


def test_limits_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_limits, "LIMITS", _limits.Limits(size=5000, decoded=1000, parts=3, body=200))
    many = MIMEMultipart()
    for number in range(5):
        many.attach(MIMEText(f"part {number}"))
    assert arrival(many).text == "part 0\n\npart 1\n\npart 2"
    assert "more than 3 parts" in "; ".join(arrival(many).faults)
    assert len(plain("x" * 70 + "\n" + "y" * 800).text) == 200
    assert "1000 bytes in all" in "; ".join(plain("long\n" * 300).faults)
    big = arrival(head("Subject: big") + b"x" * 6000)
    assert (big.subject, big.text) == ("big", "")
    assert "only its headers were read" in big.faults[0]


def test_attachments_are_what_hangs_on_it() -> None:
    message = EmailMessage()
    message.set_content("text")
    message.add_alternative('<p>Hi <img src="cid:logo@x"></p>', "html")
    related = message.get_payload(1)
    assert isinstance(related, EmailMessage)
    related.add_related(PIXEL, "image", "png", cid="<logo@x>", filename="logo.png")
    related.add_related(PIXEL, "image", "png", cid="<unused@x>")
    message.add_attachment("name,company\nAda,Engines\n", subtype="csv", filename="list.csv")
    message.add_attachment("a note", filename="../../etc/passwd")
    message.add_attachment(PIXEL, "image", "png", filename="photo.png")
    message.add_attachment(b"PK\x03\x04", "application", "zip", filename="x" * 400)
    inner = EmailMessage()
    inner["Subject"] = "the one forwarded"
    inner.set_content("https://not.ours.test")
    message.add_attachment(inner)
    found = arrival(message)
    assert [(part.type, part.text) for part in found.attachments] == [
        ("text/csv", "name,company\nAda,Engines\n"), ("text/plain", "a note\n"), ("image/png", ""),
        ("application/zip", ""), ("message/rfc822", "the one forwarded"),
    ]  # fmt: skip
    assert found.attachments[2].size == len(PIXEL)
    assert len(found.attachments[3].name) == 255
    assert found.text == "text"
    assert found.links == ()


@pytest.mark.parametrize(
    ("name", "kind", "content", "text"),
    [
        ("seats.csv", "text/csv; charset=iso-8859-1", "Müller;2\n".encode("latin-1"), "Müller;2"),
        ("seats.csv", "application/octet-stream", b"Ada;2\n", "Ada;2"),
        ("seats.csv", "", b"Ada;2\n", "Ada;2"),
        ("a\r\nb\x00", "no; such=\r\n type", b"\x00", ""),
    ],
)
def test_a_download_is_read_as_an_attachment_is(name: str, kind: str, content: bytes, text: str) -> None:
    file = read_file(name, kind, content)
    assert (file.text.strip(), file.size, file.fault) == (text, len(content), "")
    assert file.type == ("text/csv" if text else file.type)
    assert read_file("entry", "text/calendar; method=CANCEL", EVENT).text.startswith("METHOD: CANCEL\nSUMMARY: Talk")
    assert read_file("x.pdf", "application/pdf", b"no pdf").fault


EVENT = b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Talk\nDTSTART:20300101T090000Z\nEND:VEVENT\nEND:VCALENDAR\n"


def test_its_pictures_are_put_into_its_html() -> None:
    message = EmailMessage()
    message.set_content('<img src="cid:logo%40x"><img src="cid:none">', subtype="html")
    message.add_related(PIXEL, "image", "png", cid="<logo@x>")
    shown = inline_html(message.as_bytes())
    encoded = base64.b64encode(PIXEL).decode()
    assert shown is not None
    assert shown.strip() == f'<img src="data:image/png;base64,{encoded}"><img src="cid:none">'
    assert inline_html(b"Subject: x\r\n\r\nplain") is None
    assert inline_html(b"") is None


ENTRY = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//y//EN
METHOD:REQUEST
BEGIN:VEVENT
UID:1@example.test
SUMMARY:Systems Day\\, with lunch
LOCATION:Hall 3
STATUS:CONFIRMED
{start}
END:VEVENT
END:VCALENDAR
"""


@pytest.mark.parametrize(
    ("start", "line", "starts", "fault"),
    [
        ("DTSTART:20260306T170000Z", "2026-03-06T17:00:00+00:00", 17, ""),
        ("DTSTART;TZID=Europe/Berlin:20260306T180000", "2026-03-06T18:00:00+01:00", 17, ""),
        ("DTSTART:20260306T180000", "2026-03-06T18:00:00", None, "names no time zone"),
        ("DTSTART;TZID=Nowhere/Land:20260306T180000", "2026-03-06T18:00:00", None, "names no time zone"),
        ("DTSTART;VALUE=DATE:20260306", "2026-03-06", None, ""),
        ("DTSTART:banana", "", None, "cannot be read"),
        ("DESCRIPTION:x", "", None, "no start"),
    ],
)
def test_a_calendar_entry_is_read(start: str, line: str, starts: int | None, fault: str) -> None:
    message = EmailMessage()
    message.set_content("text")
    message.add_alternative(ENTRY.format(start=start), subtype="calendar", params={"method": "REQUEST"})
    (part,) = arrival(message).attachments
    assert part.type == "text/calendar"
    for wanted in ("METHOD: REQUEST", "UID: 1@example.test", "SUMMARY: Systems Day, with lunch", "LOCATION: Hall 3"):
        assert wanted in part.text.split("\n")
    assert "STATUS: CONFIRMED" in part.text
    assert f"DTSTART: {line}" in part.text or not line
    assert fault in part.fault
    assert bool(fault) == bool(part.fault)
    assert [moment.astimezone(UTC).hour for moment in part.starts] == ([starts] if starts else [])
    assert all(moment.utcoffset() is not None for moment in part.starts)


def encrypted() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(__import__("io").BytesIO(pdf("secret"))))
    writer.encrypt("password", algorithm="RC4-128")
    out = __import__("io").BytesIO()
    writer.write(out)
    return bytes(out.getvalue())


@pytest.mark.parametrize(
    ("name", "data", "fault"),
    [
        ("a.pdf", lambda: b"%PDF-1.7\ngarbage", "cannot be opened"),
        ("a.pdf", lambda: b"", "cannot be opened"),
        ("a.pdf", lambda: pdf("x")[:-300], ""),
        ("a.pdf", encrypted, "asks for a password"),
        ("a.pdf", lambda: pdf(*["page"] * 4), "only the first 3 of 4 pages were read"),
        ("a.ics", lambda: b"garbage", "it cannot be opened|no event"),
        ("a.ics", lambda: b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "holds no event"),
        ("a.ics", lambda: b"", "no event|cannot be opened"),
    ],
)
def test_what_cannot_be_opened_says_why(
    name: str, data: Callable[[], bytes], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_attached, "PDF_PAGES", 3)
    message = EmailMessage()
    message.set_content("text")
    message.add_attachment(data(), "application", "octet-stream", filename=name)
    (part,) = arrival(message).attachments
    assert re.search(fault, part.fault), part.fault


def test_a_heavy_pdf_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_attached, "PDF_BYTES", 100)
    message = EmailMessage()
    message.add_attachment(pdf("x"), "application", "pdf", filename="a.pdf")
    (part,) = arrival(message).attachments
    assert "was not opened" in part.fault


def test_deep_html_has_an_end() -> None:
    found = html("<div>" * 5000 + "deep" + "</div>" * 5000 + "<![odd[ thing")
    assert found.html_text.startswith("deep")
    assert found.faults == ()


@pytest.mark.parametrize(
    "markup", ["https://a.test/x.html", "<?xml version='1.0'?><a>x</a>", "index.html", "<![x", "<", "&#xD800;"]
)
def test_odd_html_is_still_read(markup: str) -> None:
    found = html(markup)
    assert not [fault for fault in found.faults if "could not" in fault]


_WORDS = st.sampled_from(
    [
        b"Content-Type: ", b"multipart/mixed; boundary=", b"b", b"--b", b"--b--", b"\r\n", b"\n", b"\r", b"\r\n\r\n",
        b"text/", b"html", b"plain", b"calendar", b"message/rfc822", b"; charset=", b"utf-16", b"utf-7", b"idna",
        b"=?utf-8?b?", b"?=", b"Subject: ", b"To: ", b"From: ", b"<", b">", b"\"", b"@", b",", b":", b";", b"=",
        b"\x00", b"\xff", b"\\", b"Content-Transfer-Encoding: ", b"base64", b"quoted-printable", b"x-uuencode",
        b"begin 644 x", b"application/pdf", b"Content-Disposition: attachment; filename=", b"filename*0*=",
        b"%PDF-1.4", b"BEGIN:VCALENDAR", b"BEGIN:VEVENT", b"DTSTART:", b"<table>", b"<a href=", b"<!--", b"<![",
        b"</", b"cid:", b"https://", b"Content-ID: ", b"(", b")",
    ]
)  # fmt: skip
_RAW = st.one_of(st.binary(max_size=400), st.lists(st.one_of(_WORDS, st.binary(max_size=6)), max_size=60).map(b"".join))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_RAW)
def test_no_bytes_make_it_raise(raw: bytes) -> None:
    found = arrival(raw)
    assert (found.id, found.at, found.to) == ("m1", AT, ("ada@example.test",))
    written = json.dumps(found.to_json(), ensure_ascii=False)
    written.encode()
    assert "\\u0000" not in written
    inline_html(raw)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=300), st.sampled_from(["a.pdf", "a.ics", "a.csv", "a.html"]))
def test_no_attachment_makes_it_raise(data: bytes, name: str) -> None:
    message = EmailMessage()
    message.add_attachment(data, "application", "octet-stream", filename=name)
    found = arrival(message)
    assert not [fault for fault in found.faults if "could not be read" in fault]
    assert found.attachments[0].size == len(data)
    assert found.at - AT == timedelta(0)
