"""What is said in another language: the catalogues are whole, and a further language is a file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from tests.report.nights import MAPS, mixed_night
from tools.catalogue import extracted, said_in
from upheld.config import Settings, load_settings
from upheld.errors import ConfigError
from upheld.language import FILE, OURS, gettext, languages, ngettext, speaking
from upheld.report import write_report

OTHERS = [name for name in languages() if name != "en"]
PLACES = re.compile(r"\{(\w+)\}")


def catalogue(language: str) -> Catalog:
    with (OURS / language / FILE).open("rb") as lines:
        return read_po(lines, locale=language, abort_invalid=True)


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_says_all_that_there_is_to_say(language: str) -> None:
    known = catalogue(language)
    wanted = [message.id for message in extracted() if message.id]
    assert len(wanted) > 300
    missing = [one for one in wanted if (said := known.get(one)) is None or not all(said_in(said))]
    assert missing == [], "run `python tools/catalogue.py` and translate what is new"
    assert [message.id for message in known if message.id and message.id not in wanted] == []
    assert [message.id for message in known if message.fuzzy and message.id] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_fills_no_place_that_its_message_does_not_have(language: str) -> None:
    for message in catalogue(language):
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple | list) else [message.id]
        places = {place for one in ids for place in PLACES.findall(one)}
        filled = {place for said in said_in(message) for place in PLACES.findall(said)}
        # What begins with a thing's name in her language has it with a capital: `{It}` for `{it}`.
        assert {place.casefold() for place in filled} == {place.casefold() for place in places}, message.id


def test_english_is_spoken_unless_said_otherwise() -> None:
    assert gettext("kept") == "kept"
    assert ngettext("one journey", "{count} journeys", 3) == "3 journeys"
    with speaking("de"):
        assert gettext("kept") == "gehalten"
        assert ngettext("one journey", "{count} journeys", 1) == "eine Reise"
    assert gettext("kept") == "kept"


def test_a_language_that_nobody_wrote_down_is_named() -> None:
    expected = r'language = "xx": there is no catalogue for it; there is de, en\.'
    with pytest.raises(ConfigError, match=expected), speaking("xx"):
        pass


def suite_with(folder: Path, language: str, *messages: tuple[str, str]) -> Path:
    file = folder / "locale" / language / FILE
    file.parent.mkdir(parents=True)
    lines = [f'msgid "{one}"\nmsgstr "{said}"\n' for one, said in messages]
    file.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n' + "\n".join(lines), "utf-8")
    return folder


def test_a_further_language_is_a_file_of_the_suite(tmp_path: Path) -> None:
    root = suite_with(tmp_path, "fr", ("kept", "tenu"), ("until {day}", "jusqu’à {nobody}"))
    with speaking("fr", root):
        assert gettext("kept") == "tenu"
        assert gettext("broken") == "broken"
        assert gettext("until {day}", day="lundi") == "until lundi"  # a place that nobody fills
    assert "fr" in languages(root)


def test_a_suite_may_say_one_thing_differently(tmp_path: Path) -> None:
    with speaking("de", suite_with(tmp_path, "de", ("kept", "eingehalten"))):
        assert (gettext("kept"), gettext("broken")) == ("eingehalten", "gebrochen")


def test_a_catalogue_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    root = suite_with(tmp_path, "fr", ('x" "', "y"))
    (root / "locale" / "fr" / FILE).write_text('msgid "a"\nmsgstr "b"\nnonsense', "utf-8")
    with pytest.raises(ConfigError, match=r"upheld\.po cannot be read"), speaking("fr", root):
        pass


def test_the_report_is_written_in_german(tmp_path: Path) -> None:
    settings = Settings(root=tmp_path, language="de")
    index = write_report(
        mixed_night(tmp_path / "e"), evidence=tmp_path / "e", out=tmp_path / "report", maps=MAPS, settings=settings
    )
    front = index.read_text("utf-8")
    for said in (
        '<html lang="de">',
        "Noch nicht. 5 von 9 Reisen halten nicht Wort.",
        "Mittwoch, 25. November",
        "gebrochen",
    ):
        assert said in front
    pages = "".join(file.read_text("utf-8") for file in (index.parent / "journeys").iterdir())
    for said in ("Was statt dessen geschah", "Wer handelt", "Zeiten sind die der Website, Zeitzone Europe/Berlin."):
        assert said in pages
    # What the report itself says is German; what features, maps and messages say is theirs.
    for english in ("What happened instead", "Who acts", "Does this journey", "Is it a smooth", "nobody promised it"):
        assert english not in front + pages


def test_a_language_without_a_catalogue_is_told_before_anything_is_walked(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.upheld]\nlanguage = "fr"\n', "utf-8")
    with pytest.raises(ConfigError, match='language = "fr"'):
        load_settings(tmp_path, {})
    suite_with(tmp_path, "fr", ("kept", "tenu"))
    assert load_settings(tmp_path, {}).language == "fr"
