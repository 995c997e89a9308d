"""The words of this business about what the organiser sees."""

from __future__ import annotations

from pytest_bdd import then

from fixtures.site import Organiser
from journeys.event_registration import tasks
from upheld import Journey, StepFailed


@then("the organiser finds her in the attendee list with her company and dietary needs")
def organiser_finds_her(journey: Journey, organiser: Organiser) -> None:
    """She is in the list, with all that she told."""
    customer, host = journey.actor("she"), journey.actor("the organiser")
    tasks.sign_in(host, organiser)
    row = tasks.attendee_row_of(customer, host, journey)
    if lost := tasks.gaps_in(row, journey):
        found = "without " + "; ".join(lost) if row else "nowhere in it"
        raise StepFailed(f"The organiser looks for {customer.person.name} in the attendee list and finds her {found}.")


@then("the organiser does not find her in the attendee list")
def organiser_does_not_find_her(journey: Journey, organiser: Organiser) -> None:
    """She is not in the list, since nothing was booked."""
    customer, host = journey.actor("she"), journey.actor("the organiser")
    tasks.sign_in(host, organiser)
    if tasks.attendee_row_of(customer, host, journey):
        raise StepFailed(f"{customer.who} paid nothing, and the organiser finds her in the attendee list.")
