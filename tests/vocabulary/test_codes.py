"""The code in a message is found by what the message calls it, and nothing else is taken for one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from upheld.errors import StepFailed
from upheld.promises import Arrival
from upheld.vocabulary.codes import Authenticator, code_in

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def message(text: str, subject: str = "", html: str = "") -> Arrival:
    return Arrival(id="m", to=("ada@example.test",), at=NOON, subject=subject, text=text, html_text=html)


@pytest.mark.parametrize(
    ("text", "subject", "code"),
    [
        ("Your verification code is 482913.", "", "482913"),
        ("482913 is your Shop verification code. It expires in 10 minutes.", "", "482913"),
        ("G-482913 is your Google verification code.", "", "482913"),
        ("<#> Your code: 482-913\nFA+9qCX9VSu", "", "482913"),
        ("Ihr Bestätigungscode lautet 4829 1350", "", "48291350"),
        ("Dein Einmalpasswort: 482913. Gültig 10 Minuten.", "", "482913"),
        ("Votre code de vérification est 482 913", "", "482913"),
        ("Tu código de verificación es 4829", "", "4829"),
        ("Je verificatiecode is 482913", "", "482913"),
        ("Your PIN is 2024", "", "2024"),
        (
            "Hello Ada,\n\nenter this code to sign in:\n\n482913\n\nIt counts for 10 minutes.\n\nThe Shop, 2026",
            "",
            "482913",
        ),
        ("Hello Ada,\n\n482913\n\nThe Shop", "Your sign-in code", "482913"),
        ("The code for order 20260001 is 4829.", "Order 20260001", "4829"),
        (
            "Your code is 482913. Never give it to anybody. Call +49 30 2312 5001 or 0800 1234567 if in doubt.",
            "",
            "482913",
        ),
        ("Use 482913 as your one-time code to pay 1200.00 EUR on 2026-03-02 at 18:00.", "", "482913"),
        ("Your code 482913 for your booking UP-1042 of 1500 EUR, postcode 1000 Lisbon", "", "482913"),
        ("Sign in: https://shop.test/code/99887766?pin=554433\nor enter the code 482913", "", "482913"),
        ("Your code is 482913 (valid for 3600 seconds).", "", "482913"),
        ("Your promo code is 998877. Your sign-in code is 482913.", "", "482913"),
    ],
)
def test_the_code_of_a_message(text: str, subject: str, code: str) -> None:
    assert code_in(message(text, subject), "Ada") == code


def test_the_code_that_both_parts_of_a_mail_give_is_one() -> None:
    assert code_in(message("Your code is 482913", "482913 is your code", "Your code\n482 913"), "Ada") == "482913"


@pytest.mark.parametrize(
    "text",
    [
        "Your order number is 482913. We have 2026 seats.",
        "Your booking 482913 is confirmed. Call 0800 1234567.",
        "Use the promo code 482913 for 1000 EUR off.",
        "Our address: 1000 Lisbon, postal code 4829",
        "Thank you for 2024. Read our code of conduct of 2019.",
        "You paid 4829 EUR. Enter your code at the door.",
        "Your code has 6 digits.",
        "The event begins at 18:00 on 2026-11-22, code words welcome.",
        "Card ending in 4829: your code comes by text message.",
    ],
)
def test_what_is_no_code(text: str) -> None:
    with pytest.raises(StepFailed, match=r"holds none\. It says: "):
        code_in(message(text), "Ada")


def test_of_two_codes_neither_is_taken() -> None:
    with pytest.raises(StepFailed) as told:
        code_in(message("Your code is 111222. Your code is 333444.", "Two codes"), "Ada")
    assert str(told.value) == (
        'Ada could not enter the code: "Two codes" holds 111222 and 333444, and it does not say which is the code.'
    )
    with pytest.raises(StepFailed, match="111222 and 333444"):
        code_in(message("Your code is 111222", html="Your code is 333444"), "Ada")


class SiteClock:
    """A clock that goes on only when somebody waits."""

    def __init__(self, second: float) -> None:
        self.at = datetime.fromtimestamp(second, UTC)
        self.waited: list[float] = []

    def now(self) -> datetime:
        return self.at

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.at += timedelta(seconds=seconds)


# RFC 6238, appendix B: the key "12345678901234567890" at these seconds.
KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(("second", "code"), [(1111111111, "050471"), (2000000000, "279037")])
def test_an_authenticator_app_goes_by_the_sites_time(second: int, code: str) -> None:
    clock = SiteClock(second)
    assert Authenticator.given(KEY, "Ada").code(clock.now, clock.wait) == code
    assert clock.waited == []


def test_a_code_is_never_used_twice_within_its_period() -> None:
    clock = SiteClock(601)
    app = Authenticator.given(
        pyotp.TOTP(KEY, interval=60, digits=8).provisioning_uri(name="ada", issuer_name="Shop"), "Ada"
    )
    first, second = app.code(clock.now, clock.wait), app.code(clock.now, clock.wait)
    assert len(first) == 8
    assert first != second
    assert clock.waited == [pytest.approx(59.05)]
    clock.at = datetime.fromtimestamp(719, UTC)  # a second before it would count no more
    app.code(clock.now, clock.wait)
    assert clock.at.timestamp() > 720


@pytest.mark.parametrize(
    "key", ["otpauth://totp/Shop:ada", "not base32!", "otpauth://hotp/Shop:ada?secret=GEZDGNBV&counter=1"]
)
def test_what_is_no_key(key: str) -> None:
    with pytest.raises(StepFailed, match="Ada could not add the key to her authenticator app"):
        Authenticator.given(key, "Ada")
