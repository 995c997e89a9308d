"""Precision and recall of promise discovery on the labelled sentences in tests/improve/, by language and in all."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from upheld.improve.discovery import promises_in

SETS = Path(__file__).resolve().parents[1] / "tests" / "improve"
PRECISION, RECALL = 0.9, 0.8


@dataclass
class Score:
    """How many were rightly found, wrongly found, and missed."""

    found: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Return the share of what was found that is a promise."""
        return self.found / (self.found + self.wrong) if self.found + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Return the share of the promises that was found."""
        return self.found / (self.found + self.missed) if self.found + self.missed else 1.0


@dataclass(frozen=True)
class Labelled:
    """A sentence, what language it is in, and whether it promises something."""

    text: str
    language: str
    promise: bool


def labelled(name: str) -> list[Labelled]:
    """Return the labelled sentences of a set; none where its file is not there."""
    file = SETS / f"sentences_{name}.toml"
    if not file.is_file():
        return []
    return [
        Labelled(one["text"], one["language"], one["promise"])
        for one in tomllib.loads(file.read_text("utf-8"))["sentence"]
    ]


def score(sentences: Sequence[Labelled]) -> dict[str, Score]:
    """Return the score by language, and of all under "all"."""
    scores: dict[str, Score] = {"all": Score()}
    for one in sentences:
        found = bool(promises_in(one.text, [one.language]))
        for counted in (scores["all"], scores.setdefault(one.language, Score())):
            counted.found += found and one.promise
            counted.wrong += found and not one.promise
            counted.missed += one.promise and not found
    return scores


def speed(sentences: Sequence[Labelled]) -> float:
    """Return the milliseconds of this process that a page of 2,000 words takes, where one in ten sentences is hard."""
    plain = "This chair is made of oak and comes in four colours that suit a kitchen as well as a garden."
    page: list[str] = []
    while sum(len(line.split()) for line in page) < 2_000:
        number = len(page)
        hard = sentences[number // 10 % len(sentences)].text
        page.append(f"{hard} ({number})" if number % 10 == 0 else f"{plain} ({number})")
    promises_in("\n".join(one.text for one in sentences))
    began = time.process_time()
    promises_in("\n".join(page))
    return (time.process_time() - began) * 1_000


def discovery() -> bool:
    """Print the figures of both halves; return whether the held-out one (else the seen one) is good enough."""
    good = True
    for name in ("seen", "held_out"):
        sentences = labelled(name)
        if not sentences:
            print(f"discovery: no {name.replace('_', '-')} half is there")
            continue
        promises = sum(one.promise for one in sentences)
        print(f"discovery, {name.replace('_', '-')} half: {len(sentences)} sentences, {promises} of them promises")
        scores = score(sentences)
        for language, one in sorted(scores.items(), key=lambda item: (item[0] == "all", item[0])):
            print(f"  {language:4} precision {one.precision:.2f}  recall {one.recall:.2f}")
        good = scores["all"].precision >= PRECISION and scores["all"].recall >= RECALL
        print(f"  a page of 2,000 words takes {speed(sentences):.0f} ms")
    return good
