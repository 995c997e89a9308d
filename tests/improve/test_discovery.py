"""Promise discovery: the sentences that promise something, by language, and what becomes of them in the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.discovery import PRECISION, RECALL, labelled, score
from upheld.errors import ConfigError
from upheld.improve.discovery import Said, promises_in, sentences, step_for
from upheld.improve.lexicon import LANGUAGES, load_lexicon
from upheld.improve.unchecked import LetterRead, PageRead, Reading, discover, unchecked, untold
from upheld.ledger import CastView, JourneyView, JudgementView, PromiseView
from upheld.promises import Expectation, Promise, Row, Verdict, parse_window
from upheld.promises.reading import Protagonist, StepText, read_promises

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Thank you. We will write on 3.5.2026 at 18.30. See you!", [
            "Thank you.", "We will write on 3.5.2026 at 18.30.", "See you!",
        ]),
        ("Home\nShop\nCart (0)\nName | Price | Seats\nThe tea is here.", ["The tea is here."]),
        ("Am 5. Mai senden wir, z. B. per Post, Nr. 4711. Bis bald!", [
            "Am 5. Mai senden wir, z. B. per Post, Nr. 4711.", "Bis bald!",
        ]),
        ("The parcel that you have ordered from us is going to be\nwith you on Monday.\n\nAll the best", [
            "The parcel that you have ordered from us is going to be with you on Monday.", "All the best",
        ]),
        ("What comes next:\n- You get a code.\n- You get a link.", [
            "What comes next:", "You get a code.", "You get a link.",
        ]),
        ("> Answer of yours\n> in two lines that go on and on until the end\n", [
            "Answer of yours in two lines that go on and on until the end",
        ]),
        ("¿Todo bien? ¡Gracias por venir!", ["¿Todo bien?", "¡Gracias por venir!"]),
        ("", []),
    ],
)  # fmt: skip
def test_a_text_is_taken_apart_into_sentences(text: str, found: list[str]) -> None:
    assert sentences(text) == found


@pytest.mark.parametrize(
    ("text", "kind", "channel", "window"),
    [
        ("We'll send you a reminder the day before the event", "reminder", "", "on the day before the event"),
        ("You will receive your receipt by email within 2 minutes.", "receipt", "email", "within 2 minutes"),
        ("A code is on its way to your phone by text message.", "code", "text message", ""),
        ("If this is a member's address, a link is on its way.", "link", "", ""),
        ("Each delegate gets an invitation from us with a calendar entry.", "invitation", "", ""),
        ("Dispatch of your voucher: same day, by email.", "voucher", "email", ""),
        ("Facture transmise par e-mail après votre départ.", "invoice", "email", ""),
        ("Ein neuer Link zum Download ist unterwegs.", "download link", "", ""),
        ("Expect our answer within two working days.", "reply", "", "within 4 days"),
        ("Ihre Rechnung wird Ihnen binnen drei Tagen per E-Mail zugesandt.", "invoice", "email", "within 3 days"),
        (
            "Am Tag vor der Schulung erinnern wir dich per SMS.",
            "reminder",
            "text message",
            "on the day before the course",
        ),
        ("Votre reçu vous sera envoyé par e-mail sous 24 heures.", "receipt", "email", "within 24 hours"),
        ("Een uur voor het webinar mailen we je de Zoom-link.", "joining link", "email", "1 hour before the webinar"),
        ("Te llegará la factura por correo en un plazo de 5 días.", "invoice", "email", "within 5 days"),
        ("Te enviaremos el certificado dos días después del curso.", "certificate", "", "2 days after the course"),
    ],
)
def test_a_promise_is_found_with_its_kind_channel_and_window(text: str, kind: str, channel: str, window: str) -> None:
    [said] = promises_in(text)
    assert (said.kind, said.channel, said.window) == (kind, channel, window)


@pytest.mark.parametrize(
    "text",
    [
        "Did you receive your receipt by email?",
        "You will not receive a receipt by email.",
        "If you did not get our email, look into your spam folder.",
        "Please email us the receipt within 14 days.",
        "We sent you the receipt last week.",
        "Sie erhalten diese E-Mail, weil Sie Mitglied sind.",
        "Wir haben Ihre Zahlung erhalten.",
        "Vous allez adorer nos nouveaux modèles !",
        "Hebt u onze factuur al ontvangen?",
        "Nunca te pediremos tu contraseña por correo.",
        "Your referees will each be sent a questionnaire.",
        "Delivery of the keys to the landlord is the tenant's duty.",
        "Pensez à vérifier vos courriers indésirables.",
        "Je facturen staan onder Mijn account.",
        "Esta mañana te enviamos el vale.",
    ],
)
def test_what_promises_nothing_is_let_be(text: str) -> None:
    assert promises_in(text) == []


def test_the_same_sentence_is_found_once_and_the_language_may_be_given() -> None:
    text = "Your receipt follows by email.\n\nYour receipt follows by email."
    assert len(promises_in(text, ["en-GB"])) == 1
    assert promises_in(text, ["de"]) == []


@pytest.mark.parametrize("name", ["seen", "seen_too", "own", "held_out"])
def test_precision_and_recall(name: str) -> None:
    found = labelled(name)
    if not found:
        pytest.skip(f"tests/improve/sentences_{name}.toml is not there")
    total = score(found)["all"]
    assert total.precision >= PRECISION
    assert total.recall >= RECALL


def test_every_step_that_is_offered_is_understood() -> None:
    texts = [one.text for one in labelled("seen") if one.promise]
    kinds = {kind for code in LANGUAGES for kind in load_lexicon().language(code).kinds}
    said = [one for text in texts for one in promises_in(text)]
    said += [Said("", kind, channel, "", "", 1.0, "en") for kind in kinds for channel in ("", "text message", "page")]
    for one in said:
        step = step_for(one)
        assert read_promises(StepText(step), Protagonist("Ada"), lambda _: None), step
        assert one.kind in step or one.kind == "calendar entry", step


def test_a_suite_adds_words_of_its_own(tmp_path: Path) -> None:
    own = tmp_path / "lexicon.toml"
    own.write_text(
        "same = [['goody bag', 'surprise']]\n"
        "[en]\npromise = ['\\bthe stork brings it\\b']\nnever = ['\\bin your dreams\\b']\n"
        "[en.kind]\n'goody bag' = ['\\bgoody bags?\\b']\n"
        "[en.words]\nsend = ['teleport']\n",
        "utf-8",
    )
    lexicon = load_lexicon(own)
    assert promises_in("The goody bag: the stork brings it.", lexicon=lexicon)[0].kind == "goody bag"
    assert promises_in("We will teleport the lot.", lexicon=lexicon)
    assert not promises_in("We will send you a receipt, in your dreams.", lexicon=lexicon)
    # Nobody else is touched by it.
    assert promises_in("We will send you a receipt, in your dreams.")
    assert not promises_in("We will teleport the lot.")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[pl]\n", '"pl" is no language that we know'),
        ("[en]\npromises = []\n", 'nothing is called "promises"'),
        ("[en]\npromise = ['(']\n", "cannot be read: missing )"),
        ('[en]\npromise = ["\\bgift"]\n', "in single quotes"),
        ("[en\n", "cannot be read"),
    ],
)
def test_a_fault_in_a_suites_words_is_said(tmp_path: Path, text: str, why: str) -> None:
    own = tmp_path / "lexicon.toml"
    own.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_lexicon(own)
    assert why in str(caught.value)
    assert "lexicon.toml" in str(caught.value)


def promise(kind: str, who: str = "Ada", channel: str = "email", *rows: tuple[str, str], most: int = 1) -> PromiseView:
    held = Expectation(tuple(Row(*row) for row in rows))
    made = Promise(who, kind, channel, parse_window("within 1 day"), f"a {kind}", 0, most, expectation=held)
    return PromiseView(f"id of {kind}", 1, made, NOON, NOON, "ada@x.test", None, None, ())


def kept_by(view: PromiseView, letter: str) -> PromiseView:
    judged = JudgementView(Verdict.KEPT, "", (letter,), NOON, True, None, None, NOON)
    return replace(view, judgement=judged)


def journey(*promises: PromiseView, scenario: str = "Booking") -> JourneyView:
    ada = CastView("Ada", "Ada Mendes", "Ada", "Mendes", "ada@x.test", "en-GB", "UTC", {})
    return JourneyView(
        id="1", node="n", feature="f.feature", title="", scenario=scenario, line=1, tags=(), attempt=1, journey="j",
        worker="", clock="", status="passed", error="", trace="", superseded_by=None, cast=(ada,), steps=(),
        moments={}, acts={}, facts={}, promises=promises, flaky=False,
    )  # fmt: skip


PAGE = PageRead(
    "You are booked",
    "Thank you, Ada. Your receipt follows by email. We will post your badge to you within 3 days.",
    "ada/3.jpg", 3, "Ada", NOON,
)  # fmt: skip


def test_what_is_said_and_checked_by_nobody() -> None:
    found = unchecked(journey(promise("receipt")), [PAGE], [], {})
    assert [(one.sentence, one.where, one.picture, one.step) for one in found] == [
        ("We will post your badge to you within 3 days.", "the page “You are booked”", "ada/3.jpg", 3)
    ]
    assert found[0].step_to_check == "And Ada is promised a ticket by email within 3 days"
    assert found[0].to_json()["who"] == "Ada"


@pytest.mark.parametrize(
    ("promises", "checked"),
    [
        ([promise("receipt")], True),
        ([promise("renewal receipt")], True),
        ([promise("invoice")], True),  # means the same to her
        ([promise("confirmation", "Ada", "email", ("attached", "a receipt"))], True),
        ([promise("receipt", "Ben")], False),
        ([promise("receipt", "Ada", "text message")], False),
        ([promise("receipt", most=0)], False),
        ([promise("reminder")], False),
    ],
)
def test_a_promise_to_her_of_a_kind_that_means_the_same_checks_a_sentence(
    promises: list[PromiseView], checked: bool
) -> None:
    page = PageRead("Paid", "Your receipt follows by email.", who="Ada")
    assert (unchecked(journey(*promises), [page], [], {}) == []) is checked


@pytest.mark.parametrize(
    ("said", "kind", "who", "checked"),
    [
        ("A new link is on its way.", "new link", "Ada", True),
        ("If this is a member's address, a link is on its way.", "sign-in link", "Ada", True),
        ("A new link is on its way.", "shipping notice", "Ada", False),
        ("A new link is on its way.", "new link", "Ben", False),
        # Told to her, about others.
        ("Each delegate gets an invitation from us with a calendar entry.", "invitation", "Ben", True),
        ("Each delegate gets an invitation from us with a calendar entry.", "receipt", "Ben", False),
        ("You and each delegate get an invitation from us.", "invitation", "Ben", False),
    ],
)
def test_what_names_a_link_and_what_is_about_others_is_checked(said: str, kind: str, who: str, checked: bool) -> None:
    page = PageRead("Done", said, who="Ada")
    found = discover([Reading(journey(promise(kind, who)), [page])], {}).unchecked
    assert (not found) is checked, found


def test_a_sentence_is_told_once_for_all_journeys_and_is_checked_where_one_checks_it() -> None:
    first = PageRead("Paid", "Ada, your order 4711 will be delivered on Monday. Check your inbox.", who="Ada")
    second = PageRead("My orders", "Ada, your order 12 will be delivered on Monday.", who="Ada")
    alone, other = Reading(journey(), [first, second]), Reading(journey(scenario="Other"), [second])
    found = discover([alone, other], {})
    assert [(one.where, one.also, one.journey) for one in found.unchecked] == [
        ("the page “Paid”", ("the page “My orders”",), "Booking"),
        ("the page “Paid”", (), "Booking"),
    ]
    checked = Reading(journey(promise("delivery")), [second])
    assert [one.sentence for one in discover([alone, other, checked], {}).unchecked] == ["Check your inbox."]


def test_what_is_promised_and_never_told() -> None:
    welcome = LetterRead("the welcome", "We will remind you the day before the event.", "Ada", "w", NOON)
    reminder = LetterRead("the reminder", "This reminder is on its way.", "Ada", "r", NOON + timedelta(days=1))
    view = journey(kept_by(promise("reminder"), "r"), promise("survey"), promise("link", channel="page"))
    assert [one.kind for one in untold(view, [PAGE], [welcome, reminder], {})] == ["survey"]
    late = welcome._replace(at=NOON + timedelta(days=2))
    found = untold(view, [PAGE], [late, reminder], {})
    assert [one.kind for one in found] == ["reminder", "survey"]
    assert found[0].said == "Ada is to get the reminder, and we found no sentence beforehand that tells her so."
