"""Any form is filled in as this customer, and what cannot be answered is told with what the feature can say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import untimed
from upheld.browser.filling import Filled
from upheld.browser.forms import fill_in
from upheld.browser.manner import Manner
from upheld.cast import Person
from upheld.errors import StepFailed

HASTY = Manner(who="Ada", limit=1.0)
HERS = ["Ada", "Mendes", "ada.t0@mail.test", "Vicente Lda."]


def fill(page: Page, ada: Person, html: str, overrides: Mapping[str, str] | None = None, lang: str = "en") -> list[str]:
    """Show a page, fill it in, and return "label = value" for each field that was filled."""
    page.set_content(f"<html lang={lang}><body>{html}</body></html>")
    return [f"{filled.label} = {filled.value}" for filled in fill_in(page, ada, overrides, HASTY)]


def value(page: Page, selector: str) -> str:
    return page.locator(selector).input_value()


BOOKING = """
<form>
  <label>First name * <input name=a autocomplete="section-ada billing given-name" required></label>
  <label>Last name <input name=b autocomplete=family-name></label>
  <label>Email <input name=c type=email required></label>
  <label>Confirm email <input name=d type=email required></label>
  <label for=e>Company</label><input id=e>
  <label>Dietary needs <select name=f>
    <option value="">Please choose</option><option>Vegan</option><option>Vegetarian</option></select></label>
  <label>Date of birth <input type=date name=g></label>
  <label>Country <select name=h><option value="">-</option><option value=DE>Germany</option>
    <option value=PT>Portugal</option></select></label>
  <label>How many seats? <input type=number name=i min=2></label>
  <label><input type=checkbox name=j required> I accept the terms</label>
  <label><input type=checkbox name=k> Send me your newsletter</label>
  <label>Choose a password <input type=password name=l autocomplete=new-password></label>
  <label>Voucher <input name=m></label>
  <fieldset><legend>Ticket</legend>
    <label><input type=radio name=n value=a required> Early bird</label>
    <label><input type=radio name=n value=b> Regular</label></fieldset>
  <button>Continue</button>
</form>"""


def test_she_fills_in_a_booking(her_page: Page, ada: Person) -> None:
    assert fill(her_page, ada, BOOKING) == [
        "First name = Ada",
        "Last name = Mendes",
        "Email = ada.t0@mail.test",
        "Confirm email = ada.t0@mail.test",
        "Company = Vicente Lda.",
        "Dietary needs = Vegetarian",
        "Date of birth = 1989-02-14",
        "Country = Portugal",
        "How many seats? = 2",
        "I accept the terms = yes",
        "Choose a password = ***",
        "Ticket = Early bird",
    ]
    assert value(her_page, "[name=h]") == "PT"
    assert value(her_page, "[name=l]") == ada.password
    assert not her_page.locator("[name=k]").is_checked()
    assert value(her_page, "[name=m]") == ""


def test_how_each_field_was_known(her_page: Page, ada: Person) -> None:
    her_page.set_content(
        "<form><input autocomplete=given-name><input aria-label='Job title'><input placeholder='Surname'>"
        "<input name=post_code><input type=tel><input aria-label='T-shirt'></form>"
    )
    assert fill_in(her_page, ada, {"T-shirt": "M"}, HASTY) == [
        Filled("a field without a name (text)", "Ada", "autocomplete"),
        Filled("Job title", "Team Lead", "detail"),
        Filled("Surname", "Mendes", "label"),
        Filled("post_code", "9431-869", "name"),
        Filled("a field without a name (tel)", "+14155550101", "type"),
        Filled("T-shirt", "M", "the feature"),
    ]


@pytest.mark.parametrize(
    ("lang", "labels", "values"),
    [
        (
            "de",
            ["Vorname", "Name", "E-Mail-Adresse", "Firma", "PLZ", "Ort", "Straße", "Land", "Telefon", "Geburtsdatum"],
            [*HERS, "9431-869", "Lisbon", "Travessa de Branco, 2", "Portugal", "+14155550101", "14/02/1989"],
        ),
        (
            "fr",
            ["Prénom", "Nom", "Courriel", "Entreprise", "Code postal", "Ville", "Adresse", "Pays"],
            [*HERS, "9431-869", "Lisbon", "Travessa de Branco, 2", "Portugal"],
        ),
        ("es", ["Nombre", "Apellidos", "Correo electrónico", "Empresa"], HERS),
        ("pt", ["Nome completo", "Morada", "Telemóvel"], ["Ada Mendes", "Travessa de Branco, 2", "+14155550101"]),
        ("nl", ["Voornaam", "Achternaam", "Woonplaats", "Bedrijf"], ["Ada", "Mendes", "Lisbon", "Vicente Lda."]),
        ("it", ["Nome e cognome", "Indirizzo", "Città"], ["Ada Mendes", "Travessa de Branco, 2", "Lisbon"]),
        ("en", ["Your full name", "Zip code", "Mobile"], ["Ada Mendes", "9431-869", "+14155550101"]),
    ],
)  # fmt: skip
def test_labels_in_several_languages(
    her_page: Page, ada: Person, lang: str, labels: list[str], values: list[str]
) -> None:
    html = "<form>" + "".join(f"<label>{label} <input></label>" for label in labels) + "</form>"
    assert fill(her_page, ada, html, lang=lang) == [
        f"{label} = {text}" for label, text in zip(labels, values, strict=True)
    ]


def test_a_country_is_named_in_the_language_of_the_page(her_page: Page, ada: Person) -> None:
    ben = replace(ada, locale="de-DE", country="Germany")
    assert fill(her_page, ben, "<label>Pays <input></label>", lang="fr-FR") == ["Pays = Allemagne"]


def test_what_is_not_hers_to_fill_is_left(her_page: Page, ada: Person) -> None:
    html = """<form>
      <label>Email <input type=email></label>
      <label>Name <input value="Ada M."></label>
      <label>Company <input disabled></label>
      <label>City <input readonly></label>
      <fieldset disabled><label>Phone <input required></label></fieldset>
      <label style="display:none">Postcode <input required></label>
      <label style="position:absolute; left:-5000px">Website <input name=url required></label>
      <div aria-hidden=true><label>First name <input></label></div>
      <label style="opacity:0">Last name <input></label>
      <label>Team name <input></label>
      <input type=hidden name=email required>
      <label>Comments <textarea></textarea></label>
    </form>"""
    assert fill(her_page, ada, html) == ["Email = ada.t0@mail.test"]


def test_a_required_field_of_which_nothing_is_known(her_page: Page, ada: Person) -> None:
    html = """<form><label>Shoe size * <input></label><label>Email <input></label>
      <label>Badge <input required></label></form>"""
    with pytest.raises(StepFailed) as told:
        fill(her_page, ada, html)
    assert untimed(told.value) == (
        'Ada could not fill in the form at about:blank: it wants "Shoe size" and "Badge", and nothing of that kind is '
        "known of her. Say it in a table under the step: | Shoe size | … | | Badge | … |"
    )


def test_the_feature_says_it(her_page: Page, ada: Person) -> None:
    html = """<form><label>Shoe size * <input name=s></label><label>Email <input></label>
      <label>Repeat the email <input></label><label>Size <select><option>S</option><option>M</option></select></label>
      <label><input type=checkbox> Remind me</label>
      <label>Card number <input autocomplete=cc-number required></label></form>"""
    table = {
        "shoe size": "38",
        "Email": "other@mail.test",
        "Size": "M",
        "Remind me": "yes",
        "cc-number": "4242424242424242",
    }
    assert fill(her_page, ada, html, table) == [
        "Shoe size = 38",
        "Email = other@mail.test",
        "Repeat the email = other@mail.test",
        "Size = M",
        "Remind me = yes",
        "Card number = ***",
    ]


@pytest.mark.parametrize(
    ("html", "table", "words"),
    [
        (
            "<label>Email <input></label><label>Company <input></label>",
            {"Compny": "Upheld"},
            'no field is called "Compny". It has "Email", "Company". Did you mean "Company"?',
        ),
        (
            "<label>First name <input></label><label>Last name <input></label>",
            {"name": "Ada"},
            '"name" could be "First name" or "Last name". Say the whole of its words in the feature.',
        ),
        (
            "<label>Size <select><option value=''>-<option>Small<option>Large</select></label>",
            {"Size": "Smalx"},
            '"Size" has no choice "Smalx". It has "Small", "Large". Did you mean "Small"?',
        ),
        (
            "<label><input type=checkbox> Remind me</label>",
            {"Remind me": "perhaps"},
            '"Remind me" can be ticked or not; say yes or no instead of "perhaps".',
        ),
        ("<p>Nothing here</p>", {}, "there is none. It looked for N s."),
    ],
)
def test_what_the_feature_says_does_not_fit(
    her_page: Page, ada: Person, html: str, table: dict[str, str], words: str
) -> None:
    with pytest.raises(StepFailed) as told:
        fill(her_page, ada, html, table)
    assert untimed(told.value) == f"Ada could not fill in the form at about:blank: {words}"


def test_of_several_forms_the_one_that_matters(her_page: Page, ada: Person) -> None:
    html = """<form role=search><input type=search aria-label=Search></form>
      <form><label>Email <input name=login></label><label>Password <input type=password></label>
        <button>Sign in</button></form>
      <form><label>Email <input name=booking></label></form>
      <footer><form><label>Your name <input></label><label>Email <input></label>
        <button>Subscribe</button></form></footer>"""
    assert fill(her_page, ada, html) == ["Email = ada.t0@mail.test"]
    assert value(her_page, "[name=booking]") == ada.email
    assert value(her_page, "[name=login]") == ""


def test_a_form_in_an_open_dialog_goes_first(her_page: Page, ada: Person) -> None:
    html = """<form><label>First name <input></label><label>Last name <input></label></form>
      <dialog open><form><label>Company <input></label></form></dialog>"""
    assert fill(her_page, ada, html) == ["Company = Vicente Lda."]


def test_the_only_form_is_the_one(her_page: Page, ada: Person) -> None:
    html = (
        "<form><label>Email <input></label><label>Password <input type=password></label><button>Sign in</button></form>"
    )
    assert fill(her_page, ada, html) == ["Email = ada.t0@mail.test", "Password = ***"]


def test_fields_without_a_form(her_page: Page, ada: Person) -> None:
    assert fill(her_page, ada, "<div><label>Email <input></label></div>") == ["Email = ada.t0@mail.test"]


def test_an_answer_may_bring_further_fields(her_page: Page, ada: Person) -> None:
    html = """<form><label>Email <input oninput="more.hidden = false"></label>
      <p id=more hidden><label>Company <input required></label></p></form>"""
    assert fill(her_page, ada, html) == ["Email = ada.t0@mail.test", "Company = Vicente Lda."]


def test_a_checkbox_that_is_drawn_by_its_label(her_page: Page, ada: Person) -> None:
    html = """<style>.tick { position: absolute; opacity: 0; width: 0 }</style>
      <form><input class=tick type=checkbox id=ok required>
      <label for=ok style="padding-left:30px">I agree to the <a href="javascript:void 0">terms</a></label>
      <input class=tick type=radio name=r id=r1 value=1 required><label for=r1>One</label></form>"""
    assert fill(her_page, ada, html) == ["I agree to the terms = yes", "r = One"]
    assert her_page.locator("#ok").is_checked()
    assert her_page.locator("#r1").is_checked()


def test_of_marketing_she_wants_none(her_page: Page, ada: Person) -> None:
    html = """<form><fieldset><legend>May we send you offers?</legend>
      <label><input type=radio name=n value=1 required> Yes, please</label>
      <label><input type=radio name=n value=0> No, thank you</label></fieldset>
      <label><input type=checkbox> I agree to receive marketing</label>
      <label><input type=checkbox> I agree to the privacy policy</label></form>"""
    assert fill(her_page, ada, html) == [
        "May we send you offers? = No, thank you",
        "I agree to the privacy policy = yes",
    ]


def test_a_field_that_takes_nothing_is_told(her_page: Page, ada: Person) -> None:
    html = "<form><label>Email <input type=number required aria-label=Email></label></form>"
    with pytest.raises(StepFailed, match=r'"Email" did not take "ada\.t0@mail\.test"'):
        fill(her_page, ada, html)


def test_a_form_in_a_shadow_tree(her_page: Page, ada: Person) -> None:
    html = """<div id=host></div><script>host.attachShadow({mode: 'open'}).innerHTML =
      '<form><label>Email <input type=email></label></form>'</script>"""
    assert fill(her_page, ada, html) == ["Email = ada.t0@mail.test"]


def test_a_form_in_a_frame_is_filled_by_its_frame(her_page: Page, ada: Person) -> None:
    her_page.set_content("<iframe srcdoc='<form><label>Email <input></label></form>'></iframe>")
    her_page.frame_locator("iframe").locator("input").wait_for()
    assert [filled.label for filled in fill_in(her_page.frames[1], ada, manner=HASTY)] == ["Email"]


def test_a_page_that_draws_its_fields_anew(her_page: Page, ada: Person) -> None:
    html = """<form id=f></form><script>
      const said = {};
      const draw = () => { f.innerHTML = ['First name', 'Last name', 'Email'].map((name) =>
        `<label>${name} <input required name="${name}" value="${said[name] || ''}"
          oninput="said[this.name] = this.value; draw()"></label>`).join('') };
      draw()</script>"""
    assert fill(her_page, ada, html) == ["First name = Ada", "Last name = Mendes", "Email = ada.t0@mail.test"]
    assert her_page.evaluate("Object.values(said)") == ["Ada", "Mendes", "ada.t0@mail.test"]


def test_what_the_feature_says_goes_to_one_field(her_page: Page, ada: Person) -> None:
    html = """<form><label>Company <input oninput="more.hidden = false"></label>
      <p id=more hidden><label>Company size <input></label><label>Email <input></label></p></form>"""
    assert fill(her_page, ada, html, {"Company": "Upheld"}) == ["Company = Upheld", "Email = ada.t0@mail.test"]


def test_a_form_that_comes_after_the_search(her_page: Page, ada: Person) -> None:
    html = """<form role=search><input aria-label=Search></form><div id=app></div><script>
      setTimeout(() => app.innerHTML = '<form><label>Company <input></label></form>', 200)</script>"""
    assert fill(her_page, ada, html) == ["Company = Vicente Lda."]
