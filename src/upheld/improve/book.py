"""The book: the process handbook of a business, written from its features, its maps and the last walk of each journey.

These are its values. `upheld.improve.bookwriting` makes them of what the ledger and the evidence have,
`upheld.improve.bookbinding` makes pages of them, and `upheld.improve.editions` tells what has changed since the last
edition.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from upheld.improve.byhand import Done
from upheld.improve.chapters import Incident, Told
from upheld.language import N_
from upheld.maps import Stage
from upheld.promises import Promise
from upheld.report.model import Answer

__all__ = ["PASSES", "STAGES", "Book", "Chapter", "Due", "Letter", "Snag", "Step", "Walk"]

STAGES: tuple[tuple[Stage | str, str], ...] = (
    ("share", N_("Share: how people hear of it")),
    ("package", N_("Package: how it is offered")),
    ("keep: welcome", N_("Keep: welcome")),
    ("keep: deliver", N_("Keep: deliver")),
    ("keep: keep faith", N_("Keep: keep faith when something goes wrong")),
    ("keep: farewell", N_("Keep: farewell")),
    ("improve", N_("Improve")),
    ("", N_("Without a place yet")),
)
"""The promise system in its order, each stage with its words; "" is for journeys that no map places."""
PASSES = re.compile(r"it is |.+ (?:have|has) passed$")
"""A step at which time passes."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it looked on the last walk: `pictures` are (width, place), the narrow one last.

    Without pictures it is shown from `page`, a document for a sandboxed frame ("" for what is text alone).
    """

    subject: str
    sender: str
    pictures: tuple[tuple[str, str], ...]
    page: str
    text: str
    files: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Due:
    """What is delivered at a step: to whom, by what, in which window, what it must say, and how it went last.

    `when` is its window on the last walk, where that was long, and `begun` the day on which that walk began; `look`
    says when to look for it. `soon` is true for what is promised for the next minutes. `verdict` is "" where it was
    never walked.
    """

    promise: Promise
    must: tuple[tuple[str, tuple[str, ...]], ...]
    harm: str
    second_line: str
    verdict: str
    why: str
    when: str
    begun: str
    letters: tuple[Letter, ...]
    look: str = ""
    soon: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step as it is done by hand; what is empty is not shown.

    `how` says what to do, `done` what was done on the last walk, `notes` what the map adds, `as_in` where else the way
    to it is told (journey, from, to). `picture` is the new screen that it led to, `title` and `address` what that is
    called and where it is, `look` its looks as `upheld.improve.looks.look_of` tells them; `hidden` is true where the
    picture was left out, since it shows a secret. `status` is "" where it was never walked. `who` acted, `turn` says in
    whose window where several do, and `code` where a secret stands that has come by message.
    """

    number: int
    keyword: str
    text: str
    how: str
    notes: tuple[str, ...]
    as_in: tuple[str, str, int, int] | None
    done: tuple[Done, ...]
    rows: tuple[tuple[str, ...], ...]
    picture: str
    hidden: bool
    look: str
    title: str
    address: str
    page_text: str
    status: str
    error: str
    due: tuple[Due, ...]
    who: str = ""
    turn: str = ""
    code: str = ""

    @property
    def told(self) -> bool:
        """Whether a stranger learns what to do here."""
        return bool(self.how or self.notes or self.as_in or self.done or self.due)


@dataclass(frozen=True, slots=True)
class Walk:
    """One scenario from start to finish. `before` are the steps that set the stage, `people` those who are played.

    `people` are name, what she is called in full, city, language and address. `walked` says when it was walked last,
    "" for never. `varies` is what differs from walk to walk, such as names and order numbers. `coined` is the name that
    its notes use, "" for none; `counted` from when their dates are counted.
    """

    told: Told
    id: str
    people: tuple[tuple[str, str, str, str, str], ...]
    before: tuple[Step, ...]
    steps: tuple[Step, ...]
    walked: str
    answer: Answer | None
    guards: tuple[Incident, ...]
    varies: tuple[str, ...]
    coined: str = ""
    counted: str = ""

    @property
    def name(self) -> str:
        """What it is called, with what tells it from the other examples of its outline."""
        return f"{self.told.name} ({self.told.example})" if self.told.example else self.told.name

    @property
    def is_long(self) -> bool:
        """Whether something comes so late that nobody would wait for it."""
        steps = (*self.before, *self.steps)
        return any(PASSES.match(step.text) or any(due.when for due in step.due) for step in steps)

    @property
    def other_channels(self) -> bool:
        """Whether something comes by text message or webhook, which no mail program shows."""
        return any(due.promise.channel in ("text message", "webhook") for _, due in self.due)

    @property
    def troubles(self) -> tuple[tuple[int, str, str], ...]:
        """What was not as it should be on the last walk: number of the step, verdict or status, and why."""
        found: list[tuple[int, str, str]] = []
        for step in (*self.before, *self.steps):
            if step.status in ("failed", "unproven"):
                found.append((step.number, step.status, step.error))
            wrong = (one for one in step.due if one.verdict not in ("", "kept", "open", "withdrawn"))
            # What a step that failed left undone is no trouble of its own.
            found += [(step.number, one.verdict, one.why) for one in wrong if one.why]
        return tuple(dict.fromkeys(found))

    @property
    def due(self) -> tuple[tuple[int, Due], ...]:
        """What comes, and what must not, in the order of the steps, each with the number of its step."""
        return tuple((step.number, due) for step in (*self.before, *self.steps) for due in step.due)


@dataclass(frozen=True, slots=True)
class Snag:
    """A known snag of a journey: the incident, and what its guard said last (its answer, and when it was walked)."""

    incident: Incident
    guards: tuple[tuple[Told, Answer | None, str], ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One journey of the business: its map, and the ways through it. `id` is a name that a file may have.

    `presupposes` are the names of the chapters that its notes send to.
    """

    id: str
    journey: str
    name: str
    stage: str
    owner: str
    about: tuple[str, ...]
    needs: tuple[str, ...]
    walks: tuple[Walk, ...]
    snags: tuple[Snag, ...]
    touchpoints: tuple[tuple[str, str, str, str, str], ...]
    presupposes: tuple[str, ...] = ()

    @property
    def untold(self) -> int:
        """How many steps do not tell a stranger what to do."""
        return sum(not step.told for walk in self.walks for step in walk.steps)


@dataclass(frozen=True, slots=True)
class Book:
    """All chapters by their stage. `site` is where to walk, `last_site` where the last walk was, where elsewhere.

    `clock` is where time is turned, an address or a path of the site, "real" or a command. `zone` is where its times
    are told, `written` the day on which it was written, as a reader says it.
    """

    site: str
    last_site: str
    mailbox: str
    clock: str
    zone: str
    written: str
    stages: tuple[tuple[str, tuple[Chapter, ...]], ...] = field(default=())

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        """The chapters in the order of the stages."""
        return tuple(chapter for _, chapters in self.stages for chapter in chapters)
