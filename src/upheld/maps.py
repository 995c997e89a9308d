"""A journey's map, `journeys/<name>/journey.toml`: what a feature should not say.

Its place in the promise system, who owns it, and for each touchpoint how it is recognised, its usual window, what its
absence costs the customer, and its second line of response.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from upheld.errors import ConfigError, FeatureError, did_you_mean
from upheld.promises.recognise import Recogniser, Recognisers, standard
from upheld.promises.window import Window, parse_window

__all__ = [
    "ByHand",
    "FactRule",
    "JourneyMap",
    "Recognise",
    "Touchpoint",
    "read_maps",
    "recognisers_of",
    "usual_of",
    "withdraws_of",
]

Stage = Literal["share", "package", "keep: welcome", "keep: deliver", "keep: keep faith", "keep: farewell", "improve"]


class Recognise(BaseModel):
    """How a touchpoint is recognised: regular expressions for its subject and for its headings."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    subject: tuple[str, ...] = ()
    heading: tuple[str, ...] = ()


class FactRule(BaseModel):
    """Where a fact stands: `page` is a regular expression for what a page says, whose first group is its value.

    `kind` is what that is. `labels` are words that it stands beside in what comes, besides those that are known.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    page: str = ""
    kind: Literal["text", "number", "money", "date"] = "text"
    labels: tuple[str, ...] = ()

    @field_validator("page")
    @classmethod
    def _is_pattern(cls, words: str) -> str:
        try:
            groups = re.compile(words).groups
        except re.error as error:
            raise ValueError(f'"{words}" is no regular expression: {error}') from None
        if words and not groups:
            raise ValueError(f'"{words}" has no group; put what is the value in brackets: "Order number: (\\S+)"')
        return words


class Touchpoint(BaseModel):
    """One touchpoint of a journey.

    `usual` is its window in words. `harm` says what its absence costs the customer, so that it could be read to her;
    `harms` what another verdict costs her, where that is something else: of what came wrong, late, twice ("repeated")
    or against the promise ("unwanted"). `second_line` is where she finds the same when it does not come.
    `withdrawn_by` are the moments that make it pointless ("cancelling"): what is promised of it and not yet due is
    withdrawn then. `sender` and `reply_to` are the addresses that it comes from and that an answer goes to;
    `marketing` is true where it must offer a way to leave. `filled` are the columns of its CSV that no row may leave
    empty.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    channel: str = "email"
    usual: str = ""
    harm: str = ""
    harms: dict[Literal["late", "wrong", "repeated", "unwanted"], str] = Field(default_factory=dict)
    second_line: str = ""
    withdrawn_by: tuple[str, ...] = ()
    recognise: Recognise | None = None
    sender: str = ""
    reply_to: str = ""
    marketing: bool = False
    filled: tuple[str, ...] = ()

    @field_validator("withdrawn_by", mode="before")
    @classmethod
    def _may_be_one(cls, words: object) -> object:
        return (words,) if isinstance(words, str) else words

    @field_validator("usual")
    @classmethod
    def _is_window(cls, words: str) -> str:
        if words:
            try:
                parse_window(words)
            except FeatureError as error:
                raise ValueError(str(error)) from None
        return words


class ByHand(BaseModel):
    """What the book tells whoever walks the journey by hand, besides what the feature and the last run tell.

    `needs` is what must be there first, a sentence each. `notes` are by words of a step: a test card's number, where
    the organiser signs in.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    needs: tuple[str, ...] = ()
    notes: dict[str, str] = Field(default_factory=dict)


class JourneyMap(BaseModel):
    """A journey's name, its stage in the promise system, its owner, and its touchpoints by kind.

    `harm` says what it costs the customer when she cannot go on, so that it could be read to her.
    `sender` and `reply_to` hold for every touchpoint that does not say its own. `does_something` are regular
    expressions for the words or addresses of links that change something when they are followed, `safe_to_follow` for
    those that only look as if they did. `fact` says where on a page facts are read, by their names. `by_hand` is for
    the book.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    stage: Stage
    owner: str = ""
    harm: str = ""
    touchpoint: dict[str, Touchpoint] = Field(default_factory=dict)
    sender: str = ""
    reply_to: str = ""
    does_something: tuple[str, ...] = ()
    safe_to_follow: tuple[str, ...] = ()
    fact: dict[str, FactRule] = Field(default_factory=dict)
    by_hand: ByHand = Field(default_factory=ByHand)


def read_maps(root: Path) -> dict[str, JourneyMap]:
    """Return the maps of a suite by the name of their folder. Raises `ConfigError` naming file and setting."""
    maps = {}
    for file in sorted((root / "journeys").glob("*/journey.toml")):
        where = str(file.relative_to(root))
        try:
            data = tomllib.loads(file.read_text("utf-8"))
            maps[file.parent.name] = found = JourneyMap.model_validate(data)
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{where} cannot be read: {error}") from None
        except ValidationError as error:
            raise ConfigError(_told(where, error)) from None
        for kind, point in found.touchpoint.items():
            if point.recognise is not None:
                Recogniser.from_map(kind, list(point.recognise.subject), list(point.recognise.heading), where=where)
    return maps


def _told(where: str, error: ValidationError) -> str:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        parts = (JourneyMap, Touchpoint, Recognise, FactRule, ByHand)
        known = [field for part in parts for field in part.model_fields]
        return f'{where}: nothing is called "{name}".{did_you_mean(str(first["loc"][-1]), known)}'
    return f"{where}: {name}: {first['msg'].removeprefix('Value error, ')}"


def recognisers_of(journey_map: JourneyMap | None) -> Recognisers:
    """Return the recognisers for a journey: the standard ones, and its map's own in their place."""
    if journey_map is None:
        return standard()
    return standard().with_own(
        *(
            Recogniser.from_map(kind, list(point.recognise.subject), list(point.recognise.heading))
            for kind, point in journey_map.touchpoint.items()
            if point.recognise is not None
        )
    )


def withdraws_of(journey_map: JourneyMap | None) -> dict[str, tuple[str, ...]]:
    """Return, for each kind of touchpoint, the moments that make it pointless."""
    points = journey_map.touchpoint if journey_map is not None else {}
    return {kind: point.withdrawn_by for kind, point in points.items() if point.withdrawn_by}


def usual_of(maps: Mapping[str, JourneyMap]) -> Callable[[str], Callable[[str], Window | None]]:
    """Return what gives the usual windows of a journey, by the map's name, for each kind of touchpoint."""

    def of_journey(name: str) -> Callable[[str], Window | None]:
        points: Mapping[str, Any] = maps[name].touchpoint if name in maps else {}
        return lambda kind: parse_window(points[kind].usual) if kind in points and points[kind].usual else None

    return of_journey
