from __future__ import annotations

import pytest

from upheld.report.marking import excerpts, marked, marked_page


@pytest.mark.parametrize(
    ("text", "word", "found"),
    [
        ("Total: 210,00 €", "210.00 €", "210,00"),
        ("Total: 1 210.00", "1,210.00", "1 210.00"),
        ("on 27 \n November", "27 November", "27 \n November"),
        ("Order 12100 and 3210", "210", ""),
        ("Dear ADA", "ada", "ADA"),
    ],
)
def test_a_value_is_found_as_it_stands_there(text: str, word: str, found: str) -> None:
    assert (f"<mark>{found}</mark>" in marked(text, [word])) is bool(found)


def test_what_is_marked_is_still_only_text() -> None:
    evil = "<script>x</script>"
    assert "<script" not in marked(f"a {evil} b", [evil])
    (line,) = excerpts(f"a {evil} b", [evil])
    assert "<script" not in line
    assert line.count("<mark>") == 1


def test_a_long_text_is_shown_around_the_mark_only() -> None:
    (line,) = excerpts("before " * 100 + "210.00" + " after" * 100, ["210.00"])
    assert line.startswith("…")
    assert line.endswith("…")
    assert len(line) < 220


def test_a_document_keeps_its_tags_and_attributes() -> None:
    page = '<head>210</head><body><p title="210 > 1" style="width:210px">It costs 210 &amp;210; <b>210</b></p></body>'
    shown = marked_page(page, ["210", "amp", "p"])
    assert shown.count("<mark") == 3
    assert '<p title="210 > 1" style="width:210px">' in shown
    assert "<head>210</head>" in shown
    assert "&amp;" in shown
