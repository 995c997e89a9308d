"""Greeted by her own name, and nobody else's data: both ways, in several languages."""

from __future__ import annotations

import pytest

from tests.checks.letters import ORDINARY, failing, found, known, page, person, touch
from upheld.checks import Severity, Touch
from upheld.checks.person import Greeting, OtherPerson
from upheld.ledger import FactView
from upheld.promises import Attachment, Link

BEN = person("Ben", "Ångström")
CLEO = person("Cleo", "Mude", token="zz99", phone="+49 89 99998362")
ORGANISER = person("the organiser", "Clark", token="oo11")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Hi Ben,", "The receipt greets Ada as “Ben”, which is Ben Ångström’s name."),
        ("Hello Ben Ångström, your seat", "The receipt greets Ada as “Ben Ångström”, which is Ben Ångström’s name."),
        ("Sehr geehrter Herr Angstrom,", "The receipt greets Ada as “Herr Angstrom”, which is Ben Ångström’s name."),
        ("Bonjour Cleo,", "The receipt greets Ada as “Cleo”, another customer’s name."),
        ("Hola Carlos,", "The receipt greets Ada as “Carlos”, which is not her name."),
        ("Dear John Smith,", "The receipt greets Ada as “John Smith”, which is not her name."),
        ("Beste Pieter,", "The receipt greets Ada as “Pieter”, which is not her name."),
        ("Cher Frédéric,", "The receipt greets Ada as “Frédéric”, which is not her name."),
    ],
)
def test_greeted_by_somebody_elses_name(line: str, said: str) -> None:
    knows = known(others=(BEN,), strangers=(CLEO,))
    assert failing(Greeting(), touch(f"{line}\nyour seat is booked."), knows) == [said]
    assert failing(Greeting(), touch(html=page("Receipt", line)), knows) == [said]


@pytest.mark.parametrize(
    "line",
    [
        "Hi Ada,", "HELLO ADA!", "Dear Ms Lovelace,", "Dear Ada Lovelace", "Sehr geehrte Frau Dr. Lovelace,",
        "Hi Àda,", "Hi there,", "Dear customer,", "Hello everyone,", "Hello World!", "Dear Guest,", "Hallo zusammen,",
        "Sehr geehrte Damen und Herren,", "Madame, Monsieur,", "Bonjour,", "Hola amigos,", "Beste klant,",
        "Dear Sir or Madam,", "Hello Summer!", "Hi Explorer,", "Hi Fox and Sons,", "Hi Countess,", "Liebe Kundin,",
        "Hello Berlin,", "Hi ada.k3j2,", "Welcome to Systems Day", "Dear Team Lead,", "Hello again!",
        "Hi, Ben told you about this.", "Dear Customer Service Team,",
    ],
)  # fmt: skip
def test_her_own_name_or_nobodys(line: str) -> None:
    her = person(company="Fox and Sons", nickname="Countess")
    assert not found(Greeting(), touch(f"{line}\nyour seat is booked."), known(person=her, others=(BEN,)))


def test_an_unknown_lady_is_told_and_whoever_was_written_to_or_entered_is_not_held_against_it() -> None:
    unknown = found(Greeting(), touch("Dear Ms Smith,"))
    assert [one.severity for one in unknown] == [Severity.WARN]
    copy = touch("Hi Ben,", header_to=(BEN.address,))
    assert not found(Greeting(), copy, known(others=(BEN,)))
    entered = FactView("the delegate", "Ben Ångström", "text", "the page")
    assert [one.severity for one in found(Greeting(), touch("Hi Ben,"), known(others=(BEN,), noted=(entered,)))] == [
        "warn"
    ]


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (touch("Sent to cleo.zz99@journeys.test."), "The receipt shows Ada the address of another customer"),
        (touch("Call Cleo: +49 89 99998362"), "The receipt shows Ada the phone number of another customer"),
        (
            touch(links=[Link("Leave", "https://tickets.example/leave?who=Cleo.zz99%40journeys.test")]),
            "A link in the receipt shows Ada the address of another customer",
        ),
        (
            touch(attachments=(Attachment("r.pdf", "application/pdf", 9, "For cleo.zz99@journeys.test"),)),
            "r.pdf, which came with the receipt, shows Ada the address of another customer",
        ),
        (touch("cleo.zz99@journeys.test", subject="Me", channel="page"), "The page “Me” shows Ada the address"),
    ],
)
def test_another_customers_data_is_found(one: Touch, said: str) -> None:
    assert [words[: len(said)] for words in failing(OtherPerson(), one, known(strangers=(CLEO,)))] == [said]


def test_her_own_cast_and_those_who_run_the_site_are_no_strangers() -> None:
    one = touch(f"Booked for {BEN.address} and ada.k3j2@journeys.test, by {ORGANISER.address}, +44 20 7946 0000")
    assert not found(OtherPerson(), one, known(others=(BEN,), strangers=(CLEO, ORGANISER)))
    every = touch(f"Attendees: {CLEO.address}", channel="page")
    assert not found(OtherPerson(), every, known(person=ORGANISER, strangers=(CLEO,)))


@pytest.mark.parametrize(("locale", "one"), ORDINARY)
def test_ordinary_mail_is_hers(locale: str, one: Touch) -> None:
    knows = known(person=person(locale=locale), others=(BEN,), strangers=(CLEO,))
    assert [*found(Greeting(), one, knows), *found(OtherPerson(), one, knows)] == []
