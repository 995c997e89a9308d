"""What a message looks like, by subjects such as shops and events write: made up, each in the manner of many."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from upheld.errors import ConfigError
from upheld.promises import Arrival
from upheld.promises.recognise import Recogniser, Recognisers, is_sure, standard

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def kinds(subject: str, *headings: str, recognisers: Recognisers | None = None) -> dict[str, float]:
    return (recognisers or standard()).kinds(Arrival("m1", ("a@b.test",), NOW, subject, headings=headings))


def sure(subject: str, *headings: str) -> set[str]:
    return {kind for kind, score in kinds(subject, *headings).items() if is_sure(score)}


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        # English
        ("Booking confirmed: Harbour Tour, 3 May", "confirmation"),
        ("You are booked!", "confirmation"),
        ("You’re in: Systems Day", "confirmation"),
        ("Your order #20417", "confirmation"),
        ("Your tickets for Jazz Night", "confirmation"),
        ("[Pottery] Your booking: Wheel course", "confirmation"),
        ("Order confirmation 20417", "confirmation"),
        ("Re: Registration confirmed", "confirmation"),
        ("Your receipt from Blue Kiln", "receipt"),
        ("Payment received, thank you", "receipt"),
        ("Receipt for order 20417", "receipt"),
        ("Your payment was received", "receipt"),
        ("Invoice INV-0042 from Blue Kiln", "invoice"),
        ("Reminder: Jazz Night is tomorrow", "reminder"),
        ("See you tomorrow at the harbour", "reminder"),
        ("Just reminding you", "reminder"),
        ("Your booking has been cancelled", "cancellation"),
        ("Cancellation confirmed", "cancellation"),
        ("Your refund is on its way", "refund notice"),
        ("Welcome to the club, Ada", "welcome"),
        ("483920 is your login", "code"),
        ("Your verification code", "code"),
        ("Your confirmation code is 4411", "code"),
        ("Reset your password", "password reset"),
        ("Thank you for joining us at Jazz Night", "thank-you"),
        ("Thanks for coming!", "thank-you"),
        ("Your payment was declined", "payment failure"),
        ("We couldn’t process your payment", "payment failure"),
        ("Your order has shipped", "shipping notice"),
        # German
        ("Ihre Buchungsbestätigung: Hafenrundfahrt", "confirmation"),
        ("Deine Anmeldung ist bestätigt", "confirmation"),
        ("Ihre Bestellung Nr. 20417", "confirmation"),
        ("Zahlungsbestätigung für Bestellung 20417", "receipt"),
        ("Deine Zahlung ist eingegangen", "receipt"),
        ("Ihre Quittung", "receipt"),
        ("Rechnung 2026-114", "invoice"),
        ("Ihre Monatsrechnung", "invoice"),
        ("Erinnerung: morgen geht es los", "reminder"),
        ("Stornobestätigung", "cancellation"),
        ("Ihre Erstattung", "refund notice"),
        ("Willkommen an Bord", "welcome"),
        ("Ihr Bestätigungscode", "code"),
        ("Neues Passwort", "password reset"),
        ("Vielen Dank für Ihre Teilnahme", "thank-you"),
        ("Ihre Zahlung wurde abgelehnt", "payment failure"),
        # French
        ("Confirmation de votre inscription", "confirmation"),
        ("Votre réservation est confirmée", "confirmation"),
        ("Votre commande n° 20417", "confirmation"),
        ("Votre reçu", "receipt"),
        ("Confirmation de paiement", "receipt"),
        ("Facture n° 88", "invoice"),
        ("Rappel : votre atelier", "reminder"),
        ("Annulation de votre commande", "cancellation"),
        ("Votre remboursement", "refund notice"),
        ("Bienvenue chez nous", "welcome"),
        ("Code de vérification", "code"),
        ("Mot de passe oublié ?", "password reset"),
        ("Merci pour votre participation", "thank-you"),
        ("Votre paiement a été refusé", "payment failure"),
        # Spanish
        ("Confirmación de tu reserva", "confirmation"),
        ("Tu pedido n.º 20417", "confirmation"),
        ("Recibo de tu compra", "receipt"),
        ("Pago recibido", "receipt"),
        ("Factura 88", "invoice"),
        ("Recordatorio: taller de mañana", "reminder"),
        ("Reserva cancelada", "cancellation"),
        ("Tu reembolso", "refund notice"),
        ("¡Bienvenida, Ada!", "welcome"),
        ("Tu código de verificación", "code"),
        ("Pago rechazado", "payment failure"),
        # Portuguese
        ("Confirmação da sua inscrição", "confirmation"),
        ("Reserva confirmada", "confirmation"),
        ("Recibo n.º 12", "receipt"),
        ("Pagamento recebido", "receipt"),
        ("Fatura 12", "invoice"),
        ("Lembrete: é amanhã", "reminder"),
        ("Bem-vinda!", "welcome"),
        ("Pagamento recusado", "payment failure"),
        # Italian
        ("Conferma della tua iscrizione", "confirmation"),
        ("Il tuo ordine n. 20417", "confirmation"),
        ("Ricevuta di pagamento", "receipt"),
        ("Fattura 12", "invoice"),
        ("Promemoria: ci vediamo domani", "reminder"),
        ("Ordine annullato", "cancellation"),
        ("Benvenuta a bordo", "welcome"),
        ("Pagamento rifiutato", "payment failure"),
        # Dutch
        ("Bevestiging van je boeking", "confirmation"),
        ("Je bestelling 20417", "confirmation"),
        ("Je betaalbewijs", "receipt"),
        ("Betaling ontvangen", "receipt"),
        ("Factuur 12", "invoice"),
        ("Herinnering: morgen is het zover", "reminder"),
        ("Je boeking is geannuleerd", "cancellation"),
        ("Welkom!", "welcome"),
        ("Betaling mislukt", "payment failure"),
    ],
)
def test_subjects_that_give_their_kind_away(subject: str, kind: str) -> None:
    assert sure(subject) == {kind}


@pytest.mark.parametrize(
    ("subject", "both"),
    [
        ("Booking confirmation and receipt", {"confirmation", "receipt"}),
        ("Ihre Bestellbestätigung und Rechnung", {"confirmation", "invoice"}),
        ("Welcome! Your registration is confirmed", {"welcome", "confirmation"}),
        ("Reminder: invoice 42 is overdue", {"reminder", "invoice"}),
    ],
)
def test_subjects_that_are_two_things(subject: str, both: set[str]) -> None:
    assert sure(subject) == both


@pytest.mark.parametrize(
    "subject",
    [
        "",
        " ",
        "Five things to do this weekend",
        "Doors open at six",
        "Please confirm your email address",
        "How was it?",
        "Neuigkeiten aus der Werkstatt",
        "Nous avons bien reçu votre message",
        "Ofertas de noviembre",
        "Novidades",
        "Le novità di maggio",
        "Aanbiedingen",
        "Our free cancellation policy",
        "20 % off with this discount code",
        "Your booking could not be completed",
        "Ihre Buchung konnte nicht abgeschlossen werden",
        "Dress code for the gala",
        "R\u00ad\u00ad",
        "Confirmer votre adresse",
    ],
)
def test_subjects_that_give_nothing_away(subject: str) -> None:
    assert sure(subject) == set()


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ("An update: your order", "confirmation"),
        ("About your payment", "receipt"),
        ("Thank you, Ada", "thank-you"),
        ("Merci", "thank-you"),
    ],
)
def test_words_that_several_kinds_share_make_it_no_more_than_likely(subject: str, kind: str) -> None:
    assert kind not in sure(subject)
    assert kind in kinds(subject) or subject.startswith("An update")


def test_a_heading_gives_it_away_where_the_subject_does_not() -> None:
    assert sure("News from Blue Kiln", "Hello", "Your receipt") == {"receipt"}
    assert sure("Your payment was declined", "Your receipt") == {"payment failure"}
    # and a subject that does goes before it
    assert "receipt" not in sure("Booking confirmed", "Your receipt")


def test_the_suites_own_recogniser_stands_alone() -> None:
    own = standard().with_own(Recogniser.from_map("receipt", [r"^paid[:’']"], ["Thanks – paid"]))
    assert kinds("Paid: 120", recognisers=own) == {"receipt": 4.0}
    assert kinds("Your receipt", recognisers=own) == {}
    assert "receipt" in kinds("x", "thanks - PAID", recognisers=own)
    assert own.for_kind("receipt").own
    assert not own.for_kind("invoice").own


def test_a_pattern_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"journey\.toml: the pattern '\(paid' for receipt cannot be read"):
        Recogniser.from_map("receipt", ["(paid"], [], where="journey.toml")


@pytest.mark.parametrize(
    ("kind", "subject", "there"),
    [
        ("workbook", "Your workbook for Friday", True),
        ("workbook", "Your workbooks", False),
        ("info pack", "Info-Pack attached", True),
        ("info pack", "Infopack attached", True),
        ("c++ course", "x", False),
        ("outline of what comes next", "Outline of what comes next", True),
    ],
)
def test_a_kind_that_nobody_described_goes_by_its_own_words(kind: str, subject: str, there: bool) -> None:
    assert (kind in kinds(subject, recognisers=Recognisers().including(kind))) is there


@pytest.mark.parametrize(
    "subject",
    ["your " * 40_000, "payment " * 24_000, "zahlung " * 24_000, "a" * 200_000, "re: " * 50_000, "[" * 200_000],
)
def test_a_subject_without_end_is_read_in_seconds(subject: str) -> None:
    began = time.process_time()
    kinds(subject, subject[:1000])
    assert time.process_time() - began < 10
