"""The first page, with what every story sells, and the page that is shown where there is none."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterable

from flask import Blueprint
from flask.typing import ResponseReturnValue

from demo.shop import Shelf, Shop, Story
from demo.words import Words

__all__ = ["pages", "stories"]


def stories(wanted: Iterable[str]) -> list[Callable[[Shop], Story]]:
    """Import these stories, as far as there are such packages, with their tables; return what makes each."""
    specs = (importlib.util.find_spec(f"demo.{name}") for name in wanted)
    return [importlib.import_module(spec.name).story for spec in specs if spec is not None and spec.origin]


def pages(shop: Shop) -> Blueprint:
    """Return the first page, and the page for addresses that do not exist."""
    site = Blueprint("site", __name__)

    @site.get("/")
    def home() -> ResponseReturnValue:
        now = shop.now()
        shelves = [
            (Words(shop.locale(), story.name)("shelf_title"), goods)
            for story in shop.stories
            if isinstance(story, Shelf) and (goods := story.shelf(now))
        ]
        return shop.page("home.html", shelves=shelves)

    @site.app_errorhandler(404)
    def missing(_: Exception) -> ResponseReturnValue:
        return shop.page("missing.html"), 404

    return site
