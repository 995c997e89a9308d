"""`upheld book` and `upheld map`: they read features, maps, ledger and evidence, and touch nothing else."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import typer

from upheld.config import Settings, find_root, load_settings
from upheld.errors import UsageError
from upheld.improve.chapters import Incident, Told, incidents_in, told_in
from upheld.language import speaking
from upheld.ledger import Ledger, open_ledger
from upheld.maps import JourneyMap, read_maps

__all__ = ["draw_map", "write_book"]


def write_book(out: Path | None, ledger: str | None, *, pdf: bool, publish: bool = False) -> int:
    """Write the book, and say which edition it is and what it lacks."""
    settings = _settings(ledger)
    with speaking(settings.language, settings.root):
        return _write_book(settings, out, pdf=pdf, publish=publish)


def _write_book(settings: Settings, out: Path | None, *, pdf: bool, publish: bool) -> int:
    from upheld.improve.bookbinding import bind, print_book
    from upheld.improve.bookwriting import book_of
    from upheld.improve.nights import last_walks
    from upheld.report.files import Files

    maps, told, incidents = _suite(settings)
    with _ledger(settings) as opened:
        walks = last_walks(opened, told) if opened else {}
    folder = out or settings.path / "book"
    files = Files(settings.path / "evidence", folder)
    book = book_of(told, incidents, maps, walks, files, settings, publish=publish)
    bound = bind(book, folder, printed=pdf)
    files.tidy()
    edition = bound.edition
    changed = f", with {len(edition.changes)} change{'s' * (len(edition.changes) != 1)}" if edition.changes else ""
    typer.echo(
        f"Edition {edition.number}{changed}." if bound.new else f"Nothing has changed since edition {edition.number}."
    )
    if untold := sum(chapter.untold for chapter in book.chapters):
        many = "1 step does" if untold == 1 else f"{untold} steps do"
        typer.echo(f"{many} not say how to be done by hand. Say it in the map: [by_hand.notes] in journey.toml.")
    if pdf:
        typer.echo(f"To print: {print_book(book, edition, folder)}")
    typer.echo(f"Book: {bound.index}")
    return 0


def draw_map(out: Path | None, ledger: str | None) -> int:
    """Draw the promise system, and say how many holes it has."""
    from upheld.improve.map_drawing import draw
    from upheld.improve.promise_map import map_of

    settings = _settings(ledger)
    with speaking(settings.language, settings.root):
        maps, told, incidents = _suite(settings)
        with _ledger(settings) as opened:
            found = map_of(told, incidents, maps, opened, settings)
        index = draw(found, out or settings.path / "map")
    holes = found.holes
    typer.echo(f"{holes} hole{'s' * (holes != 1)}: promised or said, and checked by nobody." if holes else "No holes.")
    typer.echo(f"Map: {index}")
    return 0


def _settings(ledger: str | None) -> Settings:
    return load_settings(find_root(Path.cwd())).with_options(ledger=ledger)


def _suite(settings: Settings) -> tuple[dict[str, JourneyMap], list[Told], list[Incident]]:
    maps = dict(read_maps(settings.root))
    told = told_in(settings.root, maps)
    if not told and not maps:
        raise UsageError(f"There is neither a feature nor a map in {settings.root}, so there is nothing to tell.")
    return maps, told, incidents_in(told)


@contextlib.contextmanager
def _ledger(settings: Settings) -> Iterator[Ledger | None]:
    """Open the ledger; None where nothing was ever walked, since features and maps tell something without it."""
    if settings.ledger or (settings.path / "ledger.db").is_file():
        with open_ledger(settings.ledger_url) as opened:
            yield opened
    else:
        yield None
