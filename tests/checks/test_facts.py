"""What a touchpoint says is held against what she was told: always found where it differs, never where it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date, format_time
from babel.numbers import format_currency
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.checks.letters import NOW, ORDINARY, found, known, person, rows, touch
from upheld.checks import Finding, Known, Severity, Touch
from upheld.checks.facts import Contradiction, WrongWeekday
from upheld.ledger import FactView, StepView
from upheld.maps import FactRule, JourneyMap
from upheld.promises import Attachment, Promise
from upheld.promises.expectation import Knowledge
from upheld.promises.window import Moment, parse_window

LOCALES = ["en_GB", "en_US", "de_DE", "fr_FR", "nl_NL", "es_ES"]
BEFORE, AFTER = NOW - timedelta(minutes=5), NOW + timedelta(minutes=5)
EVENT = datetime(2026, 11, 25, 18, tzinfo=ZoneInfo("Europe/Berlin"))
TOTAL = {"en": "Amount paid", "de": "Gesamtbetrag", "fr": "Montant total", "nl": "Totaal", "es": "Importe total"}
WHEN = {"en": "When", "de": "Wann", "fr": "Quand", "nl": "Wanneer", "es": "Cuándo"}


def noted(name: str, value: str, kind: str = "text", at: datetime | None = BEFORE, **more: Any) -> FactView:
    return FactView(name, value, kind, more.pop("where", "Systems Day"), at, **more)


def day(when: datetime, zone: str = "Europe/Berlin") -> str:
    return f"{when.isoformat()}[{zone}]"


NAME = noted("the name of the event", "Systems Day")
PRICE = noted("the price", "120.00 EUR", "money")
DATE = noted("the date of the event", day(EVENT), "date")
PLACE = noted("the place of the event", "Town Hall")
NUMBER = noted("the order number", "4711", "number", who="Ada")
ALL = (NAME, PRICE, DATE, PLACE, NUMBER)
ABOUT = "Your seat at Systems Day is booked.\n"


def look(one: Touch, *facts: FactView, **more: Any) -> list[Finding]:
    return found(Contradiction(), one, known(noted=facts or ALL, **more))


def rules(one: Touch, *facts: FactView, **more: Any) -> list[tuple[str, str]]:
    return [(finding.rule, str(finding.severity)) for finding in look(one, *facts, **more)]


# Amounts


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(LOCALES),
    st.sampled_from(LOCALES),
    st.integers(1, 99_999_999),
    st.sampled_from(["EUR", "GBP", "USD"]),
)
def test_an_amount_is_the_same_in_the_dress_of_any_locale(locale: str, hers: str, cents: int, currency: str) -> None:
    amount = Decimal(cents) / 100
    shown = format_currency(amount, currency, locale=locale)
    fact = noted("the price", f"{amount} {currency}", "money")
    text = f"{ABOUT}{TOTAL[locale[:2]]}: {shown}"
    about = {"person": person(locale=hers)}
    assert rules(touch(text), NAME, fact, **about) == [], text
    # Another amount is found in whichever dress, and in her own it is read as what it is.
    other = noted("the price", f"{amount + 7 if cents % 3 else amount * 10} {currency}", "money")
    assert ("amount", "fail") in rules(touch(text), NAME, other, **about), (text, other)


def test_a_contradiction_names_both_places_and_both_values_and_marks_the_wrong_one() -> None:
    page = touch("Systems Day\nPrice\n€120.00", channel="page", subject="Systems Day")
    (finding,) = look(touch(html=rows(("For", "Systems Day"), ("Amount paid", "1.210,00 €"))), before=(page,))
    assert finding.said == "The receipt says €1,210.00 beside “Amount paid”; the page “Systems Day” said €120.00."
    assert [(one.where, one.value) for one in finding.places] == [
        ("the page “Systems Day”", "€120.00"),
        ("the receipt", "€1,210.00"),
    ]
    assert (finding.words, finding.rule, finding.severity) == ("1.210,00 €", "amount", Severity.FAIL)
    (finding,) = look(touch(ABOUT + "Total (EUR): 210.00"), NAME, replace(PRICE, where=""))
    assert finding.said == "The receipt says €210.00 beside “Total (EUR)”; the price is €120.00."
    assert (finding.words, finding.places[0].where) == ("210.00", "the price")


@pytest.mark.parametrize(
    "text",
    [
        "Amount paid: 210.00 EUR",
        "Total (EUR): 210.00",
        "Total (incl. VAT): EUR 210.00",
        "Total\n€210.00",
        "Amount paid 210,00 €",
        "Gesamtbetrag: 210,00 €",
        "Montant total : 210,00 €",
        "Totaal: € 210,-",
        "Importe total: 210 €",
        "**Total:** €210.00",
        "| Total | €210.00 |",
        "Total: 210.00",
        "Total: £120.00",
        "Net: 176.47 EUR\nVAT 19 %: 33.53 EUR\nTotal: 210.00 EUR",
        "Total: 240.00 EUR",
    ],
)
def test_another_amount_beside_such_a_label_is_found(text: str) -> None:
    assert rules(touch(ABOUT + text)) == [("amount", "fail")]


@pytest.mark.parametrize(
    "text",
    [
        "Net: 100.84 EUR\nVAT 19 %: 19.16 EUR\nTotal: 120.00 EUR",
        "Total: 1 × 120,00 €\nShipping: 4,90 €\nTotal: 124,90 €",
        "2 × Systems Day\nTotal: 240.00 EUR",
        "Your two seats are booked.\nTotal: 240.00 EUR",
        "Total excl. VAT: 100.84 EUR",
        "Subtotal: 100.84 EUR",
        "Total VAT: 19.16 EUR",
        "Amount due: 0.00 EUR",
        "Total: 2 seats",
        "Amount refunded: 100.00 EUR",
        "Our other events cost from 45.00 EUR. Total fun!",
        "Total\nVAT\nNet",
        "Deposit: 30.00 EUR",
        "Total EUR 120",
    ],
)
def test_other_amounts_are_no_contradiction(text: str) -> None:
    assert rules(touch(ABOUT + text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Payment 1 of 3\nAmount: €40.00",
        "Anzahlung 25 %\nZu zahlen: 30,00 €",
        "Deposit\nAmount paid: €30.00",
        "Acompte\nMontant : 30,00 €",
        "Refund\nAmount: €60.00",
        "Paid by gift card: €50\nPaid by card: €70",
        "From her account: €50\nPaid by card: €70",
        "Total €142.80 (incl. 19% VAT)",
        "Total: 144.00 EUR\nVAT included",
        "Annual plan\nAmount paid: €1,440.00",
    ],
)
def test_a_part_of_the_price_and_one_with_something_added_is_no_sure_thing(text: str) -> None:
    assert rules(touch(ABOUT + text)) in ([], [("amount", "warn")])


def test_terms_at_the_end_make_a_wrong_amount_no_better() -> None:
    terms = "Refund policy\nYou may ask for a refund until the day before the event."
    text = f"Amount paid: 210.00 EUR\nVAT 19 %\nThank you for being with us.\n{terms}"
    assert rules(touch(ABOUT + text)) == [("amount", "fail")]


def test_she_may_have_chosen_several() -> None:
    assert rules(touch(ABOUT + "Total: 240.00 EUR"), *ALL, noted("her places", "2", who="Ada")) == []
    assert rules(touch(ABOUT + "Total: 240.00 EUR"), *ALL, noted("her places", "3", who="Ada")) == [("amount", "fail")]


def test_two_amounts_that_differ_from_each_other_as_well_are_no_sure_thing() -> None:
    assert rules(touch(ABOUT + "Total: 210.00 EUR\nAmount paid: 30.00 EUR")) == [("amount", "warn")]


def test_what_may_be_about_something_else_only_warns_and_what_is_is_left_alone() -> None:
    other, answers = touch("Total: 19.00 EUR"), Promise("Ada", "receipt", "email", parse_window("within 1 minute"))
    assert rules(other) == []  # another purchase: it does not name the event
    assert rules(replace(other, promise=answers)) == [("amount", "warn")]
    assert rules(touch("Total: 19.00 EUR\nOrder number: 4711")) == [("amount", "fail")]
    # Where no step noted what it is called, only a promise tells.
    assert rules(other, PRICE) == [("amount", "warn")]
    assert rules(replace(other, promise=answers), PRICE) == [("amount", "fail")]


def test_facts_that_came_later_or_are_somebody_elses_do_not_count() -> None:
    late = replace(PRICE, at=AFTER)
    assert rules(touch(ABOUT + "Total: 210.00 EUR"), NAME, late) == []
    assert rules(touch(ABOUT + "Total: 210.00 EUR"), NAME, replace(PRICE, who="Ben")) == []
    # What was on the page that she stood before is known from when that page came.
    step = StepView(1, "When", "she pays", 3, "passed", 1.0, BEFORE, AFTER, "Ada", "", "/orders/1", "", (), (), (), "")
    again = replace(step, index=2, began=AFTER, ended=AFTER + timedelta(seconds=9))
    seen = replace(PRICE, at=AFTER + timedelta(seconds=1))
    assert rules(touch(ABOUT + "Total: 210.00 EUR"), NAME, seen, steps=(step, again)) == [("amount", "fail")]
    elsewhere = replace(again, address="/account")
    assert rules(touch(ABOUT + "Total: 210.00 EUR"), NAME, seen, steps=(step, elsewhere)) == []


def test_the_last_word_is_the_fact_and_what_was_on_its_way_is_forgiven() -> None:
    cheaper = replace(PRICE, value="90.00 EUR", at=NOW - timedelta(seconds=30))
    assert rules(touch(ABOUT + "Total: 120.00 EUR"), NAME, PRICE, cheaper) == [("amount", "fail")]
    assert rules(touch(ABOUT + "Total: 90.00 EUR"), NAME, PRICE, cheaper) == []
    just_now = replace(cheaper, at=NOW - timedelta(seconds=1))
    assert rules(touch(ABOUT + "Total: 120.00 EUR"), NAME, PRICE, just_now) == []


@pytest.mark.parametrize("channel", ["page", "text message", "payment record"])
def test_every_channel_is_looked_at(channel: str) -> None:
    assert channel in Contradiction.channels
    one = touch(ABOUT + "Amount: 210.00 EUR", channel=channel, subject="Record")
    assert rules(one) == [("amount", "fail")]


def test_files_are_looked_at_each_by_itself() -> None:
    pdf = Attachment("r.pdf", "application/pdf", 9, ABOUT + "Amount paid 210.00 EUR")
    head = "Email,Order number,Total\n"
    table = Attachment(
        "list.csv", "text/csv", 9, head + "ada.k3j2@journeys.test,4711,210.00 EUR\nb@x.test,4712,9.00 EUR"
    )
    right = ABOUT + "Amount paid: 120.00 EUR"
    (finding,) = look(touch(right, attachments=(pdf,)))
    assert (finding.said.partition(" says")[0], finding.part) == ("The receipt’s PDF", "PDF")
    assert [one.part for one in look(touch(right, attachments=(table,)))] == ["CSV"]
    others = replace(table, text=head + "b@x.test,4712,9.00 EUR")
    assert look(touch(right, attachments=(others,))) == []
    download = replace(touch("", channel="download", subject="r.pdf", attachments=(pdf,)), kind="invoice")
    assert [one.rule for one in look(download)] == ["amount"]


def test_a_suites_own_labels_count() -> None:
    own = JourneyMap(name="x", stage="keep: deliver", fact={"the price": FactRule(labels=("Your fee",))})
    assert rules(touch(ABOUT + "Your fee: 99.00 EUR"), map=own) == [("amount", "fail")]
    assert rules(touch(ABOUT + "Your fee: 99.00 EUR")) == []


# Days and times

DAYS = st.dates(date(2026, 11, 24), date(2027, 8, 1))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(LOCALES), st.sampled_from(["full", "long"]), DAYS, st.integers(0, 23))
def test_a_day_is_the_same_in_the_dress_of_any_locale(locale: str, width: str, when: date, hour: int) -> None:
    zone = ZoneInfo("Europe/Berlin")
    start = datetime.combine(when, time(hour, 30), zone)
    clock = format_time(start, "short", tzinfo=zone, locale=locale)
    text = f"{ABOUT}{WHEN[locale[:2]]}: {format_date(when, width, locale=locale)}, {clock}"
    at_home = {"person": person(locale=locale, zone="Europe/Berlin")}
    assert rules(touch(text), NAME, noted("the date of the event", day(start), "date"), **at_home) == [], text
    assert found(WrongWeekday(), touch(text), known(**at_home)) == []
    moved = noted("the date of the event", day(start + timedelta(days=9)), "date")
    assert ("date", "fail") in rules(touch(text), NAME, moved, **at_home), text
    later = noted("the date of the event", day(start.replace(hour=(hour + 5) % 24)), "date")
    if start.replace(hour=(hour + 5) % 24) > NOW:
        assert rules(touch(text, kind="reminder"), NAME, later, **at_home) == [("time", "fail")], text


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("When: Thursday 26 November 2026, 18:00", "date"),
        ("Date: 26 November 2026", "date"),
        ("Wann: 26.11.2026", "date"),
        ("Termin: 26. November, 18 Uhr", "date"),
        ("Date\n26 November 2026", "date"),
        ("When: 25 November 2026, 19:00", "time"),
        ("Date: 25 November 2026\nTime: 19:00", "time"),
        ("Uhrzeit: 19 Uhr", "time"),
        ("Time: 17:00 (Europe/Berlin)", "time"),
        ("Heure : 19 h 30", "time"),
    ],
)
def test_another_day_or_hour_beside_such_a_label_is_found(text: str, rule: str) -> None:
    assert rules(touch(ABOUT + text, kind="confirmation")) == [(rule, "fail")]


@pytest.mark.parametrize(
    "text",
    [
        "When: Wednesday 25 November 2026, 18:00",
        "Booked on 22 November 2026. Please pay until 30 November 2026.",
        "Date: 22 November 2026",
        "When: 25–27 November 2026",
        "When: 24–26 November 2026",
        "When: 24 November 2026 – 26 November 2026",
        "When: 25/11/2026",
        "When: 11/25/2026",
        "When: 1 December 2026\nSystems Night\nWhen: 8 December 2026",
        "Date of invoice: 23 November 2026",
        "When: tomorrow",
        "Date: 30 November 2026\nfirst of all, your Systems Day is on 25 November.",
        "Time: 18:00",
        "Time: 17:00",  # by her own clock
        "Time: 18:00 CET (Europe/Berlin)",
        "Time: 19:00 EET",
        "Uhrzeit: 18–20 Uhr",
        "Time: 9 minutes",
        "Doors: 17:30",
        "Date\nTime\nVenue",
        "When\nWhere\nWho",
    ],
)
def test_other_days_and_hours_are_no_contradiction(text: str) -> None:
    assert rules(touch(ABOUT + text, kind="confirmation")) == []


@pytest.mark.parametrize(
    "text",
    [
        "You may also like\nWinter Retreat\nWhen: 3 December 2026",
        "New date: 30 November 2026\nWhen: 30 November 2026",
        "When: Payment is due by 10 November 2026",
        "What else is on" + 9 * "\nand on" + "\nWinter Retreat\nWhen: 3 December 2026",
        "Time: 12:00 New York time",
        "Start: 9am Pacific",
        "Start time: Registration 17:00",
        "Beginn: Einlass ab 17:30",
        "Time: from 17:30, doors",
    ],
)
def test_days_and_hours_that_may_be_of_something_else_are_no_sure_thing(text: str) -> None:
    assert all(how == "warn" for _, how in rules(touch(ABOUT + text, kind="confirmation")))


def test_the_day_of_a_delivery_is_not_that_of_the_event() -> None:
    assert rules(touch(ABOUT + "Termin: 10.12.2026", kind="delivery notice")) == [("date", "warn")]
    # What a label was of before, it is of again, though nothing else near it names the event.
    page = touch("Systems Day\nWhen: 25 November 2026", channel="page", subject="Systems Day")
    far = ABOUT + 12 * "A word of welcome.\n" + "When: 26 November 2026"
    assert rules(touch(far, kind="confirmation")) == [("date", "warn")]
    assert rules(touch(far, kind="confirmation"), before=(page,)) == [("date", "fail")]


def test_a_receipt_says_when_it_was_written() -> None:
    text = ABOUT + "Date: 12 November 2026\nTime: 07:12"
    assert rules(touch(text, kind="receipt")) == []
    assert rules(touch(text, kind="reminder")) == [("date", "fail"), ("time", "fail")]
    paying = Moment.at("paying", datetime(2026, 11, 12, 9, tzinfo=UTC))
    knows = Knowledge(moments={"paying": paying})
    assert ("date", "fail") not in rules(touch(text, kind="reminder"), knowledge=knows)


def test_an_event_that_moved_is_on_its_new_day_and_one_that_is_over_is_no_longer_told() -> None:
    new = noted("the new date of the event", day(EVENT + timedelta(days=5)), "date", NOW - timedelta(minutes=1))
    old = noted("the old date of the event", day(EVENT), "date", NOW - timedelta(minutes=1))
    assert rules(touch(ABOUT + "When: 30 November 2026"), *ALL, old, new) == []
    assert rules(touch(ABOUT + "When: 25 November 2026"), *ALL, old, new) == [("date", "fail")]
    assert rules(touch(ABOUT + "When: 30 November 2026\nIt was to be on 25 November 2026"), *ALL, old, new) == []
    after = replace(touch(ABOUT + "When: 12 January 2027"), site_at=EVENT + timedelta(days=1))
    assert rules(after) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Tuesday 25 November 2026", [("weekday", "fail")]),
        ("on Tuesday, 25 November", [("weekday", "fail")]),  # the day that is known
        ("on Tuesday, 2 December", [("weekday", "warn")]),
        ("Di., 25. November 2026", [("weekday", "fail")]),
        ("mardi 25 novembre 2026", [("weekday", "fail")]),
        ("25 November 2026 (Tuesday)", [("weekday", "fail")]),
        ("Wednesday 25 November 2026", []),
        ("Mi., 25. November 2026", []),
        ("mercredi 25 novembre 2026", []),
        ("Monday to Friday, 25 November 2026", []),
        ("Tuesday and Wednesday 25 November", []),
        ("25 November 2026. Tuesday is our day off.", []),
        ("Tuesday 03/04/2026", []),
        ("See you on Friday 1 January", []),  # of the year to come
    ],
)
def test_a_weekday_fits_its_date(text: str, wrong: list[tuple[str, str]]) -> None:
    one = touch(f"Systems Day is {text}")
    for locale in ("de-DE", "fr-FR"):
        about = known(noted=ALL, person=person(locale=locale))
        assert [(it.rule, str(it.severity)) for it in found(WrongWeekday(), one, about)] == wrong


# Numbers, places, names


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Order number: 4712", [("order number", "fail")]),
        ("Order number\n4712", [("order number", "fail")]),
        ("Bestellnummer: 4712", [("order number", "fail")]),
        ("N° de commande : 4712", [("order number", "fail")]),
        ("Order number: #4711", []),
        ("Order number: UP-4711", []),
        ("Order number: 4712\nReplaces order 4711", []),
        ("Invoice number: 99", []),
        ("Order number: 4712\nOrder number: 4713", []),
        ("Order number: see above", []),
    ],
)
def test_an_order_number_is_hers(text: str, wrong: list[tuple[str, str]]) -> None:
    assert rules(touch(ABOUT + text)) == wrong


def test_a_right_subject_makes_the_message_no_better() -> None:
    one = touch(ABOUT + "Order number: 4712\nTotal: 210.00 EUR", subject="Your receipt for order 4711 of 120.00 EUR")
    assert sorted(rules(one)) == [("amount", "fail"), ("order number", "fail")]


def test_who_has_two_orders_may_be_told_of_either_and_of_what_a_page_has_shown() -> None:
    other = replace(NUMBER, value="4712")
    assert rules(touch(ABOUT + "Order number: 4713"), NAME, NUMBER, other) == []
    page = touch("Order number\n4712", channel="page", subject="Your second order")
    assert rules(touch(ABOUT + "Order number: 4712"), NAME, NUMBER, before=(page,)) == []
    assert rules(touch(ABOUT + "Order number: 4712"), NAME, replace(NUMBER, who="Ben")) == []


def test_any_number_that_was_noted_has_its_own_words_for_a_label() -> None:
    member = noted("the member number", "M-1042")
    assert rules(touch("Member number: M-1043"), member) == [("member number", "fail")]
    assert rules(touch("Member number: M-1042"), member) == []
    assert rules(touch("Email: help@shop.example\nPhone: 0800 1"), noted("her email", "a1@b.test"), member) == []


def test_a_place_has_many_names_and_only_its_label_tells() -> None:
    page = touch("Systems Day\nVenue\nTown Hall", channel="page", subject="Systems Day")
    wrong = touch(ABOUT + "Venue: Harbour Club")
    assert rules(wrong, before=(page,)) == [("place", "fail")]
    assert rules(wrong) == [("place", "warn")]
    for right in (
        "Venue: Town Hall, Main Street 1",
        "Venue: the Town Hall",
        "Venue: https://meet.example/1",
        "Ort: Köln",
    ):
        at_home = {"person": person(city="Köln")}
        assert rules(touch(ABOUT + right), before=(page,), **at_home) == []
    assert rules(touch("Another evening\nVenue: Harbour Club"), before=(page,)) == []


def test_a_name_beside_its_label_is_hers() -> None:
    earlier = touch(ABOUT + "Name: Ada Lovelace")
    wrong = touch(ABOUT + "Name: Max Mustermann")
    assert rules(wrong, before=(earlier,)) == [("name", "fail")]
    assert rules(wrong) == [("name", "warn")]
    for right in ("Name: A. Lovelace", "Name: Dr. Ada Lovelace", "Name: Systems Day", "Name\nEmail", "Name: 4711"):
        assert rules(touch(ABOUT + right), before=(earlier,)) == []


def test_ordinary_mail_of_other_makes_says_nothing_wrong() -> None:
    facts = (*ALL, replace(PRICE, value="120.00 GBP"))
    for locale, mail in ORDINARY:
        about = {"person": person(locale=locale)}
        assert found(WrongWeekday(), mail, known(noted=facts, **about)) == []
        assert [one.said for one in look(mail, *facts, **about) if one.severity is Severity.FAIL] == []


def test_nothing_is_known_and_nothing_is_found() -> None:
    text = "Total: 210.00 EUR\nWhen: 1 May 2027\nOrder number: 1\nName: Max Mustermann\nTime: 12:00\nVenue: X"
    assert [one for one in Contradiction().look(touch(text), Known(person())) if one.severity is None] == []
