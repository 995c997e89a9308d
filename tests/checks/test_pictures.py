"""Pictures of mail, both ways."""

from __future__ import annotations

import pytest

from tests.checks.letters import SITE, found, known, page, touch
from upheld.checks import Rendered, Severity, Touch
from upheld.checks.pictures import AltText, PictureMissing

FAIL, WARN = Severity.FAIL, Severity.WARN


def _with(*images: str) -> Touch:
    return touch("Hello", html=page("Hello", *images))


@pytest.mark.parametrize(
    ("image", "says"),
    [
        (
            f'<img src="{SITE}/ticket.png?token=1">',
            "The receipt has no words in the place of the picture “ticket.png”.",
        ),
        (
            '<img src="a.png"><img src="b.png"><img src="c.png" alt="C">',
            "The receipt has no words in the place of 2 pictures.",
        ),
        ('<img src="a.png" alt="">', None),
        ('<img src="a.png" alt="Your ticket">', None),
        ('<img src="https://track.example/o" width="1" height="1">', None),
    ],
)
def test_words_in_the_place_of_a_picture(image: str, says: str | None) -> None:
    assert [one.said for one in found(AltText(), _with(image))] == ([says] if says else [])


@pytest.mark.parametrize(
    ("src", "broken", "expected"),
    [
        ("cid:logo", [], [("cid", FAIL)]),
        (f"{SITE}/a.png", [f"{SITE}/a.png"], [("not there", FAIL)]),
        (f"{SITE}/a.png", [], []),
        ("https://cdn.example/a.png", ["https://cdn.example/a.png"], [("not there", WARN)]),
        ("/a.png", ["/a.png"], [("no host", FAIL)]),
    ],
)
def test_pictures_that_do_not_come(src: str, broken: list[str], expected: list[tuple[str, Severity]]) -> None:
    knows = known(rendered=Rendered(broken_pictures=tuple(broken)))
    assert [
        (one.rule, one.severity) for one in found(PictureMissing(), _with(f'<img src="{src}" alt="A">'), knows)
    ] == expected


def test_where_nobody_looked_nothing_is_said_of_the_site() -> None:
    (one,) = found(PictureMissing(), _with(f'<img src="{SITE}/a.png" alt="A">'))
    assert one.unsure == "the message was not shown in a browser"
    assert not found(PictureMissing(), _with('<img src="https://cdn.example/a.png" alt="A">'))


def test_a_pixel_that_counts_openings_is_no_picture() -> None:
    pixel = f'<img src="{SITE}/open" width="1" height="1" alt="">'
    assert not found(PictureMissing(), _with(pixel), known(rendered=Rendered(broken_pictures=(f"{SITE}/open",))))
