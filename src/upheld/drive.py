"""Driving one journey: what a scenario knows and does while Playwright walks it, and what it writes in the ledger."""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from upheld.actor import Actor
from upheld.browser.allow import check
from upheld.cases import case_of, knowledge_of, write_date
from upheld.cast import Cast, Person
from upheld.clock import CLOCK_HEADER, Clock
from upheld.config import Settings
from upheld.errors import BrowserGone, CouldNotLook, FeatureError, SiteUnreachable, StepFailed, did_you_mean
from upheld.language import gettext as _
from upheld.ledger import CastView, JourneyView, Lease, Ledger, MomentView, NewEvent, PromiseView
from upheld.maps import FactRule
from upheld.noting import Notebook
from upheld.phones import Claims
from upheld.plan import Plan, journey_id, planned
from upheld.promises import Arrival, Promise
from upheld.promises.expectation import Knowledge, check_references
from upheld.promises.judge import Case
from upheld.promises.order import check_order
from upheld.promises.reading import Protagonist, StepText
from upheld.promises.recognise import Recognisers
from upheld.promises.window import JOURNEY_START, NOW, Edge, Moment
from upheld.reaching import Reaching, address_by
from upheld.travelling import SiteTime

if TYPE_CHECKING:
    import ssl

    import httpx
    from playwright.sync_api import BrowserContext, Page

    from upheld.browser import Evidence, Manner

__all__ = ["Journey"]

NewContext = Callable[..., "BrowserContext"]


class Journey:
    """A scenario as it is walked; the fixture `journey` gives it to a suite's own steps.

    `withdraws` says which moments make a kind of touchpoint pointless, and `reads` where on a page facts stand, both
    from the map. `fence` is the right to turn a clock that all share; without it only her own is turned.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        run: str,
        seed: int,
        attempt: int,
        worker: str,
        ledger: Ledger,
        settings: Settings,
        clock: Clock,
        recognisers: Recognisers,
        new_context: NewContext,
        withdraws: Mapping[str, Sequence[str]] | None = None,
        reads: Mapping[str, FactRule] | None = None,
        fence: Lease | None = None,
    ) -> None:
        self.plan, self.run, self.attempt = plan, run, attempt
        self.id = journey_id(run, plan.node, attempt)
        self.settings = settings
        # Text messages are told apart by their numbers; where none are caught, any number will do.
        claim = Claims(ledger, run, self.id).claim if settings.capture else None
        self.cast = Cast(seed=seed, node=plan.node, mail=settings.mail_domain, claim=claim)
        name = self.cast.token if clock.each else ""
        self.time = SiteTime(clock, ledger, settings, run, name=name, fence=fence)
        self.fields: list[Any] = []
        self.protagonist = Protagonist()
        self._ledger, self._new_context = ledger, new_context
        self._worker, self._withdraws = worker, withdraws or {}
        self.reaching = self._reaching = Reaching(self, ledger, recognisers)
        self._actors: dict[str, Actor] = {}
        self._told: dict[str, Person] = {}
        self.notes = Notebook(self, reads or {}, functools.partial(self._add, "fact"))
        self._moments: dict[str, MomentView] = {}
        self._acts: dict[str, tuple[MomentView, ...]] = {}
        self._events: list[NewEvent] = []
        self._step: tuple[int, datetime, float] = (0, datetime.now(UTC), 0.0)
        self._status = "passed"
        self._error = ""
        self._pictures: set[str] = set()
        self._made: dict[str, PromiseView] = {}
        self._began = datetime.now(UTC)
        self._letters: dict[str, Arrival] = {}

    # What steps ask for

    @property
    def evidence_folder(self) -> Path:
        """Where this attempt's pictures and traces are kept."""
        return self.settings.path / "evidence"

    def actor(self, who: str) -> Actor:
        """Return the one who is meant by a name, "she", or a role such as "the organiser"."""
        index = self._step[0]
        step = self.plan.steps[index] if index < len(self.plan.steps) else StepText(who)
        acting = self.protagonist.name
        name = self.protagonist.resolve(who, step)[-1]
        if acting and not step.text.startswith(who):
            self.protagonist.name = acting  # somebody else who plays a part in the step; "she" is still who acts
        self._meet(name)
        return self._actors.setdefault(name, Actor(self, name))

    def lives_in(self, who: str, place: str) -> None:
        """Make someone at home in a city or country, which sets her locale and time zone."""
        actor = self.actor(who)
        if actor.has_page:
            raise FeatureError(
                f"{actor.who} has opened a page already. Say where she lives before she opens anything.",
                file=self.plan.feature,
                line=self.plan.steps[self._step[0]].line,
            )
        self.cast.lives_in(actor.who, place)
        self._meet(actor.who)

    def url(self, where: str) -> str:
        """Return an address of the site as a whole one, and refuse a host that is not allowed."""
        whole = where if "://" in where else f"{self.settings.site.rstrip('/')}/{where.lstrip('/')}"
        check(whole, self.settings.allow_hosts)
        return whole

    @property
    def line(self) -> int:
        """Where the present step stands in its feature."""
        return self.plan.steps[self._step[0]].line

    @property
    def headers(self) -> dict[str, str]:
        """What every request to the site carries: by which clock it is walked, where each customer has one."""
        return {CLOCK_HEADER: self.time.name} if self.time.name else {}

    def request(self, method: str, where: str, **options: Any) -> httpx.Response:
        """Ask the site for something that sets the stage (an event, a voucher), as `httpx.request` does.

        Raises `StepFailed` where the site refuses, and `SiteUnreachable` where it does not answer at all.
        """
        import httpx

        url = self.url(where)
        try:
            headers = {**self.headers, **options.pop("headers", {})}
            options = {"timeout": 30.0, "trust_env": False, "verify": _certificates(), **options, "headers": headers}
            answer = httpx.request(method, url, **options)
        except httpx.TransportError as error:
            said = f"{method} {where} was broken off ({type(error).__name__}: {error})"
            if self.site_answers():
                raise StepFailed(f"{said}, though the site answers.") from error
            raise SiteUnreachable(f"{said}, and the site at {self.settings.site} does not answer.") from error
        if answer.is_error:
            raise StepFailed(f"{method} {where}: the site answered {answer.status_code}: {answer.text[:300]}")
        return answer

    @contextlib.contextmanager
    def looking(self, actor: Actor, what: str) -> Iterator[None]:
        """Turn Playwright's errors inside into ours, told as what this actor could not do."""
        from upheld.browser.trouble import trouble

        with trouble(f"{actor.who} {what}", page=actor.page, probe=self.site_answers, allow=self.settings.allow_hosts):
            yield

    def now(self) -> datetime:
        """Return the site's time, UTC."""
        return self.time.now()

    def note(self, name: str, value: str | int, kind: str = "text", *, where: str = "") -> None:
        """Take down a fact that the customer was shown or chose; `kind` is text, number, money or date.

        A date's value comes from `write_date`.
        """
        self.notes.take(name, value, kind, where=where)

    def note_date(self, name: str, when: datetime, zone: str) -> None:
        """Take down a date that the customer was shown, in its time zone."""
        self.note(name, write_date(when, zone), "date")

    def fact(self, name: str) -> str:
        """Return a fact as it was taken down; raises `KeyError` where nobody did."""
        return str(self.notes.facts[name].value)

    def knowledge(self, who: str, view: PromiseView | None = None) -> Knowledge:
        """Return what one of the cast knows by now: facts, moments, and what she can say of herself."""
        return knowledge_of(self._view(), who, view)

    def happens(self, name: str, when: datetime, zone: str) -> None:
        """Say when something takes place, such as "the event", for windows that are relative to it."""
        self._moment(name, when, when, zone)

    @contextlib.contextmanager
    def moment(self, name: str) -> Iterator[None]:
        """Mark what is done inside as a moment, such as "paying", for windows that are relative to it."""
        began, withdraws_for = self.now(), ""
        try:
            yield
            withdraws_for = self.protagonist.name
        finally:
            self._moment(name, began, self.now(), self._zone(), withdraws_for=withdraws_for)

    def withdraw(self, kind: str, why: str) -> None:
        """Take back what was promised of this kind: the customer or the site gave a reason why it is pointless."""
        for identity, promise in self._promises():
            if promise.kind == kind and not promise.silent:
                self._withdraw(identity, why)

    def _withdraw(self, identity: str, why: str) -> None:
        self._events.append(NewEvent("withdrawn", self.run, datetime.now(UTC), self.id, identity, data={"why": why}))

    def travel(self, to: Edge) -> None:
        """Turn the site's clock to this point; raises `ClockWouldNotTurn` where that cannot be."""
        moments = {**self.knowledge("").moments, NOW: Moment.at(NOW, self.now(), self._zone())}
        self.time.travel(self.plan.steps[self._step[0]], to, moments, self._ahead)

    def catch(self, arrival: Arrival, raw: bytes = b"") -> None:
        """Take down what she has fetched herself, such as a download, as something that reached her."""
        self._reaching.catch(arrival, raw)

    def record(self, kind: str, text: str, where: str = "") -> None:
        """Take down what somebody else keeps of her: `kind` is its channel, such as "payment record".

        `text` has a label on each line ("Amount: 120.00 EUR"); it is held against what she was told.
        """
        self._reaching.record(kind, text, where, self.cast[self.protagonist.name].email)

    def letter_of(self, who: str) -> Arrival | None:
        """Return what this person has received last, which is what her "it" means; None where that is nothing."""
        return self._letters.get(who)

    def make_promises(self) -> list[Arrival]:
        """Make the promises of the present step; where it says "receives", wait for them and return what came."""
        came = []
        every = [promise for _, promise in self._promises()]
        for identity, promise in self._promises(self._step[0]):
            actor = self.actor(promise.who)
            known = self.knowledge(promise.who)
            check_references(promise.expectation, known, file=promise.file)
            check_order(promise, every, known)
            made, since = self.now(), self._step[1] + self.time.offset
            address = address_by(promise.channel, actor.person.email, actor.person.phone)
            data = {"site_at": made.isoformat(), "site_since": since.isoformat(), "address": address}
            self._events.append(NewEvent("made", self.run, datetime.now(UTC), self.id, identity, data=data))
            self._made[identity] = PromiseView(identity, 0, promise, made, since, address, None, None, ())
            self._flush()
            if found := self._met(promise, actor, self._made[identity]):
                came.append(found)
                if promise.channel != "page":
                    self._letters[actor.who] = found
        return came

    # What the plugin calls

    def begin(self) -> None:
        """Write down that the journey begins, and read the site's clock."""
        if self.attempt > 1:
            before = journey_id(self.run, self.plan.node, self.attempt - 1)
            self._events.append(NewEvent("superseded", self.run, datetime.now(UTC), before, data={"by": self.id}))
        self._ledger.append(*planned(self.run, self.plan, self.attempt))
        self._began = datetime.now(UTC)
        self._add("journey_started", worker=self._worker, clock=self.time.name)
        self._flush()
        self.time.read()
        self._moment(JOURNEY_START, self.now(), self.now(), "UTC")

    def step_begins(self, index: int) -> None:
        """Take note of the step that begins."""
        self._step = (index, datetime.now(UTC), time.monotonic())
        self.fields = []
        self.protagonist.follow(self.plan.steps[index])

    def step_ends(self, keyword: str, error: BaseException | None = None) -> None:
        """Write down how the step went, with a picture where the screen has changed."""
        index, began, since = self._step
        for field in self.fields:
            if field.value and not field.secret:
                self.note(f"her {field.label.casefold()}", field.value)
        seconds = time.monotonic() - since
        status = "passed" if error is None else "unproven" if isinstance(error, CouldNotLook) else "failed"
        if error is not None:
            self._status, self._error = status, str(error) or type(error).__name__
        step, seen = self.plan.steps[index], self._seen_by_actors()
        if seen["who"] == self.protagonist.name:
            self.notes.take_from_page(seen["page_text"], where=seen["title"])
        self._add(
            "step",
            index=index,
            keyword=keyword,
            text=step.text,
            line=step.line,
            status=status,
            seconds=round(seconds, 3),
            began=began.isoformat(),
            ended=datetime.now(UTC).isoformat(),
            error=str(error) if error else "",
            fields=[field.to_json() for field in self.fields],
            **seen,
        )
        self._flush()

    def finish(self) -> None:
        """Write down how the journey went and keep its trace until the verdict."""
        walked = {"since": self._began.isoformat(), "until": datetime.now(UTC).isoformat()}
        self._add("covered", what=f"walk:{self.id}", **walked)
        traces = [trace for actor in self._actors.values() if actor.evidence and (trace := actor.evidence.keep_trace())]
        self._add("journey_finished", status=self._status, error=self._error, trace=traces[0] if traces else "")
        self._flush()

    def open_page(self, actor: Actor) -> tuple[Page, Evidence]:
        """Open a browser context for one of the cast."""
        from playwright.sync_api import Error

        from upheld.browser import Evidence, notice_crashes

        self._meet(actor.who)
        person, began = actor.person, time.monotonic()
        try:
            options = {**actor.browser_options, "extra_http_headers": self.headers}
            context = self._new_context(locale=person.locale, timezone_id=person.zone, **options)
            notice_crashes(context)
            evidence = Evidence(self.evidence_folder, self.id, allow=self.settings.allow_hosts, run=self.run)
            evidence.attach(context)
            page = context.new_page()
        except Error as error:
            why = {"who": actor.who, "why": str(error).splitlines()[0]}
            raise BrowserGone(_("{who} could not open a browser: {why}", **why)) from error
        # A browser that takes its time to start is ours, and no wait of the customer's.
        index, step_began, since = self._step
        self._step = (index, step_began, since + time.monotonic() - began)
        return page, evidence

    def manner(self, who: str) -> Manner:
        """Return how one of the cast goes about her acts."""
        from upheld.browser import Manner

        return Manner(
            who=who,
            limit=self.settings.step_limit.total_seconds(),
            allow=tuple(self.settings.allow_hosts),
            probe=self.site_answers,
        )

    def site_answers(self) -> bool:
        """Return whether the site gives any answer at all."""
        import httpx

        try:
            with httpx.stream("GET", self.settings.site, timeout=5.0, trust_env=False, verify=_certificates()):
                return True
        except httpx.TransportError:
            return False

    def stopped(self, error: BaseException) -> None:
        """Write down that the journey cannot be walked at all, such as for a step that nobody knows."""
        self._status = "unproven" if isinstance(error, CouldNotLook) else "failed"
        self._error = str(error)
        self.finish()

    # Within

    def _promises(self, index: int | None = None) -> list[tuple[str, Promise]]:
        """The promises of a step, or of the whole journey, with their ids."""
        numbered = [(step, promise) for step, promises in self.plan.promises for promise in promises]
        return [
            (f"{self.id}-p{ordinal}", promise)
            for ordinal, (step, promise) in enumerate(numbered, 1)
            if index is None or step == index
        ]

    def _meet(self, who: str) -> None:
        """Write down who she is, before anything is done in her name."""
        person = self.cast[who]
        if self._told.get(who) == person:
            return
        self._told[who] = person
        data = {
            "who": who,
            "name": person.name,
            "given": person.given,
            "family": person.family,
            "address": person.email,
            "locale": person.locale,
            "zone": person.zone,
            "details": _details(person),
        }
        self._events.append(NewEvent("cast", self.run, datetime.now(UTC), self.id, recipient=person.email, data=data))
        self._flush()

    def _zone(self) -> str:
        return self.cast[self.protagonist.name].zone if self.protagonist.name else "UTC"

    def _moment(
        self, name: str, began: datetime, ended: datetime, zone: str, *, withdraws_for: str | None = None
    ) -> None:
        """Write down a moment; what it makes pointless is withdrawn: hers who acted or, where nobody did, all."""
        self._moments[name] = seen = MomentView(name, began, ended, zone)
        if began != ended:
            self._acts[name] = (*self._acts.get(name, ()), seen)
        self._add("moment", name=name, site_began=began.isoformat(), site_ended=ended.isoformat(), zone=zone)
        for case in self._open():
            pointless = name in self._withdraws.get(case.promise.kind, ()) and not case.promise.silent
            hers = withdraws_for is None or case.promise.who == withdraws_for
            if pointless and hers and case.interval is not None and case.interval.closes > began:
                self._withdraw(case.id, _("after {moment} it is pointless", moment=name))

    def _open(self) -> list[Case]:
        """Return what was promised so far in this journey, as cases."""
        walked = self._view()
        return [case_of(walked, view, self.settings.tolerance) for view in self._made.values()]

    def _ahead(self) -> list[Case]:
        """Return what was promised so far, and what will be as far as its window is known: a clock stops for both."""
        now, walked, known = self.now(), self._view(), self._moments
        coming = [
            PromiseView(identity, 0, promise, now, now, "", None, None, ())
            for identity, promise in self._promises()
            if identity not in self._made and set(promise.window.moments) <= set(known)
        ]
        return [*self._open(), *(case_of(walked, view, self.settings.tolerance) for view in coming)]

    def _view(self) -> JourneyView:
        cast = tuple(
            CastView(one.who, one.name, one.given, one.family, one.email, one.locale, one.zone, _details(one))
            for one in self.cast
        )
        return JourneyView(
            id=self.id, node=self.plan.node, feature=self.plan.feature, title="", scenario="", line=0, tags=(),
            attempt=self.attempt, journey="", worker="", clock=self.time.name, status="", error="", trace="",
            superseded_by=None, cast=cast, steps=(), moments=self._moments,
            acts=self._acts, facts=self.notes.facts, promises=(), flaky=False,
        )  # fmt: skip

    def _met(self, promise: Promise, actor: Actor, view: PromiseView) -> Arrival | None:
        """Look on her page for what is promised there, or wait for what she "receives"; None where she goes on."""
        if promise.channel != "page" and not promise.waits:
            return None
        known = self.knowledge(promise.who, view)
        try:
            interval = promise.window.resolve(known.moments, self.settings.tolerance)
        except KeyError as missing:
            name = str(missing.args[0])
            said = f'no step of this journey says when "{name}" is.{did_you_mean(name, known.moments)}'
            raise FeatureError(said, file=promise.file, line=promise.line) from None
        if promise.channel != "page":
            return self._reaching.wait_for(promise, actor, interval, known)
        found = self._reaching.look_at_page(promise, actor, interval, known)
        return None if promise.silent else found

    def _seen_by_actors(self) -> dict[str, Any]:
        """What the evidence of this step is, from the one whose screen it is about."""
        about = [actor for actor in self._actors.values() if actor.has_page and actor.evidence]
        empty: dict[str, Any] = {"who": self.protagonist.name, "picture": "", "address": "", "title": "",
                                 "console": [], "failed_requests": [], "page_text": "", "ride": {}}  # fmt: skip
        found, acts = empty, list[dict[str, str]]()
        for actor in about:
            seen = actor.evidence.step(actor.page) if actor.evidence else None
            acts += [{"who": actor.who, **one} for one in seen.acts] if seen else []
            if seen is not None and (seen.picture not in self._pictures or actor.who == self.protagonist.name):
                self._pictures.add(seen.picture)
                kept = {key: value for key, value in seen.to_json().items() if key in empty}
                found = {**empty, **kept, "who": actor.who}
        return {**found, "acts": acts}

    def _add(self, event: str, /, **data: Any) -> None:
        self._events.append(NewEvent(event, self.run, datetime.now(UTC), self.id, data=data))

    def _flush(self) -> None:
        events, self._events = self._events, []
        self._ledger.append(*events)


@functools.cache
def _certificates() -> ssl.SSLContext:
    """Read once in a process: that takes 15 ms of work, also for a site that has none."""
    import httpx

    return httpx.create_ssl_context(trust_env=False)


def _details(person: Person) -> dict[str, str]:
    """What she can say of herself beyond her name."""
    return {
        **person.details,
        "company": person.company,
        "phone": person.phone,
        "street": person.street,
        "postcode": person.postcode,
        "city": person.city,
        "country": person.country,
    }
