"""How a seat is given back on this site."""

from __future__ import annotations

from upheld import Actor, Journey

__all__ = ["cancel_booking", "give_seat_back"]


def cancel_booking(customer: Actor, journey: Journey) -> None:
    """Say yes, where the page asks once more."""
    with journey.moment("cancelling"):
        customer.presses("Yes, cancel my booking")


def give_seat_back(someone: Actor, journey: Journey) -> None:
    """Set the stage: somebody else, whose own journey this is not, cancels."""
    journey.request("POST", f"{journey.fact(f'the booking of {someone.who}')}/cancel")
