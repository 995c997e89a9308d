"""Placeholders and debris: found in every dialect and place, and never in ordinary language."""

from __future__ import annotations

import pytest

from tests.checks.letters import ORDINARY, failing, found, known, page, person, rows, touch
from upheld.checks import Severity, Touch
from upheld.checks.wording import Debris, Placeholder
from upheld.promises import Attachment, Link
from upheld.promises.expectation import Knowledge
from upheld.promises.facts import Fact


@pytest.mark.parametrize(
    "hole",
    [
        "{{first_name}}", "{{ customer.name|default:'you' }}", "{{{name}}}", "{{#if paid}}", "{{${first_name}}}",
        "{% if customer %}", "{%- endif -%}", "{first_name}", "{name}", "{Name}", "{order.total}", "{firstName}",
        "${name}", "$!{user.name}", "%s", "%d", "%1$s", "%(name)s", "[[name]]", "[[data:name:\"\"]]", "[[FIRST_NAME]]",
        "[FIRST_NAME]", "[First Name]", "[Your Name]", "[Vorname]", "[Prénom]", "*|FNAME|*", "%%name%%",
        "%%=v(@name)=%%", "%recipient.name%", "%FIRSTNAME%", "<%= name %>", "<?= $name ?>", "#{name}", "@Model.Name",
        "$name$", "$first_name$", "__NAME__", "__FIRST_NAME__", "{!Contact.Name}", "{$customer.name}",
        "[firstname,fallback=]", "$[FNAME]$", "##firstname##", "<<First Name>>", "<#if name??>",
    ],
)  # fmt: skip
def test_a_placeholder_of_any_dialect_is_found(hole: str) -> None:
    said = failing(Placeholder(), touch(f"Hi {hole}, your seat is booked."))
    assert len(said) == 1, said
    assert said[0].startswith("The receipt says “")
    assert "a placeholder that nobody filled in" in said[0]


@pytest.mark.parametrize(
    ("one", "where"),
    [
        (touch("Hello", subject="Your order {{number}}"), "The subject of the receipt says"),
        (touch("Hi {{name}}", html=page("Hi Ada,")), "The plain text of the receipt says"),
        (touch(html=page("Hi", head="<title>{{shop}}</title>")), "The title of the receipt says"),
        (touch(html=page('<img src="a.png" alt="{{event}}">')), "The receipt says"),
        (touch(html=page('<div style="display:none">{{preheader}}</div>')), "The hidden line of the receipt says"),
        (touch(links=[Link("Pay", "https://tickets.example/pay/%7B%7Border.id%7D%7D")]), "A link in the receipt says"),
        (
            touch(attachments=(Attachment("r.pdf", "application/pdf", 9, "Issued to {{name}}"),)),
            "r.pdf, which came with the receipt, says",
        ),
        (touch("Thank you, {{name}}", subject="Paid", channel="page"), "The page “Paid” says"),
    ],
)
def test_it_is_found_in_any_part_and_its_place_is_named(one: Touch, where: str) -> None:
    assert [said[: len(where)] for said in failing(Placeholder(), one)][-1] == where


@pytest.mark.parametrize(
    "hole",
    ["*|UNSUB|*", "*|ARCHIVE|*", "<%asm_group_unsubscribe_raw_url%>", "{{unsubscribe}}", "{{{unsubscribe}}}",
     "%unsubscribe_url%"],
)  # fmt: skip
def test_what_a_list_service_fills_in_on_its_way_only_warns(hole: str) -> None:
    one = touch(f"Hi Ada, no more letters: {hole}", html=page(f'<a href="https://shop.example/{hole}">Stop</a>'))
    assert {str(it.severity) for it in found(Placeholder(), one)} <= {"warn"}


def test_a_file_is_told_by_its_channel_and_a_placeholder_is_told_once() -> None:
    file = Attachment("r.pdf", "application/pdf", 9, "Issued to {{name}}")
    assert [one.part for one in found(Placeholder(), touch(attachments=(file,)))] == ["PDF"]
    assert len(failing(Placeholder(), touch("Hi {{name}}", html=page("Hi {{name}}, {{name}}")))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "Hi ,",
        "Dear !",
        "Dear Ms ,",
        "Sehr geehrte Frau ,",
        "Hallo ,",
        "Liebe ,",
        "Hola ,",
        "Beste ,",
        "Chère ,",
        "Hello ,,",
    ],
)
def test_a_greeting_without_a_name_greets_nobody(line: str) -> None:
    assert [one.rule for one in found(Placeholder(), touch(f"{line}\nyour seat is booked."))] == ["empty greeting"]


@pytest.mark.parametrize(
    "line", ["Hello!", "Dear all,", "Bonjour ,", "Hi there ,", "Hallo zusammen!", "Hi Ada ,", "Dear,"]
)
def test_a_greeting_that_needs_no_name_is_left_alone(line: str) -> None:
    assert not found(Placeholder(), touch(f"{line}\nyour seat is booked."))


@pytest.mark.parametrize(
    "text",
    [
        "Dear None,", "Hi undefined,", "Hello Ada null,", "Hallo undefined, dein Platz", "Total: NaN", "Total: NaN €",
        "Place: null", "Venue: None", "Venue\nNone", "Ort: undefined", "Fecha: Invalid Date", "Date: None",
        "undefined", "null", "You paid €NaN.", "You paid undefined EUR.", "Amount paid: Infinity",
        "Your order: [object Object]", "Hi undefined undefined", "It begins on undefined.", "See you at Invalid Date.",
        "Starts NaN:NaN", "Tom &amp;amp; Jerry", "One&nbsp;seat", "Line one<br>Line two", "<strong>Paid</strong>",
        "Lorem ipsum dolor sit amet", "FIXME: add the place", "Venue: TODO", "Traceback (most recent call last):",
        "Liquid error: undefined method", "Thank you.\\n\\nYour seat is booked", "Vielen Dank fÃ¼r Ihre Buchung",
        "Here’s the thing: itâ€™s booked", "Paid: â‚¬120", "Paid: Â£120", "GrÃ¶ÃŸe", "\tPreis\tNaN",
    ],
)  # fmt: skip
def test_debris_in_the_place_of_a_value_fails(text: str) -> None:
    assert failing(Debris(), touch(f"Your receipt from the shop\n{text}\nKind regards and see you soon")), text


@pytest.mark.parametrize(
    ("html", "words"),
    [
        (page("One&amp;nbsp;seat"), "&nbsp;"),
        (page("Line one&lt;br&gt;Line two"), "<br>"),
        (rows(("Total", "NaN"), ("Place", "Town Hall")), "NaN"),
    ],
)
def test_what_a_reader_sees_of_the_html_is_held_against_it(html: str, words: str) -> None:
    assert [words in one.words for one in found(Debris(), touch(html=html))] == [True]


@pytest.mark.parametrize(
    ("url", "severity"),
    [
        ("https://tickets.example/orders/undefined", [Severity.FAIL]),
        ("https://tickets.example/orders/null/ticket", [Severity.FAIL]),
        ("https://click.example/u/null/abc", [Severity.WARN]),
        ("https://tickets.example/orders/7?ref=null", []),
        ("https://tickets.example/nullable", []),
    ],
)
def test_an_address_without_its_value_is_debris_on_the_site_itself(url: str, severity: list[Severity]) -> None:
    assert [one.severity for one in found(Debris(), touch(links=[Link("Your ticket", url)]))] == severity


@pytest.mark.parametrize(("locale", "one"), ORDINARY)
def test_ordinary_mail_has_neither(locale: str, one: Touch) -> None:
    her = known(person=person(locale=locale))
    assert [*found(Placeholder(), one, her), *found(Debris(), one, her)] == []


def test_what_she_wrote_herself_or_is_called_is_hers() -> None:
    her = person("Jennifer", "null", wishes="{{surprise me}}")
    assert not found(Debris(), touch("Name: null"), known(person=her))
    assert not found(Placeholder(), touch("Your wish: {{surprise me}}"), known(person=her))
    event = Knowledge({"the event": Fact("the event", "[object Object]")})
    assert not found(Debris(), touch("Event: [object Object]"), known(knowledge=event))


def test_where_the_message_could_not_be_read_well_its_letters_are_no_fault_of_the_sites() -> None:
    one = touch("Vielen Dank fÃ¼r", faults=("no charset is named",))
    assert [finding.severity for finding in found(Debris(), one)] == [Severity.WARN]
