"""Messages that want to break who reads them: structure, headers, bombs and what hangs on them."""

# ruff: noqa: E501 - what a message holds is easier to read on one line
from __future__ import annotations

import base64
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator

from tests.report.hostile.words import FILE_NAMES

__all__ = ["HUGE", "mail", "structures", "with_files"]

HEAD = b"From: Office <office@example.org>\r\nTo: ada@journeys.test\r\nSubject: Your receipt\r\nMIME-Version: 1.0\r\n"
HUGE = ("10,000 parts", "50 MB of HTML", "50 MB attached", "10,000 parts in parts", "200,000 headers")


def mail(html: str = "", *, text: str = "", subject: str = "Your receipt", sender: str = "") -> bytes:
    """A message in plain form: headers may hold what no library would write."""
    words = subject.encode("utf-8", "surrogateescape").replace(b"\n", b"\n ")
    head = b"From: " + (sender or "Office <office@example.org>").encode("utf-8", "surrogateescape")
    head += b"\r\nTo: ada@journeys.test\r\nMIME-Version: 1.0\r\nSubject: " + words + b"\r\n"
    plain = text.encode("utf-8", "surrogateescape")
    if not html:
        return head + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + plain
    parts = [(b"plain", plain or b"Dear Ada"), (b"html", html.encode("utf-8", "surrogateescape"))]
    body = b"".join(b"--=b\r\nContent-Type: text/%s; charset=utf-8\r\n\r\n%s\r\n" % part for part in parts)
    return head + b'Content-Type: multipart/alternative; boundary="=b"\r\n\r\n' + body + b"--=b--\r\n"


def structures(evil: str) -> Iterator[tuple[str, bytes]]:
    """Messages whose headers and parts are hostile."""
    page = b"<p>Dear Ada</p><script>top.__pwned=1</script>"
    yield (
        "injected header",
        mail(subject="x\r\nBcc: all@evil.example\r\nContent-Type: text/html\r\n\r\n<script>top.__pwned=1"),
    )
    yield (
        "injected by an encoded word",
        HEAD.replace(b"Your receipt", b"=?utf-8?q?x=0D=0AX-Pwned:_1=0D=0A=0D=0A<script>top.__pwned=3D1</script>?=")
        + b"\r\nDear Ada",
    )
    yield (
        "hostile names",
        mail("<p>Hi</p>", sender='"<script>top.__pwned=1</script>" <"><b class=pwned>"@evil.example>'),
    )
    yield "name that is an address", mail("<p>Hi</p>", sender='"office@example.org" <pwned@evil.example>')
    yield "name in control characters", mail("<p>Hi</p>", sender="\x1b[31m\u202eOffice\x07 <office@example.org>")
    yield "two senders, two subjects", HEAD + HEAD.replace(b"receipt", b"\x1b[2Jother") + b"\r\nDear Ada"
    yield "no header at all", b"\r\n\r\n<script>top.__pwned=1</script>"
    yield "only NUL", b"\x00" * 5000
    yield "only bytes", bytes(range(256)) * 40
    yield "empty", b""
    yield "half a header", b"Content-Type: multipart/mixed; boundary"
    yield "headers without end", b"Subject: " + b"x" * 300_000 + b"\r\n" + b"Received: y\r\n" * 2_000 + b"\r\nDear Ada"
    yield "folded without end", b"Subject: x" + b"\r\n x" * 30_000 + b"\r\n\r\nDear Ada"
    yield "encoded words without end", b"Subject: " + b"=?utf-8?q?=41?= " * 3_000 + b"\r\n\r\nDear Ada"
    yield "parameters without end", HEAD + b"Content-Type: text/plain" + b"; a*0*=x" * 2_000 + b"\r\n\r\nDear Ada"
    yield "addresses without end", HEAD + b"Cc: " + b'"(((<@,;:' * 3_000 + b"\r\n\r\nDear Ada"
    yield "charset of its own", HEAD + b'Content-Type: text/html; charset="../../x\x1b[2J"\r\n\r\n' + page
    yield (
        "charset UTF-7",
        HEAD + b"Content-Type: text/html; charset=utf-7\r\n\r\n+ADw-script+AD4-top.__pwned=1+ADw-/script+AD4-",
    )
    yield "charset UTF-16", HEAD + b"Content-Type: text/html; charset=utf-16\r\n\r\n" + page.decode().encode("utf-16")
    yield (
        "charset that decodes files",
        HEAD + b"Content-Type: text/html; charset=zlib_codec\r\n\r\n" + zlib.compress(page),
    )
    yield (
        "encoding unknown",
        HEAD
        + b"Content-Type: text/html\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 ../../x\r\n#86)C\r\n \r\nend\r\n",
    )
    yield "boundary that is nothing", HEAD + b'Content-Type: multipart/mixed; boundary=""\r\n\r\n--\r\n\r\n' + page
    yield (
        "boundary of itself",
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n",
    )
    yield "deeply nested parts", _nested(90)
    yield "deeply nested messages", b"Content-Type: message/rfc822\r\n\r\n" * 900 + HEAD + b"\r\nDear Ada"
    yield "nested past recursion", _nested(1500)
    yield (
        "external body",
        HEAD + b'Content-Type: message/external-body; access-type=URL; URL="%s/x"\r\n\r\n\r\n' % evil.encode(),
    )
    yield (
        "parts that are not there",
        HEAD
        + b"Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n"
        + b'<img src="cid:none"><img src="cid:../../etc/passwd"><img src="cid:%00">' * 400
        + b"\r\n--b--",
    )
    yield (
        "picture that is a page",
        _related(b"image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='top.__pwned=1'/>"),
    )
    yield "picture with another type", _related(b'image/png"><script>top.__pwned=1</script>', page)
    yield (
        "picture that is SVG, called PNG",
        _related(b"image/png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='top.__pwned=1'/>"),
    )
    yield (
        "pictures shown again and again",
        _related(b"image/png", b"\x89PNG" + b"x" * 200_000, b'<img src="cid:p">' * 2_000),
    )
    yield "regular expressions", mail("<" * 25_000 + "!--" * 15_000 + "<a " * 10_000 + 'style="' * 7_000)
    yield "links without end", mail("".join(f'<a href="{evil}/{n}?t={n:032x}">{n}</a>' for n in range(1_000)))
    yield "tables without end", mail("<table><tr><td>" * 3_000 + "Dear Ada")
    yield "text without end", mail(text="https://evil.example/" + "a" * 100_000 + " 120.00 EUR " * 2_000)
    yield (
        "MHTML",
        HEAD
        + b'Content-Type: multipart/related; boundary=b; type="text/html"\r\n\r\n--b\r\nContent-Type: text/html\r\nContent-Location: %s/\r\n\r\n'
        % evil.encode()
        + page
        + b'<a href="%s/x">x</a>\r\n--b--\r\n' % evil.encode(),
    )


def with_files(evil: str) -> Iterator[tuple[str, bytes]]:
    """Messages with files that are hostile by their name or by what they are."""
    for number, names in enumerate(FILE_NAMES[start : start + 7] for start in range(0, len(FILE_NAMES), 7)):
        yield f"file names {number + 1}", _attached(*((name, b"text/plain", b"x") for name in names))
    yield "zip bomb", _attached(("a.zip", b"application/zip", _zip_bomb()))
    yield "zip with paths", _attached(("b.zip", b"application/zip", _zip("../../../../tmp/pwned", b"x")))
    yield "gzip bomb", _attached(("c.gz", b"application/gzip", gzip.compress(b"\0" * 20_000_000)))
    yield (
        "PDF bomb",
        _attached(("d.pdf", b"application/pdf", _pdf(zlib.compress(b"(x) Tj " * 4_000_000), b"/Filter /FlateDecode"))),
    )
    yield (
        "PDF with JavaScript",
        _attached(
            (
                "e.pdf",
                b"application/pdf",
                _pdf(
                    b"BT (Receipt) Tj ET",
                    catalog=b"/OpenAction << /S /JavaScript /JS (app.launchURL\\(%s\\)) >>" % evil.encode(),
                ),
            )
        ),
    )
    yield (
        "PDF that points to itself",
        _attached(("f.pdf", b"application/pdf", _pdf(b"").replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]"))),
    )
    yield "PDF in name only", _attached(("g.pdf", b"application/pdf", b"%PDF-1.7\n" + b"1 0 obj <<" * 20_000))
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    laughter = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    yield "billion laughs", _attached(
        ("h.svg", b"image/svg+xml", f"{laughter}<svg xmlns='http://www.w3.org/2000/svg'>&l11;&f;</svg>".encode()),
        ("h.xml", b"application/xml", f"{laughter}<x>&l11;&f;</x>".encode()),
    )  # fmt: skip
    yield "hostile calendar", _attached(("i.ics", b"text/calendar; method=REQUEST", _calendar(evil)))
    yield (
        "calendar without end",
        _attached(
            (
                "j.ics",
                b"text/calendar",
                b"BEGIN:VCALENDAR\r\n"
                + b"BEGIN:VEVENT\r\nDTSTART:20261125T170000Z\r\nRRULE:FREQ=SECONDLY\r\nEND:VEVENT\r\n" * 1_500
                + b"END:VCALENDAR",
            )
        ),
    )
    yield (
        "hostile table",
        _attached(
            (
                "k.csv",
                b"text/csv",
                b'=HYPERLINK("%s/x";"Go"),@SUM(1),+cmd|\' /C calc\'!A0\r\n"' % evil.encode() + b'a"' * 50_000,
            )
        ),
    )
    yield (
        "HTML attached",
        _attached(
            (
                "l.html",
                b"text/html",
                b"<script>top.__pwned=1</script><meta http-equiv=refresh content=0;url=%s>" % evil.encode(),
            ),
            ("l.svg", b"image/svg+xml", b"<svg onload=top.__pwned=1>"),
        ),
    )
    yield (
        "programs attached",
        _attached(
            ("m.exe", b"application/x-msdownload", b"MZ\x90"),
            ("m.url", b"application/internet-shortcut", b"[InternetShortcut]\r\nURL=%s" % evil.encode()),
            ("m.desktop", b"text/plain", b"[Desktop Entry]\nExec=id"),
        ),
    )
    yield "winmail", _attached(("winmail.dat", b"application/ms-tnef", b"\x78\x9f\x3e\x22" + b"\xff" * 5000))
    yield (
        "signature that is none",
        HEAD
        + b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(b"0\x84\xff\xff\xff\xff" * 5_000),
    )


def huge(name: str) -> bytes:
    """One of `HUGE`, made when it is asked for."""
    line = b"x" * 75 + b"\n"
    if name == "10,000 parts":
        return HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 10_000 + b"--b--\r\n"
    if name == "10,000 parts in parts":
        return _nested(10_000)
    if name == "200,000 headers":
        return HEAD + b"X-A: 1\r\n" * 200_000 + b"\r\nDear Ada"
    kind = b"text/html" if name == "50 MB of HTML" else b"application/octet-stream"
    return (
        HEAD + b"Content-Type: " + kind + b"\r\nContent-Disposition: inline\r\n\r\n" + line * (50_000_000 // len(line))
    )


def _nested(levels: int) -> bytes:
    inner = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(levels))
    return HEAD + inner + b"\r\nDear Ada\r\n" + b"".join(b"--b%d--\r\n" % n for n in reversed(range(levels)))


def _related(kind: bytes, data: bytes, html: bytes = b'<p>Dear Ada</p><img src="cid:p">') -> bytes:
    picture = b"--b\r\nContent-Type: %s\r\nContent-ID: <p>\r\nContent-Transfer-Encoding: base64\r\n\r\n%s" % (
        kind, base64.encodebytes(data),
    )  # fmt: skip
    page = b"--b\r\nContent-Type: text/html\r\n\r\n" + html + b"\r\n"
    return HEAD + b"Content-Type: multipart/related; boundary=b\r\n\r\n" + page + picture + b"--b--\r\n"


def _attached(*files: tuple[str, bytes, bytes]) -> bytes:
    parts = [b"--b\r\nContent-Type: text/plain\r\n\r\nDear Ada\r\n"]
    for name, kind, data in files:
        said = name.replace("\\", "\\\\").replace('"', '\\"').encode("utf-8", "surrogateescape")
        head = b'Content-Type: %s; name="%s"\r\nContent-Disposition: attachment; filename="%s"\r\n' % (kind, said, said)
        parts.append(b"--b\r\n" + head + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(data))
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"".join(parts) + b"--b--\r\n"


def _zip(name: str, data: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return made.getvalue()


def _zip_bomb() -> bytes:
    return _zip("b.zip", _zip("a.zip", b"\0" * 30_000_000) * 20)


def _pdf(stream: bytes, packed: bytes = b"", catalog: bytes = b"") -> bytes:
    return (
        b"%%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R %s >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
        b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>\nendobj\n"
        b"4 0 obj\n<< /Length %d %s >>\nstream\n%s\nendstream\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%%%EOF"
    ) % (catalog, len(stream), packed, stream)


def _calendar(evil: str) -> bytes:
    lines = (
        "BEGIN:VCALENDAR", "METHOD:REQUEST", "BEGIN:VEVENT", "UID:../../pwned", "DTSTART;TZID=../../etc/passwd:20261125T180000",
        "DTEND:99999999T999999Z", "SUMMARY:<script>top.__pwned=1</script>\x1b[2J", f"URL:{evil}/cal?token=s3cr3t",
        f"ATTACH:{evil}/x", "LOCATION:javascript:top.__pwned=1", "RRULE:FREQ=SECONDLY;COUNT=999999999999",
        "BEGIN:VALARM", "ACTION:PROCEDURE", "ATTACH:file:///bin/sh", "END:VALARM", "END:VEVENT", "END:VCALENDAR",
    )  # fmt: skip
    return "\r\n".join(lines).encode()
