"""The run in a few lines of Markdown, for a pull request: may it go live, what is not upheld, what nobody can tell.

What a message or a page said is hostile here as well: it stands in the text letter by letter, so that nothing of it
becomes a link, a picture, a mention of somebody or markup (GitHub Flavored Markdown, and GitLab's).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from urllib.parse import quote, urlsplit

from upheld.language import gettext as _
from upheld.language import listed, ngettext
from upheld.ledger import JourneyView, PromiseView, RunView
from upheld.maps import JourneyMap
from upheld.promises import Verdict
from upheld.report.harms import harm_of, harm_of_stop
from upheld.report.headline import again, due, earlier_in_words, stopped_at
from upheld.report.lede import who_looks_again
from upheld.report.letters import masked
from upheld.report.links import anchors_of, page_of, slugs_of
from upheld.report.model import alone, gate, journeys_of, makes_sense, name_of, names_of, verdict_of, why_of

__all__ = ["markdown_of", "plain", "web_address"]

MOST, FEW, LONGEST = 10, 4, 300
# Of a section, and of a command, in characters; what is longer is in the report.
ROOM, LONGEST_COMMAND = 12_000, 1_000
MARKS = {"no-go": "✕", "cannot tell": "?", "go": "✓"}
# What has a meaning anywhere in a line of Markdown, at its beginning only, or where it is shown (`:100:`, `:+1:`).
_MEANS = re.compile(r"[\\`*_\[\]#!|~$>]|^[-+=:]|(?<=^\d)[.)]|(?<=^\d\d)[.)]|:(?!\d\d:)(?=[\w+-]+:)")
# A backslash keeps none of these from being read as an address or as a name; a comment between the letters does.
_LINKS = re.compile(r"(?i)(@|://|www(?=\.)|mailto|xmpp|[#!](?=\d)|\b[0-9a-f]{4}(?=[0-9a-f]{3}))")


def markdown_of(
    run: RunView,
    maps: Mapping[str, JourneyMap],
    *,
    address: str = "",
    job: str = "",
    since: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return the summary, shorter than what a comment may hold (65,536 characters on GitHub).

    `address` is where the whole report can be read, "" where it is nowhere yet; `job` where it can be fetched from
    then. `since` says since when something is as it is, a sentence by the id of a promise or of a journey.
    """
    return _Summary(run, maps, address, since).text(job)


class _Summary:
    def __init__(self, run: RunView, maps: Mapping[str, JourneyMap], address: str, since: Mapping[str, str]) -> None:
        self._run, self._maps, self._since = run, maps, since
        self._address = web_address(address).rstrip("/")
        self._journeys = journeys_of(run)
        self._names, self._slugs = names_of(self._journeys), slugs_of(self._journeys)

    def text(self, job: str) -> str:
        """Return the whole of it."""
        journeys, found = self._journeys, gate(self._run)
        bad = [*self._stopped(), *self._not_upheld(), *self._amiss()]
        lost = [*(f"- ? {plain(one)}" for one in self._run.unread), *self._cannot_tell()]
        lines = [f"## {MARKS[found.word]} {plain(found.sentence)}"]
        lines += _section(_("Not upheld"), bad)
        if lost:
            acts = _labelled(_("Who acts:"), plain(who_looks_again()))
            lines += _section(_("Cannot tell: we could not look. That says nothing about the site."), lost, acts)
        lines += _section(_("Not due yet"), [*self._open()])
        lines += _section(_("Flaky: it passed, and not at the first attempt"), [*self._flaky()])
        if found.word == "no-go":
            first = next(one for one in journeys if makes_sense(one) == "no")
            if len(command := again(self._run, first)) <= LONGEST_COMMAND:
                lines += ["", _("Walk only that journey again: {command}", command=_code(command))]
        return "\n".join([*lines, "", self._foot(job), ""])

    def _stopped(self) -> Iterator[str]:
        for journey in self._journeys:
            if journey.status == "failed":
                text, line, error = stopped_at(journey)
                told = _("It stopped at “{step}”: {error}", step=text, error=error) if text else error
                yield self._item(
                    "✕",
                    self._named(journey),
                    self._page(journey, "stopped"),
                    plain(masked(told)),
                    _code(f"{journey.feature}:{line}"),
                    _costs(harm_of_stop(journey, self._maps)),
                    self._owner(journey),
                    self._told_since(journey.id),
                )

    def _not_upheld(self) -> Iterator[str]:
        """What is not upheld; what became of the same promise to several people is told once."""
        alike: dict[tuple[Verdict, str, str, str], list[tuple[JourneyView, PromiseView]]] = defaultdict(list)
        for journey in self._journeys:
            for view in journey.promises:
                if verdict_of(view).failed:
                    key = (verdict_of(view), view.promise.kind, view.promise.words, journey.journey)
                    alike[key].append((journey, view))
        for (verdict, kind, said, _map), found in alike.items():
            journey, view = found[0]
            people = list(dict.fromkeys(one.promise.who for _journey, one in found))
            who = listed(people) if len(people) <= FEW else _("{count} people", count=len(people))
            places = dict.fromkeys(f"{one.promise.file}:{one.promise.line}" for _j, one in found if one.promise.file)
            where = ", ".join(_code(place) for place in [*places][:FEW])
            more = ngettext("The same happened once more.", "The same happened {count} times more.", len(found) - 1)
            promised = " ".join(filter(None, (_quoted(said) if said else "", where)))
            yield self._item(
                "✕",
                _labelled(f"{_(str(verdict))}:", _("{what} to {who}", what=kind, who=who)),
                self._page(journey, anchors_of(journey)[view.id]),
                plain(masked(why_of(view))) + (f" {plain(more)}" if len(found) > 1 else ""),
                _labelled(_("Promised:"), promised),
                _costs(harm_of(view, journey, self._maps)),
                self._owner(journey),
                self._told_since(view.id),
            )

    def _amiss(self) -> Iterator[str]:
        for journey in self._journeys:
            for found in alone(journey):
                title = found.touchpoint
                if found.to:
                    title = _("{what} to {who}", what=found.kind or found.touchpoint, who=found.to)
                where = _code(f"{journey.feature}:{journey.line}")
                page = self._page(journey, "noticed")
                yield self._item("✕", title, page, plain(masked(found.said)), where, self._owner(journey))

    def _cannot_tell(self) -> Iterator[str]:
        for journey in self._journeys:
            if journey.status not in ("passed", "failed"):
                text, _line, error = stopped_at(journey)
                told = _("It stopped at “{step}”: {error}", step=text, error=error) if text else error
                page = self._page(journey, "stopped")
                yield self._item("?", self._named(journey), page, plain(masked(told or _("It was not walked."))))
            elif journey.status == "passed":
                # What a failed step barred the way to is its consequence, and told with it.
                for view in journey.promises:
                    if verdict_of(view) is Verdict.UNPROVEN:
                        page = self._page(journey, anchors_of(journey)[view.id])
                        yield self._item("?", _title(view), page, plain(masked(why_of(view))))

    def _open(self) -> Iterator[str]:
        for journey in self._journeys:
            for view in journey.promises:
                if verdict_of(view) is Verdict.OPEN:
                    until, page = due(view, journey), self._page(journey, anchors_of(journey)[view.id])
                    yield self._item("…", _title(view), page, plain(_("by {day}", day=until)) if until else "")

    def _flaky(self) -> Iterator[str]:
        for journey in self._journeys:
            if journey.flaky:
                said = [plain(masked(one)) for one in earlier_in_words(self._run, journey)][:FEW]
                yield self._item("~", self._named(journey), self._page(journey), *said)

    def _named(self, journey: JourneyView) -> str:
        example = self._names[journey.id]
        return _("“{words}”", words=name_of(journey)) + (f" ({example})" if example else "")

    def _page(self, journey: JourneyView, anchor: str = "") -> str:
        page = f"{self._address}/{page_of(self._slugs[journey.id])}"
        return (f"{page}#{anchor}" if anchor else page) if self._address else ""

    def _owner(self, journey: JourneyView) -> str:
        known = self._maps.get(journey.journey)
        return _labelled(_("Who acts:"), plain(known.owner) if known else "")

    def _told_since(self, id: str) -> str:
        return _labelled(_("Since when:"), plain(self._since.get(id, "")))

    def _item(self, mark: str, title: str, page: str, *told: str) -> str:
        named = f"[{plain(title)}]({page})" if page else plain(title)
        return "  \n  ".join([f"- {plain(mark)} **{named}**", *(line for line in told if line)])

    def _foot(self, job: str) -> str:
        counted = Counter(verdict_of(view) for one in self._journeys for view in one.promises)
        verdicts = ", ".join(f"{counted[one]} {_(str(one))}" for one in Verdict if counted[one])
        walked = ngettext("One journey", "{count} journeys", len(self._journeys))
        whole, kept = _("The whole report"), _("The job, which keeps the whole report")
        report = [f"[{whole}]({self._address}/)"] if self._address else []
        if not report and (fetched := web_address(job)):
            report = [f"[{kept}]({fetched})"]
        name = _("run {id}", id=_code(self._run.id))
        return " · ".join([*report, walked + (f": {verdicts}" if verdicts else ""), name])


def plain(text: str, longest: int = LONGEST) -> str:
    """Return text as one line that Markdown shows as it is written."""
    visible = "".join(" " if unicodedata.category(one) in ("Cc", "Cf", "Zl", "Zp") else one for one in text)
    words = " ".join(visible.split())
    most = 3 * longest
    while True:
        words = words if len(words) <= longest else f"{words[:longest].rstrip()}…"
        said = _letter_by_letter(words)
        # Of signs that mean something only, each becomes many; an honest sentence has few of them.
        if len(said) <= most:
            return said
        longest = longest * 2 // 3


def _letter_by_letter(words: str) -> str:
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
    line = line if len(line) <= LONGEST_COMMAND else f"{line[:LONGEST_COMMAND]}…"
    fence = "`" * (max((len(one) for one in re.findall(r"`+", line)), default=0) + 1)
    return f"{fence} {line} {fence}" if "`" in line else f"{fence}{line}{fence}"


def _section(title: str, lines: Sequence[str], behind: str = "") -> list[str]:
    if not lines:
        return []
    shown: list[str] = []
    for line in lines[:MOST]:
        if shown and sum(map(len, shown)) + len(line) > ROOM:
            break
        shown.append(line)
    more = len(lines) - len(shown)
    rest = [ngettext("- and one more", "- and {count} more", more)] if more else []
    return ["", f"**{title}**", "", *shown, *rest, *(["", behind] if behind else [])]


def _quoted(words: str) -> str:
    return _("“{words}”", words=plain(words))


def _costs(harm: str) -> str:
    return _labelled(_("What it costs her:"), plain(harm))


def _labelled(label: str, said: str) -> str:
    return f"{label} {said}" if said else ""


def _title(view: PromiseView) -> str:
    return _("{what} to {who}", what=view.promise.kind, who=view.promise.who)
