"""The words of this business about being a member."""

from __future__ import annotations

from pytest_bdd import given, parsers, step, then, when

from fixtures.site import Organiser
from journeys.membership import tasks
from upheld import Journey

WHO = r"(?P<who>[A-Z][\w-]*|she|he|they)"


@given(parsers.re(rf"{WHO} has been a member for (?P<days>\d+) days"))
def has_been_a_member(journey: Journey, organiser: Organiser, who: str, days: str) -> None:
    """She joined some time ago, and her card is kept."""
    tasks.become_member(journey.actor(who), journey, organiser, int(days))


@given(parsers.re(rf"{WHO} has just become a member"))
def has_just_become_a_member(journey: Journey, organiser: Organiser, who: str) -> None:
    """She has joined today, and is welcomed."""
    tasks.become_member(journey.actor(who), journey, organiser, 0)


@given(parsers.re(r"(?:her|his|their) bank will refuse the renewal"))
def bank_will_refuse(journey: Journey, organiser: Organiser) -> None:
    """The card that is kept for her is one that cannot be charged."""
    tasks.let_bank_refuse(journey.actor("she"), journey, organiser)


@given(parsers.re(rf"{WHO} is signed in"))
def is_signed_in(journey: Journey, who: str) -> None:
    """She is in the members' area."""
    tasks.sign_in(journey.actor(who), journey)


@step(parsers.re(rf"{WHO} asks to become a member"))
def asks_to_become_a_member(journey: Journey, who: str) -> None:
    """She says who she is, and asks to join."""
    tasks.ask_to_join(journey.actor(who), journey)


@then(parsers.re(rf"{WHO} notes when (?:her|his|their) membership renews"))
def notes_when_membership_renews(journey: Journey, who: str) -> None:
    """The page says when the next month is paid for."""
    tasks.expect_renewal(journey.actor(who), journey)


@when("we charge her twice by mistake")
def we_charge_her_twice(journey: Journey, organiser: Organiser) -> None:
    """The mistake is ours, and she has not noticed yet."""
    tasks.charge_twice(journey.actor("she"), journey, organiser)


@when(parsers.re(rf"{WHO} leaves"))
def leaves(journey: Journey, who: str) -> None:
    """She reads what happens then, and goes."""
    tasks.leave(journey.actor(who), journey)
