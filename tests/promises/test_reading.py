"""Reading promises from steps: who is promised what, how often, by when."""

from __future__ import annotations

import re

import pytest

from upheld.errors import FeatureError
from upheld.promises import Promise, Window, parse_window
from upheld.promises.reading import Protagonist, StepText, names_in, read_promises, read_scenario
from upheld.promises.window import JOURNEY_START, PROMISE_STEP, Edge

USUAL = {
    "receipt": parse_window("within 2 minutes of paying"),
    "reminder": parse_window("on the day before the event"),
    **dict.fromkeys(("confirmation", "copy", "email", "welcome mail"), parse_window("within 1 minute")),
}


def step(text: str, *rows: tuple[str, ...]) -> StepText:
    return StepText(text, "features/a.feature", 12, rows, tuple(range(13, 13 + len(rows))))


def read(text: str, *rows: tuple[str, ...], who: str = "Ada") -> tuple[Promise, ...]:
    promises = read_promises(step(text, *rows), Protagonist(who), USUAL.get)
    assert promises is not None, text
    return promises


def told(promise: Promise) -> tuple[str, str, int, int | None, str]:
    return promise.who, promise.kind, promise.least, promise.most, promise.window.words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Ada is promised a receipt by email within 2 minutes of paying",
            [("Ada", "receipt", 1, 1, "within 2 minutes of paying")],
        ),
        (
            "she is promised a receipt within 2 minutes of paying by email",
            [("Ada", "receipt", 1, 1, "within 2 minutes of paying")],
        ),
        ("she is promised a receipt by e-mail within 1 hour", [("Ada", "receipt", 1, 1, "within 1 hour")]),
        ("she receives a code by email within 1 minute", [("Ada", "code", 1, 1, "within 1 minute")]),
        ("she is promised a receipt by email", [("Ada", "receipt", 1, 1, "within 2 minutes of paying")]),
        ("she is promised a receipt", [("Ada", "receipt", 1, 1, "within 2 minutes of paying")]),
        ("she is promised her receipt", [("Ada", "receipt", 1, 1, "within 2 minutes of paying")]),
        ("she is promised exactly one receipt", [("Ada", "receipt", 1, 1, "within 2 minutes of paying")]),
        ("she is promised two reminders", [("Ada", "reminder", 2, 2, "on the day before the event")]),
        ("she is promised 12 reminders", [("Ada", "reminder", 12, 12, "on the day before the event")]),
        ("she is promised at most one reminder", [("Ada", "reminder", 0, 1, "on the day before the event")]),
        ("she is promised at most two reminders", [("Ada", "reminder", 0, 2, "on the day before the event")]),
        ("she is promised at least one reminder", [("Ada", "reminder", 1, None, "on the day before the event")]),
        (
            "she is promised seven welcomes by email within 2 weeks of paying",
            [("Ada", "welcome", 7, 7, "within 2 weeks of paying")],
        ),
        (
            "she is promised two copies by email within 1 day of paying",
            [("Ada", "copy", 2, 2, "within 1 day of paying")],
        ),
        (
            "she is promised two passes by email within 1 day of paying",
            [("Ada", "pass", 2, 2, "within 1 day of paying")],
        ),
        (
            "she is promised a reminder by email 1 day before the event",
            [("Ada", "reminder", 1, 1, "1 day before the event")],
        ),
        (
            "she is promised a reminder by email, on the day before the event",
            [("Ada", "reminder", 1, 1, "on the day before the event")],
        ),
        (
            "she is promised a reminder by email between 2 days and 1 day before the event",
            [("Ada", "reminder", 1, 1, "between 2 days and 1 day before the event")],
        ),
        (
            "she is promised a thank-you by email after the event, within 3 days",
            [("Ada", "thank-you", 1, 1, "after the event, within 3 days")],
        ),
        (
            "she is promised a workbook by email on the day of the event by 08:00",
            [("Ada", "workbook", 1, 1, "on the day of the event by 08:00")],
        ),
        (
            "she is promised an outline of what comes next by email within 1 hour",
            [("Ada", "outline of what comes next", 1, 1, "within 1 hour")],
        ),
        (
            "the organiser is promised a notice by email within 1 minute",
            [("the organiser", "notice", 1, 1, "within 1 minute")],
        ),
        (
            "The organiser is promised a notice by email within 1 minute",
            [("the organiser", "notice", 1, 1, "within 1 minute")],
        ),
        ("Élodie is promised a receipt", [("Élodie", "receipt", 1, 1, "within 2 minutes of paying")]),
        ("they receive a receipt", [("Ada", "receipt", 1, 1, "within 2 minutes of paying")]),
    ],
)
def test_forms(text: str, expected: list[tuple[str, str, int, int | None, str]]) -> None:
    assert [told(promise) for promise in read(text)] == expected


@pytest.mark.parametrize(
    ("words", "channel"),
    [
        ("a code by text message within 1 minute", "text message"),
        ("a download link on the page within 5 seconds", "page"),
        ("an invoice as a PDF within 1 minute", "PDF"),
        ("an invitation as a calendar entry on the day before the event", "calendar entry"),
        ("a list as a CSV 1 day after the event", "CSV"),
        ("a workbook as a download within 1 minute", "download"),
        ("a notice by webhook within 5 seconds", "webhook"),
        ("a receipt within 5 seconds", "email"),
    ],
)
def test_channels(words: str, channel: str) -> None:
    (promise,) = read(f"Ada is promised {words}")
    assert promise.channel == channel
    assert promise.kind == words.split()[1] or promise.kind == "download link"
    assert promise.window.words


def test_for_begins_a_window_only_where_a_duration_follows() -> None:
    (asked,) = read("Ada is promised a request for names by email within 1 hour")
    assert (asked.kind, asked.window.words) == ("request for names", "within 1 hour")
    (none,) = read("Ada is promised no reminder for 2.5 minutes")
    assert (none.kind, none.window.words) == ("reminder", "for 2.5 minutes")


def test_then_is_an_order() -> None:
    made = read("Ada is promised a confirmation, then an invoice and then an outline by email within 1 hour")
    assert [(one.kind, [(row.key, row.value) for row in one.expectation.rows]) for one in made] == [
        ("confirmation", []),
        ("invoice", [("not before", "the confirmation")]),
        ("outline", [("not before", "the invoice")]),
    ]


def test_a_group_once_named_is_each_of_them() -> None:
    steps = [
        StepText("the delegates are Ben, Cleo and Dan"),
        StepText("Ada walks on"),
        StepText("the delegates are each promised a workbook within 1 hour"),
        StepText("she is promised a receipt within 1 hour"),
    ]
    made = [promise.who for _, promises in read_scenario(steps, lambda kind: None) for promise in promises]
    assert made == ["Ben", "Cleo", "Dan", "Ada"]


def test_several_people_and_several_kinds() -> None:
    promises = read(
        "the delegates Ben and Cleo are each promised a workbook and exactly one invoice by email within 1 hour"
    )
    assert [(one.who, one.kind) for one in promises] == [
        ("Ben", "workbook"),
        ("Cleo", "workbook"),
        ("Ben", "invoice"),
        ("Cleo", "invoice"),
    ]
    assert [one.who for one in read("Ben and Cleo each receive a code by email within 1 minute")] == ["Ben", "Cleo"]
    assert [one.kind for one in read("she is promised a receipt, a reminder and no welcome mail by email")] == [
        "receipt",
        "reminder",
        "welcome mail",
    ]


def test_a_table_holds_for_every_kind_that_is_to_come() -> None:
    receipt, reminder, none = read("she is promised a receipt, a reminder and no welcome mail", ("says", "Hall 3"))
    assert receipt.expectation.rows == reminder.expectation.rows
    assert receipt.expectation.rows[0].line == 13
    assert none.silent


def test_to_receive_is_to_wait() -> None:
    assert read("she receives a receipt")[0].waits
    assert not read("she is promised a receipt")[0].waits
    assert read("she is promised a receipt")[0].words == "she is promised a receipt"
    assert (read("she receives a receipt")[0].file, read("she receives a receipt")[0].line) == (
        "features/a.feature",
        12,
    )


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("she is promised no receipt", ["receipt"]),
        (
            "she is promised no confirmation, no receipt and no reminder by email",
            ["confirmation", "receipt", "reminder"],
        ),
        ("she is promised no reminders", ["reminder"]),
        ("she is promised no further reminders by email", ["reminder"]),
        ("she is promised no more emails by email after cancelling", ["email"]),
        ("she is promised no copies", ["copy"]),
        ("she is promised exactly 0 receipts", ["receipt"]),
    ],
)
def test_silence(text: str, kinds: list[str]) -> None:
    promises = read(text)
    assert [promise.kind for promise in promises] == kinds
    assert all(promise.silent and promise.touchpoint == f"no {promise.kind}" for promise in promises)


def test_silence_is_watched_for_as_long_as_the_thing_may_take() -> None:
    assert read("she is promised no receipt")[0].window.closes == Edge("paying", seconds=120, or_promise=True)
    assert read("she is promised no reminder")[0].window.closes == USUAL["reminder"].closes
    assert read("she is promised no copy")[0].window.closes == Edge(PROMISE_STEP, seconds=60, or_promise=True)
    with pytest.raises(FeatureError, match=r"a\.feature:12: for how long is she to get no voucher\? Say it"):
        read("she is promised no voucher")
    assert read("she is promised no receipt for 10 seconds")[0].window == parse_window("for 10 seconds")
    assert read("she is promised no receipt")[0].window.opens == Edge(JOURNEY_START, from_end=True)


@pytest.mark.parametrize("words", ["after cancelling", "after cancelling, within 3 days"])
def test_what_comes_while_she_cancels_is_not_yet_unwanted(words: str) -> None:
    for text in (f"she is promised no reminder by email {words}", f"she is promised no reminder {words}"):
        assert read(text)[0].window.opens == Edge("cancelling", from_end=True)
    assert read("she is promised no receipt within 2 minutes of paying")[0].window.opens == Edge("paying")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("she is promised a receipt by pigeon within 2 minutes", 'no channel is called "by pigeon".'),
        ("she is promised a receipt by emial within 2 minutes", 'called "by emial". Did you mean "by email"?'),
        ("she is promised a receipt as a PFD within 2 minutes", 'called "as a PFD". Did you mean "as a PDF"?'),
        ("she is promised an invoice by email", "until when is she promised the invoice? Add a window"),
        (
            "she is promised an invoice by email within 2 mintues",
            '"within 2 mintues" says no window that is understood.',
        ),
        ("she is promised an invoice by email after paying", '"after paying" does not say until when.'),
        ("she is promised receipt by email within 2 minutes", '"receipt" is no touchpoint that is understood.'),
        ("she is promised several receipts by email within 2 minutes", '"several receipts" is no touchpoint'),
        ("she is promised no receipt by email by tomorrow", "is no touchpoint that is understood"),
        ("she is promised no receipt until tomorrow", "is no touchpoint that is understood"),
        ("she is promised no receipt at 08:00", "is no touchpoint that is understood"),
        ("she is promised a receipt by email within 1 hour of paying by card", "says no window that is understood"),
        ("she is promised nothing", '"nothing" is no touchpoint that is understood'),
    ],
)
def test_what_is_not_understood_has_file_and_line(text: str, said: str) -> None:
    with pytest.raises(FeatureError) as raised:
        read(text)
    assert str(raised.value).startswith("features/a.feature:12: ")
    assert said in str(raised.value)


def test_a_faulty_row_has_its_own_line() -> None:
    with pytest.raises(FeatureError, match=re.escape('features/a.feature:14: a promise\'s table has no row "sais".')):
        read("she is promised a receipt", ("says", "x"), ("sais", "y"))


def test_silence_has_no_table() -> None:
    with pytest.raises(FeatureError, match=r"a\.feature:13: what is promised not to come says nothing"):
        read("she is promised no receipt", ("says", "x"))


def test_she_needs_a_name_first() -> None:
    with pytest.raises(FeatureError, match='"she": nobody was named yet'):
        read("she is promised a receipt", who="")


@pytest.mark.parametrize(
    "text",
    [
        'she presses "Pay"',
        "she is told why",
        "the receipt is promised",
        "",
        "promised a receipt",
        "Ada opens the page of the event",
    ],
)
def test_steps_that_promise_nothing(text: str) -> None:
    assert read_promises(step(text), Protagonist("Ada"), USUAL.get) is None


@pytest.mark.parametrize(
    ("before", "she"),
    [
        (["Ada lives in Lisbon"], "Ada"),
        (["Ada lives in Lisbon", "Ben has a ticket"], "Ben"),
        (["Ada lives in Lisbon", 'Élodie opens "/"'], "Élodie"),
        (["Ada lives in Lisbon", "Øyvind's card is declined"], "Øyvind"),
        (["Ada lives in Lisbon", 'the event "Systems Day" takes place in 4 days'], "Ada"),
        (["Ada lives in Lisbon", "the organiser finds her in the list"], "Ada"),
        (["Ada lives in Lisbon", "The shop sends nothing"], "Ada"),
        (["Ada is promised a receipt", "Ben is promised a receipt"], "Ben"),
    ],
)
def test_she_is_whom_the_steps_named_last(before: list[str], she: str) -> None:
    found = read_scenario([step(text) for text in (*before, "she is promised a reminder")], USUAL.get)
    index, promises = found[-1]
    assert index == len(before)
    assert [promise.who for promise in promises] == [she]


def test_names() -> None:
    assert names_in("the delegates Ben and Cleo") == ("Ben", "Cleo")
    assert names_in("Ben and Ben") == ("Ben",)
    assert names_in("The organiser") == names_in("she") == ()
    assert names_in("Jean-Luc and Zoë") == ("Jean-Luc", "Zoë")


def test_promises_go_through_json() -> None:
    for promise in read("Ada is promised at least two receipts and no welcome mail", ("says", "Hall 3")):
        assert Promise.from_json(promise.to_json()) == promise
    assert isinstance(read("she is promised no receipt")[0].window, Window)


@pytest.mark.parametrize(
    "text",
    [
        "Ada is promised a receipt but no reminder by email within 1 minute",
        "Ada is promised no confirmation nor reminder by email for 10 seconds",
        "Ada is promised no text message for 20 seconds",
        "Ada is promised a PDF within 20 seconds",
        "Ada is promised a workbook each by email within 1 minute",
        "Ada is promised a reminder exactly 1 day before the event",
        "Ada is promised a receipt immediately after paying, within 1 minute",
        "Ada is promised a receipt in her inbox within 1 minute",
        "Ada is promised a confirmation by email and a ticket as a PDF within 1 minute",
        "Ada is promised no mail from the shop for 10 seconds",
        "Neither Ben nor Cleo is promised an invoice by email within 1 minute",
        "Nobody is promised an invoice by email within 1 minute",
        "All the delegates are promised an invoice by email within 1 minute",
        "Ada and the organiser are each promised a notice by email within 1 minute",
        "the delegates are each promised a workbook by email within 1 minute",
    ],
)
def test_what_could_be_read_as_something_else_is_refused(text: str) -> None:
    with pytest.raises(FeatureError, match=r"features/a.feature:12: "):
        read(text)


def test_what_is_not_received_is_not_waited_for() -> None:
    (none,) = read("Ada receives no receipt by email for 1 second")
    assert (none.silent, none.waits) == (True, False)


def test_silence_for_a_while_after_something() -> None:
    (none,) = read("She is promised no reminder by email for 3 days after cancelling")
    assert (none.who, none.kind) == ("Ada", "reminder")
    assert (none.window.opens.moment, none.window.opens.from_end, none.window.closes.days) == ("cancelling", True, 3)


def test_a_kind_is_forbidden_by_the_name_that_the_map_has_for_it() -> None:
    assert [one.kind for one in read("Ada is promised no details and no sign-in links by email for 1 minute")] == [
        "details",
        "sign-in link",
    ]
