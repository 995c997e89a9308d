"""What was promised not to come: kept only where we watched, unwanted only where it surely came."""

from __future__ import annotations

from typing import Any

import pytest

from tests.promises.court import came, case, looked, mail, verdicts
from upheld.promises import Verdict

PAID = "within 2 minutes of paying"  # paying is from 48 to 50, so the window is from 48 to 170


def test_silence() -> None:
    none: dict[str, Any] = {"least": 0, "most": 0, "window": PAID}
    assert came(**none) is Verdict.KEPT
    assert came(when=looked(170.5), **none) is Verdict.OPEN
    assert came(mail(60), when=looked(100), **none) is Verdict.UNWANTED
    assert came(mail(171), **none) is Verdict.UNWANTED
    assert came(mail(172), **none) is Verdict.KEPT
    assert came(mail(47), **none) is Verdict.KEPT
    assert came(mail(60, "Reminder: Systems Day"), **none) is Verdict.KEPT


@pytest.mark.parametrize("subject", ["Hello Ada", "", "A word about your payment"])
def test_silence_with_a_message_that_nobody_recognises(subject: str) -> None:
    none: dict[str, Any] = {"least": 0, "most": 0, "window": PAID}
    assert came(mail(60, subject), **none) is Verdict.UNPROVEN
    assert came(mail(60, subject), when=looked(100), **none) is Verdict.OPEN
    assert came(mail(300, subject), **none) is Verdict.KEPT


@pytest.mark.parametrize(
    "subject",
    [
        "Your payment was declined",
        "We couldn't take your payment for your booking",
        "Ihre Zahlung wurde abgelehnt",
        "Votre paiement a été refusé",
    ],
)
@pytest.mark.parametrize("kind", ["receipt", "confirmation"])
def test_to_be_told_that_the_card_was_declined_is_neither_receipt_nor_confirmation(subject: str, kind: str) -> None:
    assert came(mail(60, subject), kind=kind, least=0, most=0, window=PAID) is Verdict.KEPT


def test_what_another_promise_is_answered_by_is_not_unwanted() -> None:
    cases = [case("yes", window="within 2 minutes"), case("no", least=0, most=0, window="within 2 minutes")]
    found = verdicts(cases, [mail(70, id="1")])
    assert (found["yes"].verdict, found["no"].verdict) == (Verdict.KEPT, Verdict.KEPT)
    found = verdicts(cases, [mail(70, id="1"), mail(80, id="2")])
    assert (found["yes"].verdict, found["no"].verdict) == (Verdict.KEPT, Verdict.UNWANTED)


@pytest.mark.parametrize("kind", ["email", "mail", "message"])
def test_no_mail_at_all(kind: str) -> None:
    none: dict[str, Any] = {"kind": kind, "least": 0, "most": 0}
    assert came(mail(60, "Anything"), **none) is Verdict.UNWANTED
    assert came(**none) is Verdict.KEPT
    # and it leaves what other promises recognise as it is
    cases = [case("r"), case("n", **none)]
    found = verdicts(cases, [mail(60, "Your email receipt")])
    assert (found["r"].verdict, found["n"].verdict) == (Verdict.KEPT, Verdict.KEPT)
