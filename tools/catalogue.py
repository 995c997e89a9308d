"""Brings the message catalogues up to date with what the code says: `python tools/catalogue.py [language ...]`.

What is new gets an empty translation, what is gone is dropped, and nothing is guessed. A language that has no catalogue
yet gets one.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator

from babel.core import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from upheld.language import FILE, OURS

SOURCE = OURS.parent
# Tables of which words are said as well: in each of its entries, these.
TABLES = {"checks/mail_clients.toml": ("is", "without")}
METHODS = [("**.py", "python"), ("**.j2", "jinja2")]
OPTIONS = {"**.j2": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}}
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}


def extracted() -> Catalog:
    """Return every message of the code and the templates, in the order of the files."""
    catalog = Catalog(project="upheld", charset="utf-8")
    found = extract_from_dir(SOURCE, METHODS, OPTIONS, KEYWORDS, comment_tags=("Translators:",))
    for file, _line, message, comments, context in sorted(found, key=lambda one: (one[0], one[1])):
        catalog.add(message, None, [(file, 0)], auto_comments=comments, context=context)
    for file, words in TABLES.items():
        for message in _said_in_table(file, words):
            catalog.add(message, None, [(file, 0)])
    return catalog


def _said_in_table(file: str, words: tuple[str, ...]) -> Iterator[str]:
    for entry in tomllib.loads((SOURCE / file).read_text("utf-8")).values():
        for word in words:
            said = entry.get(word, ())
            yield from [said] if isinstance(said, str) else said


def update(language: str) -> tuple[int, int]:
    """Write a language's catalogue anew, and return how many messages it has and how many have no translation."""
    file = OURS / language / FILE
    known = read_po(file.open("rb"), locale=language) if file.is_file() else Catalog(locale=language)
    found = extracted()
    fresh = Catalog(locale=language, project="upheld", charset="utf-8", fuzzy=False)
    # Nothing that changes by itself: a catalogue is reviewed by what it says.
    fresh.header_comment = f"# What upheld says, in {Locale.parse(language).english_name}."
    fresh.creation_date, fresh.revision_date = known.creation_date, known.revision_date
    for message in found:
        if message.id:
            said = known.get(message.id)
            fresh.add(message.id, said.string if said else None, message.locations)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as out:
        write_po(out, fresh, width=116, omit_header=False, no_location=True, sort_output=False)
    messages = [message for message in fresh if message.id]
    return len(messages), sum(not all(said_in(message)) for message in messages)


def said_in(message: Message) -> list[str]:
    """Return a message's translations: one, or one for each plural form; "" is none."""
    found = message.string
    return [str(one or "") for one in found] if isinstance(found, list | tuple) else [str(found or "")]


if __name__ == "__main__":
    for name in sys.argv[1:] or [file.parent.parent.name for file in OURS.glob(f"*/{FILE}")]:
        count, missing = update(name)
        print(f"{name}: {count} messages, {missing} without a translation")
