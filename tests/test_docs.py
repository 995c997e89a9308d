"""The docs say what there is: links lead somewhere, and every command and setting is described."""

from __future__ import annotations

import re
import runpy
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"(?<!\!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")


def prose(page: Path) -> str:
    """Return the page without its code."""
    return re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """Return what GitHub makes of the page's headings."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: Path) -> Iterator[str]:
    yield from (one or other for one, other in LINK.findall(prose(page)))


@pytest.mark.parametrize("name", [str(page.relative_to(ROOT)) for page in PAGES])
def test_links_in_the_docs_lead_somewhere(name: str) -> None:
    page = ROOT / name
    lost = []
    for link in links(page):
        if re.match(r"[a-z][a-z+]*:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            lost.append(link)
    assert lost == []


def test_the_docs_index_leads_to_every_page() -> None:
    index = ROOT / "docs" / "index.md"
    led_to = {(index.parent / link.partition("#")[0]).resolve() for link in links(index)}
    pages = {path for path in (ROOT / "docs").rglob("*") if path.suffix in {".md", ".json"}} - {index}
    assert sorted(str(path.relative_to(ROOT)) for path in pages - led_to) == []


def test_decisions_in_the_docs_are_numbered_and_short() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    for number, page in enumerate(decisions, 1):
        text = page.read_text("utf-8")
        assert page.name.startswith(f"{number:04}-")
        assert text.startswith(f"# {number}. ")
        assert len(text.splitlines()) <= 20


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "tools" / "reference.py"))


@pytest.mark.parametrize("name", ["settings", "commands", "checks", "demo"])
def test_the_docs_are_what_the_code_says(name: str, reference: dict[str, Any]) -> None:
    written: Callable[[], str] = reference["PAGES"][name]
    assert (ROOT / "docs" / f"{name}.md").read_text("utf-8") == written(), "run `make docs`"


def test_the_check_that_the_docs_add_is_one() -> None:
    from upheld.checks import Check

    text = (ROOT / "docs" / "checks.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    made: dict[str, Any] = {}
    exec(code, made)
    check = made["Tagline"]()
    assert isinstance(made["Tagline"](), Check)
    touch = SimpleNamespace(text="Hello", name="the receipt")
    assert [one.said for one in check.look(touch, None)] == ["the receipt ends without our tagline."]
    for table in re.findall(r"```toml\n(.*?)```", text, re.DOTALL):
        tomllib.loads(table)


def test_every_standard_step_is_in_the_docs() -> None:
    from upheld.vocabulary.catalogue import entries

    page = (ROOT / "docs" / "steps.md").read_text("utf-8")
    standard = [one for one in entries() if one.module.startswith("upheld.")]
    assert len(standard) > 30
    assert [one.example for one in standard if f"`{one.example}`" not in page] == []
    # An example is a sentence that its own step reads; and it says what it means.
    assert [one.example for one in standard if not (one.parser.is_matching(one.example) and one.means)] == []


def test_the_tutorials_features_and_steps_are_read() -> None:
    from upheld.improve.waterline import findings_in, said_in
    from upheld.vocabulary.catalogue import entries

    text = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
    first, *more = re.findall(r"```gherkin\n(.*?)```", text, re.DOTALL)
    feature = first + "".join(more)
    unread = [
        said.text for said in said_in(feature, "joining.feature") if not any(one.reads(said.text) for one in entries())
    ]
    assert (unread, findings_in(feature, "joining.feature")) == ([], [])
    for table in re.findall(r"```toml\n(.*?)```", text, re.DOTALL):
        tomllib.loads(table)
    for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        compile(code, "tutorial.md", "exec")


def test_every_variable_is_in_the_docs() -> None:
    read = {
        name
        for folder, kind in (("src", "UPHELD"), ("tools", "UPHELD"), ("demo", "DEMO"))
        for path in (ROOT / folder).rglob("*.py")
        for name in re.findall(rf"\b{kind}_[A-Z]+(?:_[A-Z]+)*\b", path.read_text("utf-8"))
    }
    said = "\n".join(page.read_text("utf-8") for page in PAGES)
    named_by_rule = {f"UPHELD_{name.upper()}" for name in re.findall(r"^\| `(\w+)` \|", said, re.MULTILINE)}
    assert sorted(read - named_by_rule - set(re.findall(r"\b(?:UPHELD|DEMO)_[A-Z_]+", said))) == []
