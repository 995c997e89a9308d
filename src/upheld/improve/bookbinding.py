"""Pages of the book: a folder of static pages, and one PDF to print, made by the browser."""

from __future__ import annotations

import base64
import contextlib
import functools
import html
import io
import json
import os
import shutil
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from babel.dates import format_date

from upheld.improve.book import STAGES, Book
from upheld.improve.editions import FILE, Change, Edition, next_edition, read_edition
from upheld.improve.looks import ANSWERS
from upheld.improve.notes import quoted
from upheld.language import gettext as _
from upheld.language import language, ngettext
from upheld.promises import Verdict
from upheld.report.looks import MARKS, MEANINGS
from upheld.report.plain import shown
from upheld.report.results import address_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pypdf import PdfReader

__all__ = ["Bound", "bind", "environment", "print_book", "style_of", "write_page"]

PDF = "book.pdf"
TALLEST = 1500  # of a message on paper, in pixels: what is taller could not be read on a page
_REPLACE = """(frame, src) => {
    const picture = document.createElement("img");
    Object.assign(picture, {src, alt: frame.title, className: "letter"});
    frame.replaceWith(picture);
    return picture.decode();
}"""
# A screen is 120 mm wide on paper, a message 105 and up to 100 high: more than 130 dots an inch nobody sees there.
ON_PAPER = {"": (620, 400), "desktop": (540, 560)}
QUALITY = 40
PRINT = "print.part"
FOOTER = (
    '<div style="font:8px sans-serif;width:100%;margin:0 15mm;display:flex;justify-content:space-between;color:#333">'
    '<span>EDITION</span><span><span class="pageNumber"></span> / <span class="totalPages"></span></span></div>'
)


@dataclass(frozen=True, slots=True)
class Bound:
    """A book in its folder: the first page, which edition it is, and whether that is a new one."""

    index: Path
    edition: Edition
    new: bool


def environment() -> jinja2.Environment:
    """Return what renders the pages of this package, in the language that is spoken; everything is escaped."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("upheld.improve"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=shown,
    )
    made.globals |= {"_": _, "ngettext": ngettext, "language": language().replace("_", "-")}
    return made


def style_of(name: str) -> str:
    """Return the style sheet of this name, with the colours and marks that book and map have in common."""
    templates = files("upheld.improve").joinpath("templates")
    return "".join(templates.joinpath(one).read_text("utf-8") for one in ("tokens.css", name))


def bind(book: Book, out: Path, *, today: date | None = None, printed: bool = False) -> Bound:
    """Write the book's pages into a folder, with `edition.json` beside them, from which the next one is compared.

    The pages of journeys that are no longer in the book are deleted. With `printed`, its first page leads to the PDF.
    """
    out.mkdir(parents=True, exist_ok=True)
    before = read_edition(out)
    edition = next_edition(book, before, today or date.today())  # noqa: DTZ011 the reader's own day
    said = _said(book, edition)
    template = environment().get_template("book.html.j2")
    said["pdf"] = PDF if printed else ""
    pages = {"index": template.render(**said, only=None, whole=False)}
    for chapter in book.chapters:
        pages[chapter.id] = template.render(**said, only=chapter, whole=False)
    for name, text in pages.items():
        write_page(out / f"{name}.html", text)
    for old in out.glob("*.html"):
        if old.stem not in pages:
            old.unlink()
    write_page(out / FILE, _json(edition))
    return Bound(out / "index.html", edition, before is None or before.number != edition.number)


def print_book(book: Book, edition: Edition, out: Path, *, browser: Browser | None = None) -> Path:
    """Print the whole book as one PDF and return its path; `out` has its pictures.

    A `browser` that is there already is used, and left open. Raises `UsageError` where there is none that can do it.
    """
    with contextlib.ExitStack() as stack:
        if browser is None:
            from playwright.sync_api import sync_playwright

            from upheld.browser.find import find_browser

            playwright = stack.enter_context(sync_playwright())
            browser = stack.enter_context(playwright.chromium.launch(**find_browser().launch_options()))
        context = stack.enter_context(browser.new_context(color_scheme="light", java_script_enabled=False))
        content = _printed(book, edition, out, context.new_page())
    printed = out / PDF
    part = printed.with_suffix(".part")
    part.write_bytes(content)
    part.replace(printed)
    return printed


def _printed(book: Book, edition: Edition, out: Path, page: Page) -> bytes:
    from pypdf import PdfReader

    template = environment().get_template("book.html.j2")
    said = {**_said(book, edition), "loading": "eager", "picture": functools.partial(_on_paper, out)}
    sheet = out / "printed.part.html"
    title = _("The book, edition {number} of {day}", number=edition.number, day=said["day"])
    footer = FOOTER.replace("EDITION", html.escape(title))
    pages: Mapping[str, int] = {}
    content, letters = b"", dict[str, str]()
    try:
        # The contents name pages that are known only when it has been printed. They take up the same room with and
        # without numbers, save where a number takes a line more.
        for _attempt in range(3):
            write_page(sheet, template.render(**{**said, "pages": pages}, only=None, whole=True))
            page.goto(sheet.resolve().as_uri(), wait_until="load")
            _picture_letters(page, letters)
            content = page.pdf(
                prefer_css_page_size=True,
                print_background=True,
                display_header_footer=True,
                header_template="<span></span>",
                footer_template=footer,
                tagged=True,
                outline=True,
            )
            found = _pages_in(PdfReader(io.BytesIO(content)))
            if found == pages:
                break
            pages = found
    finally:
        sheet.unlink(missing_ok=True)
        shutil.rmtree(out / PRINT, ignore_errors=True)
    return content


def _on_paper(out: Path, place: str, width: str = "") -> str:
    """Return the place of a picture that is as large as paper shows it: a JPEG, which goes into a PDF as it is."""
    from PIL import Image

    target = out / PRINT / f"{Path(place).stem}-{width or 'screen'}.jpg"
    if not target.is_file():
        target.parent.mkdir(exist_ok=True)
        try:
            with Image.open(out / place) as picture:
                plain = picture.convert("RGB")
                plain.thumbnail(ON_PAPER[width])
                plain.save(target, "JPEG", quality=QUALITY, optimize=True)
        except (OSError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
            target.unlink(missing_ok=True)
            return place
    return f"{PRINT}/{target.name}"


def _picture_letters(page: Page, pictures: dict[str, str]) -> None:
    """Put a picture of each message in the place of its frame: a frame cannot be made smaller for paper.

    `pictures` are those that were taken already, by the message's document.
    """
    for frame in page.frames[1:]:
        element = frame.frame_element()
        letter = element.get_attribute("srcdoc") or ""
        if letter not in pictures:
            height = int(frame.evaluate("document.documentElement.scrollHeight"))
            element.evaluate("(one, height) => one.style.height = `${height + 2}px`", min(height, TALLEST))
            shot = base64.b64encode(element.screenshot(type="jpeg", quality=QUALITY)).decode()
            pictures[letter] = f"data:image/jpeg;base64,{shot}"
        element.evaluate(_REPLACE, pictures[letter])


def _pages_in(reader: PdfReader) -> dict[str, int]:
    """Return on which page each anchor of the contents stands, counted from 1."""
    return {
        name.lstrip("/"): number + 1
        for name, place in reader.named_destinations.items()
        if (number := reader.get_destination_page_number(place)) is not None
    }


def _said(book: Book, edition: Edition) -> dict[str, Any]:
    changes: dict[str, list[Change]] = defaultdict(list)
    for change in edition.changes:
        changes[change.journey].append(change)
    for chapter in book.chapters:
        changes.setdefault(chapter.name, [])
    return {
        "book": book,
        "edition": edition,
        "css": style_of("book.css"),
        "day": _day(edition.day),
        "days": {day: _day(day) for _, day, _ in edition.earlier},
        "changes_of": changes,
        "elsewhere": address_of(book.last_site) if book.last_site not in ("", book.site) else "",
        "mailbox": _mailbox(book),
        "clock": _clock(book),
        "read_clock": f"curl {at}" if (at := _clock_at(book)) else "",
        "quoted": quoted,
        "links": _links(book),
        "pdf": "",
        "places": dict(STAGES),
        "picture": lambda place, width="": place,
        "marks": MARKS,
        "meanings": MEANINGS,
        "answers": ANSWERS,
        "failed": [str(verdict) for verdict in Verdict if verdict.failed],
        "loading": "lazy",
        "pages": {},
    }


def _links(book: Book) -> dict[str, tuple[str, str]]:
    """Return where ways and journeys stand, by what they are called in a note, and ways by their keys."""
    links: dict[str, tuple[str, str]] = {}
    for chapter in book.chapters:
        for walk in chapter.walks:
            links[walk.told.key] = (chapter.id, walk.id)
            for name in (walk.name, walk.told.name):
                links.setdefault(name, (chapter.id, walk.id))
        # A journey is more often meant than a way that is called like it.
        links[chapter.name] = (chapter.id, chapter.id)
    return links


def _mailbox(book: Book) -> str:
    where = str(address_of(book.mailbox) or "")
    if where.startswith("mailpit+"):
        at = where.removeprefix("mailpit+")
        return _("open `{address}` in a browser, where everything is caught that the site sends.", address=at)
    if where.startswith("embedded:"):
        return _(
            "everything that the site sends is caught, and nothing reaches a real person. Point the site's mail at "
            "Mailpit to read it in a browser while you walk. Or let `upheld mailbox serve` catch it, and read it with "
            "`upheld mailbox show --store .upheld/mailbox.db`."
        )
    if where:
        return _("everything that the site sends is caught at `{address}`.", address=where)
    return _("in the mailbox that the site sends to.")


def _clock(book: Book) -> str:
    at = _clock_at(book)
    if not at:
        return _("What comes days later has to be waited for: note the day, and look again.")
    call = f"curl -X PUT -H 'Content-Type: application/json' -d '{{\"now\": \"YYYY-MM-DDTHH:MM:SS+01:00\"}}' {at}"
    return _(
        "What comes days later need not be waited for: this site's clock can be turned forward, for example with "
        "`{call}` with the moment that you want, and `{read}` reads it. It never goes back. So look first for all that "
        "comes today, and then turn it; what lay ahead before, such as an event on the first page, may be over then.",
        call=call,
        read=f"curl {at}",
    )


def _clock_at(book: Book) -> str:
    if book.clock.startswith("/"):
        return f"{book.site}{book.clock}"
    return str(address_of(book.clock)) if book.clock.startswith(("http://", "https://")) else ""


def _day(day: str) -> str:
    return str(format_date(date.fromisoformat(day), _("EEEE d MMMM y"), locale=language()))


def _json(edition: Edition) -> str:
    return json.dumps(edition.to_json(), indent=1, ensure_ascii=False) + "\n"


def write_page(path: Path, text: str) -> None:
    """Write a page whole: who looks at it meanwhile sees the old one or the new one."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_text(text, "utf-8")
    part.replace(path)
