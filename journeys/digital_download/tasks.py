"""How this site is walked for a download: tasks are verbs, the customer first; questions are nouns."""

from __future__ import annotations

import contextlib
import re

from fixtures.site import Card, Organiser
from journeys.event_registration.tasks import pay
from upheld import Actor, Journey, StepFailed, parse_money

__all__ = [
    "approve_at_wallet",
    "buy",
    "cancel_at_wallet",
    "let_mail_program_look",
    "open_product_page",
    "reach_checkout",
    "reason_given_to",
    "said_to",
    "set_up_product",
]

WORDS = "Download your e-book"


def set_up_product(journey: Journey, organiser: Organiser, *, title: str, price: str) -> None:
    """Put an e-book on the shelf; one of that title that is there already is the same."""
    money = parse_money(price)
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower())
    answer = journey.request(
        "PUT",
        f"/api/downloads/{slug}",
        json={"title": title, "price": str(money.amount), "currency": money.currency, "format": "pdf"},
        auth=(organiser.user, organiser.password),
    )
    journey.note("the page of the e-book", answer.json()["url"])
    journey.note("the name of the e-book", title)
    journey.note("the price", price, "money")


def open_product_page(customer: Actor, journey: Journey) -> None:
    """Open the e-book's own page."""
    customer.opens(journey.fact("the page of the e-book"))


def reach_checkout(customer: Actor, journey: Journey) -> None:
    """Order, and come to the page where she pays."""
    open_product_page(customer, journey)
    customer.follows("Buy")
    customer.fills_in()
    customer.presses("Continue to payment")


def buy(customer: Actor, journey: Journey, card: Card) -> None:
    """Order and pay by card, at the price that the page of the e-book showed."""
    reach_checkout(customer, journey)
    pay(customer, journey, journey.fact("the price"), card)


def approve_at_wallet(customer: Actor, journey: Journey) -> None:
    """Go to the provider's pages and approve what is asked there."""
    customer.presses("Pay with Demo Wallet")
    with journey.moment("paying"):
        customer.presses("Approve")


def cancel_at_wallet(customer: Actor, journey: Journey, amount: str) -> None:
    """Go to the provider's pages, look that they ask for this amount and for no other, and cancel."""
    customer.presses("Pay with Demo Wallet")
    if not customer.shows(parse_money(amount)):
        raise StepFailed(
            f"{customer.who} was shown {amount} in the shop, and Demo Wallet asks for something else: "
            f"{said_to(customer)}"
        )
    customer.presses("Cancel")


def reason_given_to(customer: Actor) -> str:
    """What the page tells her after she has cancelled; "" where it says nothing."""
    alert = customer.page.get_by_role("alert")
    return str(alert.inner_text()) if alert.count() else ""


def said_to(customer: Actor) -> str:
    """What her page says, on one line, without what stands on every page."""
    return " ".join(str(customer.page.get_by_role("main").inner_text()).split())[:300]


def link_in_mail(customer: Actor, journey: Journey) -> str:
    """The address behind the link in the mail that she has received."""
    letter = journey.letter_of(customer.who)
    links = letter.links if letter else ()
    found = next((link.url for link in links if link.words == WORDS), "")
    if not found:
        raise StepFailed(f'{customer.who} has received no mail with a link "{WORDS}".')
    return found


def let_mail_program_look(customer: Actor, journey: Journey) -> None:
    """Ask for the link as mail programs do before their readers see it: the head of the page, then the page."""
    link = link_in_mail(customer, journey)
    for method in ("HEAD", "GET"):
        with contextlib.suppress(StepFailed):  # nobody is told what a mail program saw; she will see for herself
            journey.request(method, link)
