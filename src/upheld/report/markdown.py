"""The run in a few lines of Markdown, for a pull request: may it go live, what is not upheld, what nobody can tell.

What a message or a page said is hostile here as well: it stands in the text letter by letter, so that nothing of it
becomes a link, a picture, a mention of somebody or markup (GitHub Flavored Markdown, and GitLab's).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote, urlsplit

from upheld.language import gettext as _
from upheld.language import listed, ngettext
from upheld.ledger import JourneyView, PromiseView, RunView
from upheld.maps import JourneyMap
from upheld.promises import Verdict
from upheld.report.headline import again, due, harm_of, stopped_at
from upheld.report.letters import masked
from upheld.report.model import alone, gate, journeys_of, makes_sense, name_of, names_of, verdict_of, why_of

__all__ = ["markdown_of", "plain", "web_address"]

MOST, FEW, LONGEST = 10, 4, 300
MARKS = {"no-go": "✕", "cannot tell": "?", "go": "✓"}
# What has a meaning anywhere in a line of Markdown, at its beginning only, or where it is shown (`:100:`, `:+1:`).
_MEANS = re.compile(r"[\\`*_\[\]#!|~$>]|^[-+=:]|(?<=^\d)[.)]|(?<=^\d\d)[.)]|:(?!\d\d:)(?=[\w+-]+:)")
# A backslash keeps none of these from being read as an address or as a name; a comment between the letters does.
_LINKS = re.compile(r"(?i)(@|://|www(?=\.)|mailto|xmpp|[#!](?=\d)|\b[0-9a-f]{4}(?=[0-9a-f]{3}))")


def markdown_of(run: RunView, maps: Mapping[str, JourneyMap], *, address: str = "") -> str:
    """Return the summary; `address` is where the whole report can be read, "" where it is nowhere yet."""
    journeys, found = journeys_of(run), gate(run)
    names = names_of(journeys)
    bad = [*_stopped(journeys, names, maps), *_not_upheld(journeys, maps), *_amiss(journeys, maps)]
    lost = [line for one in journeys for line in _cannot_tell(one, names[one.id])]
    still = [line for one in journeys for line in _open(one)]
    lines = [f"## {MARKS[found.word]} {plain(found.sentence)}"]
    lines += _section(_("Not upheld"), bad)
    lines += _section(_("Cannot tell: we could not look. That says nothing about the site."), lost)
    lines += _section(_("Not due yet"), still)
    if found.word == "no-go":
        first = next(one for one in journeys if makes_sense(one) == "no")
        lines += ["", f"{_('Walk only that journey again:')} {_code(again(run, first))}"]
    return "\n".join([*lines, "", _foot(run, journeys, address), ""])


def plain(text: str, longest: int = LONGEST) -> str:
    """Return text as one line that Markdown shows as it is written."""
    visible = "".join(" " if unicodedata.category(one) in ("Cc", "Cf", "Zl", "Zp") else one for one in text)
    words = " ".join(visible.split())
    words = words if len(words) <= longest else f"{words[:longest].rstrip()}…"
    return "".join(
        _escaped(part) if number % 2 == 0 else f"{_escaped(part[:1])}<!-- -->{_escaped(part[1:])}"
        for number, part in enumerate(_LINKS.split(words))
    )


def web_address(address: str) -> str:
    """Return an address as it may stand in a link, "" where it is none of the web."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    return quote(parts.geturl(), safe="/:?#@!$&*+,;=%~-._[]").replace("[", "%5B").replace("]", "%5D")


def _escaped(text: str) -> str:
    named = text.replace("&", "&amp;").replace("<", "&lt;")
    return _MEANS.sub(lambda one: "&gt;" if one.group() == ">" else f"\\{one.group()}", named)


def _code(text: str) -> str:
    """Text as it is typed; the fence is longer than any in it (CommonMark 0.31, 6.1)."""
    line = " ".join(text.split())
    fence = "`" * (max((len(one) for one in re.findall(r"`+", line)), default=0) + 1)
    return f"{fence} {line} {fence}" if "`" in line else f"{fence}{line}{fence}"


def _section(title: str, lines: Sequence[str]) -> list[str]:
    if not lines:
        return []
    more = len(lines) - MOST
    rest = [ngettext("- and one more", "- and {count} more", more)] if more > 0 else []
    return ["", f"**{title}**", "", *lines[:MOST], *rest]


def _stopped(
    journeys: Sequence[JourneyView], names: Mapping[str, str], maps: Mapping[str, JourneyMap]
) -> Iterator[str]:
    for journey in journeys:
        if journey.status == "failed":
            text, line, error = stopped_at(journey)
            told = _("It stopped at “{step}”: {error}", step=text, error=error) if text else error
            title, where = _named(journey, names[journey.id]), _code(f"{journey.feature}:{line}")
            yield _item("✕", title, plain(masked(told)), where, _owner(journey, maps))


def _not_upheld(journeys: Sequence[JourneyView], maps: Mapping[str, JourneyMap]) -> Iterator[str]:
    """What is not upheld; what became of the same promise to several people is told once."""
    alike: dict[tuple[Verdict, str, str, str], list[tuple[JourneyView, PromiseView]]] = defaultdict(list)
    for journey in journeys:
        for view in journey.promises:
            if verdict_of(view).failed:
                alike[verdict_of(view), view.promise.kind, view.promise.words, journey.journey].append((journey, view))
    for (verdict, kind, said, _map), found in alike.items():
        journey, view = found[0]
        people = list(dict.fromkeys(one.promise.who for _journey, one in found))
        who = listed(people) if len(people) <= FEW else _("{count} people", count=len(people))
        places = dict.fromkeys(f"{one.promise.file}:{one.promise.line}" for _journey, one in found if one.promise.file)
        where = ", ".join(_code(place) for place in [*places][:FEW])
        more = ngettext("The same happened once more.", "The same happened {count} times more.", len(found) - 1)
        # The map tells what a missing one costs; one that came twice, or against the promise, is not missing.
        missed = verdict in (Verdict.BROKEN, Verdict.LATE, Verdict.WRONG)
        harm = harm_of(view, journey, maps) if missed else ""
        yield _item(
            "✕",
            f"{_(str(verdict))}: {_('{what} to {who}', what=kind, who=who)}",
            plain(masked(why_of(view))) + (f" {plain(more)}" if len(found) > 1 else ""),
            " ".join(filter(None, (_("Promised:"), f"“{plain(said)}”" if said else "", where)))
            if said or where
            else "",
            f"{_('What it costs her:')} {plain(harm)}" if harm else "",
            _owner(journey, maps),
        )


def _amiss(journeys: Sequence[JourneyView], maps: Mapping[str, JourneyMap]) -> Iterator[str]:
    for journey in journeys:
        for found in alone(journey):
            title, where = f"{found.check}: {found.touchpoint}", _code(f"{journey.feature}:{journey.line}")
            yield _item("✕", title, plain(masked(found.said)), where, _owner(journey, maps))


def _owner(journey: JourneyView, maps: Mapping[str, JourneyMap]) -> str:
    known = maps.get(journey.journey)
    return f"{_('Who acts:')} {plain(known.owner)}" if known and known.owner else ""


def _named(journey: JourneyView, example: str) -> str:
    return f"“{name_of(journey)}”" + (f" ({example})" if example else "")


def _cannot_tell(journey: JourneyView, example: str) -> Iterator[str]:
    if journey.status not in ("passed", "failed"):
        text, _line, error = stopped_at(journey)
        told = f"“{text}”: {error}" if text else error or _("It was not walked.")
        yield _item("?", _named(journey, example), plain(masked(told)))
    elif journey.status == "passed":
        # What a failed step barred the way to is its consequence, and told with it.
        for view in journey.promises:
            if verdict_of(view) is Verdict.UNPROVEN:
                yield _item("?", _title(view), plain(masked(why_of(view))))


def _open(journey: JourneyView) -> Iterator[str]:
    for view in journey.promises:
        if verdict_of(view) is Verdict.OPEN:
            until = due(view, journey)
            yield _item("…", _title(view), plain(_("by {day}", day=until)) if until else "")


def _title(view: PromiseView) -> str:
    return _("{what} to {who}", what=view.promise.kind, who=view.promise.who)


def _item(mark: str, title: str, *told: str) -> str:
    return "  \n  ".join([f"- {plain(mark)} **{plain(title)}**", *(line for line in told if line)])


def _foot(run: RunView, journeys: Sequence[JourneyView], address: str) -> str:
    counted = Counter(verdict_of(view) for one in journeys for view in one.promises)
    verdicts = ", ".join(f"{counted[one]} {_(str(one))}" for one in Verdict if counted[one])
    walked = ngettext("One journey", "{count} journeys", len(journeys))
    link = web_address(address)
    report = [f"[{_('The whole report')}]({link})"] if link else []
    return " · ".join([*report, walked + (f": {verdicts}" if verdicts else ""), _("run {id}", id=_code(run.id))])
