"""What a thoughtful colleague would suggest: each rule is small, and silent where it cannot tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from email.utils import parseaddr
from typing import ClassVar

from upheld.improve.suggestions import Came, Hint, Rule, Walked
from upheld.language import N_, listed
from upheld.language import gettext as _
from upheld.promises.telling import duration
from upheld.report.measured import rider_of, steps_of, typed_again

__all__ = ["MONEY", "RULES", "SILENCE"]

MONEY = frozenset({"receipt", "invoice", "bill", "refund", "refund notice", "credit note"})
# Who has paid looks into her mailbox at once, and after some minutes doubts.
SILENCE = timedelta(minutes=10)

CONFIRMS = re.compile(r"confirmation|booking|ticket|reservation|registration|appointment", re.I)
REMINDS = re.compile(r"remind", re.I)
THANKS = re.compile(r"thank|farewell|goodbye|follow-up", re.I)
BILLS = re.compile(r"^(receipt|invoice|bill)$", re.I)
# What happens by itself is nothing to be put into a calendar.
NO_APPOINTMENT = re.compile(r"renew|expir|trial|pay|cancel|due|deadline|close|start of the (journey|sale|month)", re.I)
TIME_OF_DAY = re.compile(r"\b\d{1,2}([:.h]\d{2}| ?(am|pm|uhr|heures?)\b)", re.I)
TO_CALENDAR = re.compile(r"calend|kalender|agenda|\.ics\b", re.I)
TAX = re.compile(
    r"\b(vat|m\.?w\.?st|ust|umsatzsteuer|mehrwertsteuer|steuer|tva|btw|iva|moms|gst|hst|tax(es)?|tax-free|impuestos?)\b"
    r"|\b(value.added|reverse charge|kleinunternehmer)",
    re.I,
)
NO_REPLY = re.compile(
    r"no-?_?\.?reply|do-?not-?reply|nicht-?antworten|ne-?pas-?repondre|no-?responder|niet-?antwoorden", re.I
)
HELP = re.compile(
    r"contact|support|help|question|kontakt|fragen|hilfe|aide|contacter|ayuda|contacta|vragen|hulp|schreib|write to us",
    re.I,
)
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
PHONE = re.compile(r"\+\d[\d ()/-]{7,}\d")
CANCEL = re.compile(
    r"cancel|change (your|the|this) (booking|order)|manage (your|the) booking|reschedul|can.?t (come|make it)"
    r"|stornier|absag|absage|umbuch|ändern|verhindert|widerruf|annul|modifier|résili|empêché|cancelar|cambiar|anular"
    r"|annuleren|wijzigen|verzetten|afzeggen",
    re.I,
)
# Behind such a link there may well be a way to cancel.
OWN_PAGE = re.compile(
    r"\b(booking|order|reservation|registration|ticket|account)\b|buchung|bestellung|anmeldung|réservation|commande"
    r"|inscription|reserva|pedido|boeking|bestelling",
    re.I,
)
JOIN = re.compile(
    r"\bjoin|beitreten|teilnehmen|einwählen|rejoindre|participer|deelnemen|unirse|zoom|teams|meet\b|webinar", re.I
)
AROUND = re.compile(
    r"unsubscri|abmeld|abbestell|désabonn|désinscri|afmeld|uitschrijv|darse de baja|privacy|datenschutz|imprint"
    r"|impressum|terms|agb|preferences|view (it |this )?in (your )?browser",
    re.I,
)


def _appointment(walked: Walked, came: Came) -> str:
    """The name of what takes place after this was sent; "" where nothing does."""
    return next(
        (
            one.name
            for one in walked.appointments
            if one.site_began and one.site_began > came.site_at and not NO_APPOINTMENT.search(one.name)
        ),
        "",
    )


def _by_email(walked: Walked, kind: re.Pattern[str]) -> list[Came]:
    return [one for one in walked.came if one.arrival.channel == "email" and kind.search(one.kind)]


class NoSecondLine:
    """Money is taken, and what answers it comes by one way only."""

    name: ClassVar[str] = "single line of response"
    reason: ClassVar[str] = N_(
        "Who has paid and holds nothing doubts at once. A second way costs little and is always open."
    )
    rank: ClassVar[int] = 1

    def look(self, walked: Walked) -> Iterator[Hint]:
        """Look at what the map says of each touchpoint about money."""
        for view in walked.journey.promises:
            point = walked.point(view.promise.kind)
            about_money = view.promise.kind in MONEY or any(
                row.key == "amount" for row in view.promise.expectation.rows
            )
            if point is not None and not view.promise.silent and about_money and not point.second_line:
                said = _("There is no second way to the {what}: show it on a page as well.")
                seen = _("the map names no second line for the {kind}", kind=view.promise.kind)
                yield Hint(said, seen, view.promise.kind)


class LongSilence:
    """Nothing comes for long after she has paid."""

    name: ClassVar[str] = "silence after paying"
    reason: ClassVar[str] = N_("Who has paid and hears nothing doubts that it went through, and asks.")
    rank: ClassVar[int] = 2

    def look(self, walked: Walked) -> Iterator[Hint]:
        """Look when the first touchpoint after paying came; what is missing altogether is told elsewhere."""
        paying = walked.journey.moments.get("paying")
        owed = [view for view in walked.journey.promises if not view.promise.silent and view.judgement]
        if (
            paying is None
            or paying.site_ended is None
            or any(view.judgement.verdict.failed for view in owed if view.judgement)
        ):
            return
        # What answers a payment may come while she still looks at the page that takes it.
        began = paying.site_began or paying.site_ended
        after = [at for view in owed if view.judgement and (at := view.judgement.site_at) and at >= began]
        if after and (first := min(after) - paying.site_ended) > SILENCE:
            said = _(
                "After paying she hears nothing for {time}: say at once that it went through.", time=duration(first)
            )
            seen = _("{who} paid, and the first word came after {time}", who=walked.her, time=duration(first))
            yield Hint(said, seen)


class AskedTwice:
    """She has to type again what she has said already."""

    name: ClassVar[str] = "asked twice"
    reason: ClassVar[str] = N_("What she has said once is known; to ask again looks careless and costs her time.")
    rank: ClassVar[int] = 3

    def look(self, walked: Walked) -> Iterator[Hint]:
        """Look for a value that was typed more than once."""
        again = typed_again(steps_of(walked.journey))
        if again:
            labels = listed(_("“{words}”", words=one[0].strip().rstrip(":*").strip()) for one in again[:3])
            said = _("Ask for {fields} once, and fill it in where it is needed again.", fields=labels)
            seen = _(
                "{who} typed {fields} more than once, last at “{step}”",
                who=rider_of(walked.journey), fields=labels, step=again[0][2].text,
            )  # fmt: skip
            yield Hint(said, seen)


class NoCalendarEntry:
    """What she has booked has a date, and its confirmation no calendar entry."""

    name: ClassVar[str] = "no calendar entry"
    reason: ClassVar[str] = N_(
        "What is in her calendar is neither forgotten nor double-booked, and moves when you move it."
    )
    rank: ClassVar[int] = 4

    def look(self, walked: Walked) -> Iterator[Hint]:
        """Look at the confirmations of something that takes place at a time of day."""
        sent = [one for one in _by_email(walked, CONFIRMS) if one.letter is not None and _appointment(walked, one)]
        if any(self._has_entry(one) for one in walked.came):
            return
        for one in sent[:1]:
            if TIME_OF_DAY.search(one.text):
                said = _(
                    "Send a calendar entry with the {kind}, so that she has the day in her calendar.", kind=one.kind
                )
                yield Hint(said, _("{it} has no calendar entry and no link to one", it=one.told))

    @staticmethod
    def _has_entry(came: Came) -> bool:
        files = came.arrival.attachments
        return bool(
            (came.letter and came.letter.entries)
            or any(file.type == "text/calendar" or file.name.casefold().endswith(".ics") for file in files)
            or any(TO_CALENDAR.search(f"{link.words} {link.url}") for link in came.arrival.links)
        )


class NowhereToGo:
    """A reminder says that it is soon, and not where."""

    name: ClassVar[str] = "reminder without a place"
    reason: ClassVar[str] = N_(
        "On the day she reads the reminder and no other letter: it is what she finds the way with."
    )
    rank: ClassVar[int] = 5

    def look(self, walked: Walked) -> Iterator[Hint]:
        """Look at the reminders of something that takes place, for its place or a link to join."""
        places = [
            str(fact.value).casefold()
            for name, fact in walked.journey.facts.items()
            if re.search(r"\b(place|venue|address of|location)\b", name) and str(fact.value).strip()
        ]
        for one in walked.came:
            if not REMINDS.search(one.kind) or not _appointment(walked, one):
                continue
            text = " ".join(one.text.casefold().split())
            has_place = any(" ".join(place.split()) in text for place in places)
            has_link = any(JOIN.search(f"{link.words} {link.url}") for link in one.arrival.links)
            # Where nobody has said the place, any link may well lead to it.
            if not has_place and not has_link and (places or not _ways_on(one)):
                said = _("Say in the {kind} where it is, or give the link to join.", kind=one.kind)
                yield Hint(said, _("{it} names neither the place nor a link to join", it=one.told))
                return


class NoTaxDetails:
    """A receipt that no office takes."""

    name: ClassVar[str] = "receipt without tax details"
    reason: ClassVar[str] = N_("Who buys for a company needs the tax on paper, and writes to you for it.")
    rank: ClassVar[int] = 6

    def look(self, walked: Walked) -> Iterator[Hint]:
        """Look for the tax in the receipt and in what is attached to it."""
        bills = _by_email(walked, BILLS)
        # An attachment that cannot be read may well say it.
        if not bills or any(
            TAX.search(one.text) or any(not file.text for file in one.arrival.attachments) for one in bills
        ):
            return
        said = _("Say on the {kind} what the tax is, or that there is none.", kind=bills[0].kind)
        yield Hint(said, _("{it} says nothing of tax, and nor does what is attached", it=bills[0].told))


class NoWayToReply:
    """A letter that cannot be answered and names nobody to ask."""

    name: ClassVar[str] = "no way to reply"
    reason: ClassVar[str] = N_("Who has a question answers the letter she has before her. Let her.")
    rank: ClassVar[int] = 7

    def look(self, walked: Walked) -> Iterator[Hint]:
        """Look for letters from an address that takes no answer."""
        for one in walked.came:
            if one.arrival.channel != "email" or one.letter is None:
                continue
            answered = one.letter.header("reply-to") or one.letter.header("from") or one.arrival.sender
            if not NO_REPLY.search(parseaddr(answered)[1]):
                continue
            if not self._names_somebody(one):
                said = _("Let her answer your letters, or say in them whom she can ask.")
                seen = _("{it} comes from {sender} and names nobody to ask", it=one.told, sender=parseaddr(answered)[1])
                yield Hint(said, seen)
                return

    @staticmethod
    def _names_somebody(came: Came) -> bool:
        others = (at for found in ADDRESS.finditer(came.text) if (at := found[0].casefold()) not in came.arrival.to)
        links = (f"{link.words} {link.url}" for link in came.arrival.links)
        return bool(
            any(not NO_REPLY.search(at) for at in others)
            or PHONE.search(came.text)
            or any(HELP.search(link) or link.partition(" ")[2].startswith(("mailto:", "tel:")) for link in links)
        )


class NoWayToCancel:
    """A booking that she cannot give back or change."""

    name: ClassVar[str] = "no way to cancel"
    reason: ClassVar[str] = N_("Plans change. Who finds no way stays away, and the seat stays empty.")
    rank: ClassVar[int] = 8

    def look(self, walked: Walked) -> Iterator[Hint]:
        """Look in all she was sent of a booking for the words or a link."""
        booked = [one for one in _by_email(walked, CONFIRMS) if _appointment(walked, one)]
        links = [link for one in walked.came for link in one.arrival.links]
        every = " ".join((*(one.text for one in walked.came), *(f"{link.words} {link.url}" for link in links)))
        if booked and not CANCEL.search(every) and not any(OWN_PAGE.search(link.words) for link in links):
            said = _("Say in the {kind} how she can cancel or change what she has booked.", kind=booked[0].kind)
            yield Hint(said, _("{it} does not say how, and nothing else she was sent does", it=booked[0].told))


class NoTextPart:
    """A letter that is nothing but HTML."""

    name: ClassVar[str] = "no text part"
    reason: ClassVar[str] = N_(
        "Watches, screen readers and cautious mail programs show the text part; spam filters look for it."
    )
    rank: ClassVar[int] = 9

    def look(self, walked: Walked) -> Iterator[Hint]:
        """Look for HTML without text beside it."""
        bare = [
            one for one in walked.came if one.letter is not None and one.letter.html and not one.letter.text.strip()
        ]
        if bare:
            said = _("Send a text part with each letter.")
            yield Hint(said, _("{it} has no text part", it=bare[0].told))


class NoNextStep:
    """A thank-you after which nothing can be done."""

    name: ClassVar[str] = "thank-you without a next step"
    reason: ClassVar[str] = N_("Nobody is readier to come again than who has just been thanked. Show her where.")
    rank: ClassVar[int] = 10

    def look(self, walked: Walked) -> Iterator[Hint]:
        """Look for a link in what thanks her."""
        for one in _by_email(walked, THANKS):
            if not _ways_on(one):
                said = _(
                    "Give her a next step in the {kind}: what is on next, or where she can say how it was.",
                    kind=one.kind,
                )
                yield Hint(said, _("{it} has no link that leads on", it=one.told))
                return


def _ways_on(came: Came) -> bool:
    """True where a link leads to more than what stands under every letter."""
    return any(
        link.url.startswith(("http:", "https:")) and not AROUND.search(f"{link.words} {link.url}")
        for link in came.arrival.links
    )


RULES: tuple[Rule, ...] = (
    NoSecondLine(), LongSilence(), AskedTwice(), NoCalendarEntry(), NowhereToGo(), NoTaxDetails(), NoWayToReply(),
    NoWayToCancel(), NoTextPart(), NoNextStep(),
)  # fmt: skip
