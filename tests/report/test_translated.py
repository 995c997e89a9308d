"""All that a report says is said in the suite's language: whoever forgets a sentence, fails here.

A catalogue of a language that we do not speak puts each message in ⟦⟧, and each value in it in ⟪⟫. What stands in no
⟦⟧ of its own is either the suite's, or English that nobody can translate. What cannot be brought about here is found in
the code: a sentence that no `_()` takes.
"""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from selectolax.lexbor import LexborHTMLParser

import upheld
from tests.checks.letters import known, touch
from tests.report.nights import MAPS, mixed_night
from tools.catalogue import extracted
from upheld import language
from upheld.checks import Probe, Rendered, all_checks
from upheld.config import Settings
from upheld.mailbox.message import read
from upheld.promises import Link
from upheld.report import write_report
from upheld.report.readers import tell_others

SRC = Path(upheld.__file__).parent

NOBODYS = "eo"
# What is for an engineer, or is the same in every language.
ALLOWED = re.compile(
    r"upheld (?:run|report|settle|doctor|gate)\b.*|upheld(?: \d*)?|playwright show-trace .*|results\.json|seed \w+"
    r"|[\w/.-]+\.feature(?::\d+)?|\d+ (?:horoj|tagoj|minutoj)"
    r"|Auto-Submitted|Content-T\w+(?:-Encoding)?|MIME-Version|Message-ID|Reply-To|From|To|Subject|Date|base64|[78]bit"
    r"|(?:text|multipart|application)/.*|quoted-printable|axe-core: .*|Europe/\w+|UTC|ms|kB|kaj"
)


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A suite with a catalogue that marks all that it says."""
    root = tmp_path_factory.mktemp("suite")
    marked = Catalog(locale=NOBODYS)
    for message in extracted():
        if isinstance(message.id, str):
            marked.add(message.id, _marked(message.id))
        else:
            marked.add(message.id, [_marked(str(one)) for one in message.id])
    file = root / "locale" / NOBODYS / language.FILE
    file.parent.mkdir(parents=True)
    with file.open("wb") as out:
        write_po(out, marked)
    return root


def _marked(message: str) -> str:
    return "⟦" + re.sub(r"({[a-zA-Z_]+})", r"⟪\1⟫", message) + "⟧"


def said_in_english(text: str) -> Iterator[str]:
    """Yield what of a text is neither a message of the catalogue nor a value that is one."""
    inside: list[str] = []
    piece = ""
    for sign in f"{text}⟦":
        if sign not in "⟦⟪⟧⟫":
            piece += sign
            continue
        if (not inside or inside[-1] == "⟪") and re.search(r"[A-Za-z]{2}", piece):
            yield " ".join(piece.split())
        piece = ""
        if sign in "⟦⟪":
            inside.append(sign)
        elif inside:
            inside.pop()


def strings_of(value: Any) -> Iterator[str]:
    """Yield all text of a value: what stands in it is the suite's own, or its site's."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = [getattr(value, field.name) for field in dataclasses.fields(value)]
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in (*value.keys(), *value.values()):
            yield from strings_of(one)
    elif isinstance(value, Iterable):
        for one in value:
            yield from strings_of(one)
    elif hasattr(value, "model_dump"):
        yield from strings_of(value.model_dump())


def folded(text: str) -> str:
    """Return a text without what is put around it: quotes, punctuation and figures."""
    return " ".join(re.sub(r"[^A-Za-zÀ-ž@/_]+", " ", text).split()).casefold()


def strangers(texts: Iterable[str], own: str) -> set[str]:
    """Return what of the texts is English of ours."""
    found = {
        piece for text in texts for piece in said_in_english(text) if not ALLOWED.fullmatch(piece.strip(" ·,.;:()"))
    }
    parts = {part.strip() for piece in found for part in re.split(r"[,:;·()“”\"!?.…|]", piece)}
    return {part for part in parts if not ALLOWED.fullmatch(part) and folded(part) not in own}


def shown_on(page: Path) -> Iterator[str]:
    """Yield every text of a page that somebody sees, or has read out."""
    tree = LexborHTMLParser(page.read_text("utf-8"))
    for node in tree.css("script, style, iframe, pre"):
        node.decompose()
    for node in tree.css("*"):
        yield from (node.attributes.get(name) or "" for name in ("title", "alt", "aria-label", "placeholder"))
        yield node.text(deep=False)


def test_a_report_is_in_one_language(tmp_path: Path, suite: Path) -> None:
    run = mixed_night(tmp_path / "evidence")
    letters = (read(file.read_bytes(), id="m", to=[], at=run.arrivals[0].arrival.at)
               for file in (tmp_path / "evidence" / "messages").glob("*.eml"))  # fmt: skip
    own = folded(" ".join((*strings_of(run), *strings_of(letters), *strings_of(list(MAPS.values())), *MAPS)))
    settings = Settings(root=suite, language=NOBODYS, site="https://staging.example.org")
    index = write_report(run, evidence=tmp_path / "evidence", out=tmp_path / "out", maps=MAPS, settings=settings)
    pages = [index, *(tmp_path / "out" / "journeys").glob("*.html")]
    assert len(pages) > 8
    assert {page.name: left for page in pages if (left := strangers(shown_on(page), own))} == {}
    tell_others(run, out=tmp_path / "out", maps=MAPS, settings=settings, environ={})
    summary = (tmp_path / "out" / "summary.md").read_text("utf-8")
    told = re.sub(r"`[^`]*`|<[^>]+>|\(\S+\)", " ", summary).split("\n")
    assert strangers(told, own) == set()


def test_what_checks_find_is_in_one_language(suite: Path) -> None:
    """Of as many kinds of fault as one letter can have."""
    own = "Saluton Ada Lovelace Benno mesagxo http staging.example.com x.example Via mendo Malplena bildo.png undefined"
    html = (
        "<p>Saluton undefined,</p><p>{{nomo}} &amp;nbsp;</p><p style='display:grid'>Via mendo</p>"
        "<p><a href='#'>Malplena</a> <a href='https://staging.example.com/x'>Via mendo</a></p>"
        "<img src='https://staging.example.org/bildo.png'><img src='cid:for'>"
    )
    letter = touch("Saluton undefined,\n{{nomo}}", html=html, subject="[STAGING] MESAGXO MESAGXO")
    letter = dataclasses.replace(
        letter,
        arrival=dataclasses.replace(
            letter.arrival, links=(*letter.arrival.links, Link("Via mendo", "http://x.example/1"))
        ),
    )
    knows = known(
        probes={"http://x.example/1": Probe("http://x.example/1", 404)},
        rendered=Rendered(
            violations=({"id": "color-contrast", "impact": "serious", "nodes": [], "count": 2},),
            broken_pictures=("https://staging.example.org/bildo.png",),
        ),
    )
    with language.speaking(NOBODYS, suite):
        found = [one for check in all_checks() for one in check.look(letter, knows)]
    assert len({one.rule for one in found}) > 8
    texts = [text for one in found for text in (one.said, one.unsure, *(place.where for place in one.places))]
    assert strangers(texts, folded(" ".join((own, *strings_of(letter), *strings_of(knows))))) == set()


# Where sentences are made that a business owner reads.
SAID_IN = (
    "cases.py", "inspecting.py", "lookout.py", "reaching.py", "sweep.py", "checks/*.py", "improve/rules.py",
    "improve/suggestions.py", "improve/unchecked.py", "mailbox/canary.py", "mailbox/watch.py", "promises/judge.py",
    "promises/order.py", "promises/telling.py", "promises/timeline.py", "report/*.py",
)  # fmt: skip
SENTENCE = re.compile(r"(?:[A-Za-z’']+[,:]? ){3}|(?:[a-z]+ ){2}…|… [a-z]+ [a-z]+")
# Not for her who reads the report: reasons in the ledger alone, other programs' files, a terminal's progress, patterns.
NOT_SAID = {
    "checks/following.py", "checks/_lost.py", "checks/rendering.py", "report/allure.py", "report/cucumber.py",
    "report/history.py", "report/junit.py", "report/readers.py",
}  # fmt: skip
NOT_SAID_HERE = re.compile(
    r"waiting for windows to close|turning the clock to …?|A canary of upheld|Nothing to do here.\s*|Mozilla/.*"
    r"|default-src .*|code, kbd.*|script, style.*|upheld (?:run|report) .*|the name of (?:the )?…?"
    r"|her (?:full|first|last)? ?name|her email address"
    r"|name, about, severity, channels and look\(\)|name, reason, rank and look\(\)|it cannot be opened(?:: )?"
    r"|another of the cast|Not to its end|an address that cannot be read"
    r"|only the first|keep: keep faith| --seed …"
    # A measure's unit, as the key of what one of it is called.
    r"|errors behind the scenes|redirects in one go|minutes from paying to the confirmation",
    re.DOTALL,
)
TRANSLATED = {"_", "N_", "gettext", "ngettext"}


def untranslated(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the sentences that no `_()` takes, with their lines; not docstrings, patterns, nor what stops a run."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.Call):
        called = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if (
            called.endswith("Error")
            or getattr(getattr(node.func, "value", None), "id", "") == "re"
            or called == "Measure"
        ):
            return
        if called in TRANSLATED:
            for given in (*node.args[1 + (called == "ngettext") :], *(one.value for one in node.keywords)):
                yield from untranslated(given)
            return
    if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") in ("about", "name"):
        return
    if isinstance(node, ast.Constant | ast.JoinedStr):
        parts = node.values if isinstance(node, ast.JoinedStr) else [node]
        text = "".join(str(one.value) if isinstance(one, ast.Constant) else "…" for one in parts)
        if (isinstance(node, ast.JoinedStr) or isinstance(node.value, str)) and SENTENCE.search(text):
            yield node.lineno, text
    for child in ast.iter_child_nodes(node):
        yield from untranslated(child)


def test_no_sentence_is_made_without_the_catalogue() -> None:
    files = dict.fromkeys(file for place in SAID_IN for file in sorted(SRC.glob(place)))
    names = {str(file.relative_to(SRC)): file for file in files}
    found = {
        f"{name}:{line}: {text}"
        for name, file in names.items()
        if name not in NOT_SAID
        for line, text in untranslated(ast.parse(file.read_text("utf-8")))
        if not NOT_SAID_HERE.fullmatch(text)
    }
    assert found == set()
