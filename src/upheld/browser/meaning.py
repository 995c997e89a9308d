"""What a field of a form asks for, and what this customer answers.

By the field's `autocomplete` tokens (HTML, section 4.10.18.7), then by her own details, then by the words of its
label in several languages, then by its type.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton

from upheld.cast import Person

__all__ = ["SECRETS", "Answer", "answer", "meaning", "plain"]

AUTOCOMPLETE: Mapping[str, str] = {
    "name": "name",
    "given-name": "given",
    "family-name": "family",
    "nickname": "given",
    "username": "username",
    "new-password": "password",
    "current-password": "password",
    "organization-title": "job title",
    "organization": "company",
    "street-address": "street",
    "address-line1": "street",
    "address-line2": "unknown",
    "address-line3": "unknown",
    "address-level1": "state",
    "address-level2": "city",
    "country": "country",
    "country-name": "country",
    "postal-code": "postcode",
    "bday": "date of birth",
    "bday-day": "day of birth",
    "bday-month": "month of birth",
    "bday-year": "year of birth",
    "url": "website",
    "tel": "phone",
    "tel-national": "phone",
    "tel-local": "phone",
    "email": "email",
    "one-time-code": "code",
}

# "Name" alone is hers; "Team name" and "Badge name" are not.
OWN_NAME = (
    r"^((your|full|complete|contact|customer|participant|attendee|guest|delegate|ihr|vollstandiger|votre|tu|su|seu|uw"
    r"|il tuo) )*(full ?|volledige )?(name|nom|nombre|nome|naam)( complet[oa]?)?$"
)
# By words, in the order of being tried: what is more particular first. Matched against labels without accents, in
# lower case: en, de, fr, es, pt, nl, it.
WORDS: tuple[tuple[str, str], ...] = (
    ("card", r"card ?(number|no|holder)|name on (the )?card|\bcvc\b|\bcvv\b|security code|expir|\biban\b|kartennummer"),
    (
        "card",
        r"prufziffer|karteninhaber|numero de (la )?(carte|tarjeta)|numero do cartao|numero della carta|kaartnummer",
    ),
    ("code", r"one.time code|verification code|bestatigungscode|code de verification|codigo de verificacion"),
    ("email", r"e-?mail|courriel|correo( electronico)?|correio eletronico|posta elettronica"),
    ("password", r"pass ?word|passwort|kennwort|mot de passe|contrasena|palavra.passe|senha|wachtwoord"),
    ("username", r"user ?name|benutzername|nom d'utilisateur|nombre de usuario|nome d[ei] (usuario|utilizador|utente)"),
    ("username", r"gebruikersnaam"),
    ("dietary needs", r"diet|allerg|ernahrung|unvertraglich|alimenta|restric(tions|oes|ciones)|dieet|intolleran"),
    ("job title", r"job|position|your role|occupation|beruf|fonction|cargo|puesto|functie|mansione"),
    ("date of birth", r"birth|geburt|naissance|nacimiento|nascim|geboorte|nascita|\bdob\b"),
    ("phone", r"phone|mobile|\btel\b|telefon|handy|portable|movil|telemovel|celular|telefoon|cellulare"),
    ("postcode", r"post ?code|postal|\bzip\b|postleitzahl|\bplz\b|cod(igo|ice) postal|\bcap\b|\bcep\b"),
    ("country", r"country|\bland\b|\bpays\b|\bpais\b|\bpaese\b|\bnation\b"),
    ("city", r"\b(city|town|ort|stadt|wohnort|ville|ciudad|cidade|localidade|citta|plaats|woonplaats|stad)\b"),
    ("state", r"\b(state|province|region|county|bundesland|provincia|estado|distrito|provincie|regione)\b"),
    ("unknown", r"address (line )?2|adresszusatz|complement|apartment|suite"),
    ("street", r"address|street|adresse|anschrift|strasse|\brue\b|direccion|\bcalle\b|morada|endereco|\brua\b|adres"),
    ("street", r"straat|indirizzo|\bvia\b"),
    ("given", r"(first|given|fore|christian).?name|\bfname\b|vorname|prenom|nombre de pila|primeiro nome|nome proprio"),
    ("given", r"voornaam"),
    ("family", r"(last|family|sur).?name|\blname\b|nachname|familienname|nom de famille|apellido|apelido|sobrenome"),
    ("family", r"achternaam|cognome"),
    ("name", OWN_NAME),
    ("website", r"web ?site|webseite|homepage|site web|sitio web"),
    ("company", r"compan|organi[sz](ation|acion|acao|atie)|organizzazione|employer|business name|firma|unternehmen"),
    ("company", r"arbeitgeber|entreprise|societe"),
    ("company", r"empresa|bedrijf|azienda|societa"),
    ("quantity", r"quantity|number of|how many|seats|tickets|anzahl|nombre de|combien|cantidad|quantidade|aantal"),
    ("message", r"message|comment|question|nachricht|bemerkung|anmerkung|commentaire|mensaje|mensagem|bericht"),
)
WORDS_OF = tuple((concept, re.compile(pattern)) for concept, pattern in WORDS)
BY_TYPE: Mapping[str, str] = {"email": "email", "tel": "phone", "url": "website", "password": "password"}
# A label may name a concept twice over ("First and last name"); whole names are looked for before their parts.
WHOLE_NAME = re.compile(
    r"(first|given) (and|&|/) (last|family|sur) ?names?|vor.? ?und nachname|nom et prenom|prenom et nom"
    r"|nombre y apellidos|nome e (apelido|sobrenome|cognome)|voor.? ?en achternaam"
)
# "Company size" and "phone type" ask about a thing, and not for it.
ABOUT = re.compile(r"\b(size|type|kind|preferences?|registration|vat|industry|sector|grosse|branche|secteur|tamano)\b")

SECRETS = frozenset({"password", "card", "code"})
"""What a field may ask for that is never written down."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What she answers: `texts` are ways of saying it, the best first (a country's name, its code, …)."""

    texts: tuple[str, ...]
    concept: str


def plain(text: str) -> str:
    """Return a text without accents and case, and its marks for being required or optional."""
    bare = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss"))
    bare = "".join(letter for letter in bare if not unicodedata.combining(letter))
    bare = re.sub(r"\((required|optional|pflichtfeld|freiwillig|obligatoire|facultatif|optionnel|opcional)\)", "", bare)
    return " ".join(re.sub(r"[*:]+", " ", bare).split())


def meaning(*, auto: list[str], label: str, legend: str, name: str, kind: str, person: Person) -> tuple[str, str]:
    """Return what a field asks for and how that is known ("autocomplete", "detail", "label", "name", "type").

    What is asked for is one of the concepts above, or "detail:…" for one of her own details; "" where unknown.
    """
    for token in reversed(auto):
        if token.startswith("cc-"):
            return "card", "autocomplete"
        if token in AUTOCOMPLETE:
            return AUTOCOMPLETE[token], "autocomplete"
    # A password's type is plainer than any label, and "Repeat" alone is one.
    if kind == "password":
        return "password", "type"
    for text in (plain(label), plain(legend)):
        for key in sorted(person.details, key=len, reverse=True):
            if text and re.search(rf"\b{re.escape(plain(key))}\b", text):
                return f"detail:{key}", "detail"
        if concept := _by_words(text):
            return concept, "label"
    # A label in letters that no word here is written in leaves the field's technical name.
    if not re.search("[a-z]", plain(label)) and (
        concept := _by_words(plain(re.sub(r"(?<=[a-z])(?=[A-Z])|[_\-.\[\]]+|\d+$", " ", name)))
    ):
        return concept, "name"
    return (BY_TYPE[kind], "type") if kind in BY_TYPE else ("", "")


def answer(concept: str, person: Person, *, kind: str, language: str, minimum: str = "") -> Answer | None:
    """Return what she answers to a concept in a field of this kind, or None where nothing is known of her."""
    texts: tuple[str, ...] = ()
    own = concept.removeprefix("detail:")
    if own in ("date of birth", "day of birth", "month of birth", "year of birth"):
        texts = _birth(own, person, kind)
    elif own in person.details:
        texts = (person.details[own],)
    elif own == "country":
        texts = _country(person, language)
    elif own == "username":
        texts = (person.email.partition("@")[0].rpartition("+")[2],)
    elif own == "website":
        # Reserved for examples (RFC 2606), so that nobody is visited.
        texts = ("https://www.example.com/",)
    elif own == "quantity" and kind in ("number", "text", "select"):
        texts = (minimum if minimum.isdecimal() and int(minimum) > 0 else "1",)
    elif own == "message":
        texts = (f"{person.name}, {person.email}",)
    elif own == "phone" and kind == "number":
        texts = (person.phone.removeprefix("+"),)
    elif own in ("name", "given", "family", "email", "phone", "company", "street", "postcode", "city", "password"):
        texts = (str(getattr(person, own)),)
    return Answer(texts, concept) if texts and texts[0] else None


def _by_words(text: str) -> str:
    if WHOLE_NAME.search(text):
        return "name"
    if not text or ABOUT.search(text):
        return ""
    return next((concept for concept, pattern in WORDS_OF if pattern.search(text)), "")


def _birth(own: str, person: Person, kind: str) -> tuple[str, ...]:
    try:
        born = datetime.date.fromisoformat(person.details.get("date of birth", ""))
    except ValueError:
        return ()
    if own == "day of birth":
        return str(born.day), f"{born.day:02}"
    if own == "month of birth":
        return str(born.month), f"{born.month:02}", born.strftime("%B")
    if own == "year of birth":
        return (str(born.year),)
    if kind == "date":
        return (born.isoformat(),)
    return (format_skeleton("yMMdd", born, locale=_locale(person.locale)), born.isoformat())


def _country(person: Person, language: str) -> tuple[str, ...]:
    code = person.country_code
    names = [_locale(tag).territories.get(code) for tag in (language or "en", "en", person.locale)]
    return (*dict.fromkeys(name for name in names if name), person.country, code)


def _locale(tag: str) -> Locale:
    for candidate in (tag, tag.partition("-")[0]):
        try:
            return Locale.parse(candidate, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")
