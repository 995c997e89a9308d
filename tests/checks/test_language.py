"""The customer's language, both ways."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.checks.letters import ORDINARY, found, known, page, person, touch
from upheld.checks import Severity, Touch
from upheld.checks.language import Language, language_of

TEXTS = {
    "en": "Thank you for your booking. Your seat is reserved, and we look forward to seeing you on Friday at six. "
    "Please bring this message with you; a receipt comes in a separate email.",
    "de": "Vielen Dank für Ihre Buchung. Ihr Platz ist reserviert, und wir freuen uns auf Sie am Freitag um 18 Uhr. "
    "Bitte bringen Sie diese Nachricht mit; eine Quittung kommt mit eigener E-Mail.",
    "fr": "Merci pour votre réservation. Votre place est réservée et nous nous réjouissons de vous accueillir vendredi "
    "à 18 heures. Merci d'apporter ce message ; un reçu vous parviendra séparément.",
    "nl": "Bedankt voor je boeking. Je plaats is gereserveerd en we kijken ernaar uit je vrijdag om 18 uur te zien. "
    "Neem dit bericht mee; een kwitantie komt in een aparte e-mail naar je toe.",
    "es": "Gracias por su reserva. Su plaza está reservada y esperamos verle el viernes a las seis de la tarde. "
    "Por favor, traiga este mensaje; el recibo le llegará en otro correo electrónico.",
}
ADA, CLEO = person(), person("Cleo", "Mude", locale="de-DE", address="ada.k3j2@journeys.test")


def _in(language: str, channel: str = "email") -> Touch:
    return touch(TEXTS[language], subject="Your order", **({"channel": channel} if channel != "email" else {}))


@pytest.mark.parametrize("language", TEXTS)
def test_each_language_is_told(language: str) -> None:
    assert language_of(TEXTS[language]) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Systems Day\nTown Hall\n4711\n120.00 EUR",
        "Ada Lovelace, 1 Main Street\nVisa 4242\n" * 9,
        "Hello Ada, see you on Friday.",
    ],
)
def test_where_there_is_too_little_to_tell_nothing_is_said(text: str) -> None:
    assert language_of(text) == ""


def test_a_letter_in_another_language_than_the_site_spoke_before() -> None:
    said = [one.said for one in found(Language(), _in("en"), known(person=CLEO, before=(_in("de", "page"),)))]
    assert said == ["The receipt is in English; before, Cleo was spoken to in German."]


def test_it_fails_only_where_the_same_sender_has_written_in_hers() -> None:
    one, sender = _in("en"), "Office <office@demo.test>"
    now = replace(one, arrival=replace(one.arrival, sender=sender))
    for before, severity in ((sender, Severity.FAIL), ("other@demo.test", Severity.WARN)):
        letter = _in("de")
        earlier = replace(letter, arrival=replace(letter.arrival, sender=before))
        assert [found_.severity for found_ in found(Language(), now, known(person=CLEO, before=(earlier,)))] == [
            severity
        ]


@pytest.mark.parametrize(
    ("language", "before"),
    [("en", ("en",)), ("en", ()), ("de", ("de", "en")), ("fr", ("en", "es"))],
)
def test_a_site_that_does_not_have_her_language_is_no_fault(language: str, before: tuple[str, ...]) -> None:
    knows = known(person=CLEO, before=tuple(_in(one) for one in before))
    assert not found(Language(), _in(language), knows)


def test_what_was_said_to_others_does_not_count() -> None:
    other = _in("de")
    other = replace(other, arrival=replace(other.arrival, to=("ben@journeys.test",)))
    assert not found(Language(), _in("en"), known(person=CLEO, before=(other,)))


def test_two_languages_in_one_letter() -> None:
    (one,) = found(Language(), touch("\n".join((TEXTS["de"] * 3, TEXTS["en"]))), known(person=CLEO))
    assert one.rule == "mixed"
    assert one.said.startswith("The receipt is in German, and a part of it in English: “Thank you for your booking.")


def test_running_text_in_another_language_than_its_subject_and_labels() -> None:
    text = (
        f"Guten Tag Cleo,\n{TEXTS['en']}\nVeranstaltung\nUhrzeit\nBestellnummer\nIhre Buchung\nMit freundlichen Grüßen"
    )
    (one,) = found(Language(), touch(text, subject="Erinnerung: der Kurs ist morgen"), known(person=CLEO))
    assert one.said == "The receipt is half in English; its subject and its labels are in German."
    assert one.severity is Severity.WARN


def test_a_letter_that_says_of_itself_that_it_is_in_another_language() -> None:
    html = page(TEXTS["de"]).replace("<html>", '<html lang="en">')
    assert [one.rule for one in found(Language(), touch(html=html), known(person=CLEO))] == ["declared otherwise"]
    right = html.replace('"en"', '"de-DE"')
    assert not found(Language(), touch(html=right), known(person=CLEO))


@pytest.mark.parametrize(("locale", "one"), ORDINARY)
def test_ordinary_mail_is_in_one_language(locale: str, one: Touch) -> None:
    assert not found(Language(), one, known(person=person(locale=locale)))
