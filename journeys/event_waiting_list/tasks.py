"""How one waits for a seat on this site."""

from __future__ import annotations

from upheld import Actor, Journey

__all__ = ["join_list"]


def join_list(customer: Actor, journey: Journey) -> None:
    """Set the stage: she has put her name on the waiting list, as the form asks for it."""
    person = customer.person
    journey.request(
        "POST",
        f"{journey.fact('the page of the event')}/waiting",
        data={
            "given_name": person.given,
            "family_name": person.family,
            "email": person.email,
            "phone": person.phone,
        },
        headers={"Accept-Language": person.locale},
        follow_redirects=True,
    )
