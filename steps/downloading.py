"""The words of this business about digital downloads, and paying for them by card or with Demo Wallet."""

from __future__ import annotations

from pytest_bdd import given, parsers, step, then, when

from fixtures.site import Card, Organiser
from journeys.digital_download import tasks
from upheld import Journey, StepFailed

WHO = r"(?P<who>[A-Z][\w-]*|she|he|they)"


@given(parsers.re(r'the e-book "(?P<title>[^"]+)" costs (?P<price>[\d.,]+ [A-Z]{3})'))
def e_book_costs(journey: Journey, organiser: Organiser, title: str, price: str) -> None:
    """An e-book is on the shelf."""
    tasks.set_up_product(journey, organiser, title=title, price=price)


@step(parsers.re(rf"{WHO} opens the page of the e-book"))
def opens_product_page(journey: Journey, who: str) -> None:
    """She reads about the e-book."""
    tasks.open_product_page(journey.actor(who), journey)


@given(parsers.re(rf"{WHO} is about to pay (?P<amount>[\d.,]+ [A-Z]{{3}}) for the e-book"))
def is_about_to_pay(journey: Journey, who: str, amount: str) -> None:
    """She has ordered, and the page asks her to pay."""
    customer = journey.actor(who)
    tasks.reach_checkout(customer, journey)
    customer.sees(amount)


@given(parsers.re(rf"{WHO} has paid for the e-book"))
def has_paid(journey: Journey, cards: dict[str, Card], who: str) -> None:
    """She has ordered and paid by card, and the shop has thanked her."""
    customer = journey.actor(who)
    tasks.buy(customer, journey, cards["good"])
    customer.sees("Thank you")


@when(parsers.re(rf"{WHO} approves the payment at Demo Wallet"))
def approves(journey: Journey, who: str) -> None:
    """She goes to the provider, says yes, and is sent back."""
    tasks.approve_at_wallet(journey.actor(who), journey)


@when(parsers.re(rf"{WHO} cancels the payment of (?P<amount>[\d.,]+ [A-Z]{{3}}) at Demo Wallet"))
def cancels(journey: Journey, who: str, amount: str) -> None:
    """She goes to the provider, is asked for that amount, says no, and is sent back."""
    tasks.cancel_at_wallet(journey.actor(who), journey, amount)


@then(parsers.re(rf"{WHO} is told that nothing was taken, and what to do next"))
def is_told_what_next(journey: Journey, who: str) -> None:
    """The page says that the payment was cancelled, and what she can do."""
    customer = journey.actor(who)
    said = tasks.reason_given_to(customer)
    if "nothing was taken" not in said or "by card" not in said:
        raise StepFailed(
            f"{customer.who} was not told that nothing was taken, and what to do next. The page says: "
            f"{said or tasks.said_to(customer)}"
        )


@given("her mail program looks at the link before she does")
def mail_program_looks(journey: Journey) -> None:
    """Mail programs open links to see whether they are safe, and that must not use them up."""
    tasks.let_mail_program_look(journey.actor("she"), journey)
