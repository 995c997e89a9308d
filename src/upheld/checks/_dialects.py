"""How templates write their holes, and what programs leave in the place of a value: patterns, and nothing of a journey.

A pattern stands here only where what it finds is no ordinary language in English, German, French, Dutch or Spanish.
Sources of the dialects are the manuals of Jinja, Handlebars, Liquid, ERB, EJS, Razor, FreeMarker, PHP and printf, and
of the senders Mailchimp, Salesforce, Brevo, Mailjet, Mailgun, GetResponse, AWeber, Zoho and Campaign Monitor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from upheld.language import N_

__all__ = ["Piece", "debris_in", "empty_greeting", "is_filled_later", "placeholders_in"]

# Words that name what a template is filled with. By themselves in one pair of braces they are surely a placeholder.
_FIELD = (
    r"(?:(?:first|last|full|given|family|user|customer|client|guest|your|company|event|course|product|recipient|contact)"
    r"[ _.-]?name|f?name|fname|lname|firstname|lastname|vorname|nachname|pr[ée]nom|nom|voornaam|achternaam|naam|nombre"
    r"|apellidos?|e-?mail|email[ _]address|anrede|salutation|company|firma|"
    r"(?:order|booking|invoice|ticket|customer)[ _.-]?(?:id|no|nr|number|code|date|total)|amount|total|price|betrag|"
    r"date|time|venue|location|place|event|url|link|unsubscribe(?:[ _](?:url|link))?|datum|ort|fecha)"
)
_BRACES = re.compile(
    "|".join(
        (
            r"\{\{\{?[~#^/>!&-]?\s*(?:\$\{)?[A-Za-z_@$.][^{}\n]{0,80}\}?\}\}\}?",  # Jinja, Handlebars, Liquid, Mustache
            r"\{%-?\s*[a-z]\w*[^%{}\n]{0,120}%\}",  # Jinja, Liquid
            r"<%[=-]?\s*[A-Za-z_@][^%<>\n]{0,80}%>",  # ERB, EJS
            r"<\?(?:php\b|=)[^<>\n]{0,80}\?>",
            r"</?#(?:if|list|assign|else|elseif)\b[^<>\n]{0,80}>",  # FreeMarker
            r"#foreach\s*\(\s*\$",  # Velocity
            r"\$!?\{[A-Za-z_][\w.\[\]()'\"!? |:,-]{0,60}\}",
            r"#\{[A-Za-z_@][\w.\[\]@:']{0,60}\}",
            r"\{![$A-Za-z_]\w*(?:\.\w+)*\}",  # Salesforce, AWeber
            r"\{\$[A-Za-z_][\w.>\[\]|:-]{0,60}\}",  # Smarty
            r"\*\|[A-Za-z][A-Za-z0-9_:]{0,60}\|\*",  # Mailchimp
            r"%%=.{1,80}?=%%|%%[A-Za-z_][\w .:]{0,40}%%",  # Salesforce
            r"\[\[(?:(?:data|var):[^\]\n]{1,60}|[a-z][a-z0-9]*(?:[_.][a-z0-9]+)*|[A-Z]+(?:_[A-Z0-9]+)*)\]\]",
            r"\$\[[A-Z][\w:|]{0,40}\]\$",  # Zoho
            r"\[\w{2,30},\s?fallback=[^\]\n]{0,40}\]",  # Campaign Monitor
            r"(?<![\w.])@(?:Model|ViewBag|ViewData)\.[A-Za-z_]\w*(?:\.\w+)*",  # Razor
            r"\{[a-z]\w*(?:[_.][a-z0-9]\w*)+\}",  # {first_name}, {order.total}
            r"\{[a-z]+(?:[A-Z][a-z0-9]+)+\}",  # {firstName}
            r"\[[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\]",  # [FIRST_NAME]
            r"(?<!\w)__[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+__(?!\w)",
            r"(?<![\w$])\$[a-z]+(?:[_.][a-z]+)+\$(?![\w$])",
            r"(?<![\w%])%[A-Za-z]\w*[._]\w+%(?![\w%])",  # Mailgun
            r"(?<!\w)##[A-Za-z]+(?:[_.][A-Za-z]+)*##(?!\w)",
        )
    )
)
# Where only a word that names a field tells a placeholder from ordinary brackets, per cents and bold type.
_FIELDS = re.compile(
    rf"\{{(?:{_FIELD})\}}|\[(?:{_FIELD})\]|(?<!\w)__(?:{_FIELD})__(?!\w)|(?<![\w$])\$(?:{_FIELD})\$(?![\w$])"
    rf"|(?<![\w%])%(?:{_FIELD})%(?![\w%])|<<(?:{_FIELD})>>",
    re.IGNORECASE,
)
_PRINTF = re.compile(r"%\([a-z_]\w*\)[sdrif]|%\d\$[sd@]|(?<![\w%])(?<!\d[ \u00a0\u202f])%[sd](?![\w%])")
_URL = re.compile(r"https?://\S+", re.IGNORECASE)


def placeholders_in(text: str, *, address: bool = False) -> Iterator[str]:
    """Yield the placeholders as they stand there. In an `address` a per cent is no placeholder."""
    # What one pattern has found is taken out before the next one looks: "{{name}}" is not "{name}" besides.
    for pattern in (_BRACES, _FIELDS) if address else (_BRACES, _FIELDS, _URL, _PRINTF):
        for match in pattern.finditer(text):
            if pattern is not _URL and not (address and match.group().startswith("%")):
                yield match.group()
        text = pattern.sub(" ", text)


_LATER = re.compile(
    r"unsub|preferenc|web_?version|browser|forward|opt_?out|abmeld|archive|mirror|view_?online|update_?profile",
    re.IGNORECASE,
)


def is_filled_later(words: str) -> bool:
    """Return whether a list service fills this in on its way: it is still empty where its mail is caught before."""
    return _LATER.search(words) is not None


_GREETING = (
    r"(?:hi|hello|hey|dear|hallo|liebe[rs]?|liebe/r|guten (?:tag|morgen|abend)|sehr geehrte[rs]?|bonjour|bonsoir"
    r"|salut|cher|chère|ch[eè]re?\(e\)|beste|lieve|geachte|dag|goedendag|hola|estimad[oa]|querid[oa]"
    r"|buen[oa]s (?:días|tardes)|ciao|gentile|olá|prezad[oa])"
)
_TITLE = r"(?:mr|mrs|ms|miss|mx|dr|herr|herrn|frau|monsieur|madame|mme|m|mevrouw|heer|de heer|señor|señora|sr|sra)\.?"
# These cannot stand without a name; the others can ("Hello!", "Bonjour !").
_NEEDS_A_NAME = re.compile(
    rf"(?:dear|liebe[rs]?|sehr geehrte[rs]?|cher|chère|geachte|estimad[oa]|querid[oa]|prezad[oa])(?: {_TITLE})? ?[,!:]",
    re.IGNORECASE,
)
_NAME_IS_MISSING = re.compile(rf"{_GREETING}(?: {_TITLE})? ,{{1,2}}", re.IGNORECASE)
_SPACED = re.compile(r" [,!:]")


def empty_greeting(text: str, language: str) -> str:
    """Return the line that greets nobody: "Hi ,", "Dear Ms ,", "Sehr geehrte Frau ,"; "" where there is none.

    "Bonjour ," is a habit of French writers and no missing name; "Dear," may be meant.
    """
    for line in text.split("\n")[:40]:
        words = line.strip()
        if not _SPACED.search(words) or len(words) > 60:
            continue
        if _NEEDS_A_NAME.fullmatch(words):
            return words
        spaced_by_habit = language == "fr" or words.casefold().startswith(("bonjour", "bonsoir", "salut"))
        if _NAME_IS_MISSING.fullmatch(words) and not spaced_by_habit:
            return words
    return ""


class Piece(NamedTuple):
    """A piece of debris: the `words` around it, itself (`word`), its kind, why it is one, and whether that is sure."""

    words: str
    word: str
    rule: str
    why: str
    sure: bool


_NO_VALUE = N_("a program had no value to put there")
# Labels whose value cannot be "none" or "zero" in any of the languages: they always name something.
_LABELS = re.compile(
    r"(?:your |ihre? |votre |uw |je |su )?(?:name|first name|last name|when|where|what|who|date|time|starts?|begins?|"
    r"venue|place|location|address|event|course|order(?: number| no\.?| id)?|booking(?: number| reference| code)?|"
    r"reference|customer|email|e-mail|link|"
    r"vorname|nachname|wann|wo|datum|uhrzeit|zeit|beginn|ort|veranstaltungsort|adresse|veranstaltung|kurs|"
    r"bestellnummer|bestellung|buchungsnummer|rechnungsnummer|kunde|kundin|"
    r"nom|prénom|quand|où|heure|début|lieu|événement|commande|numéro de commande|réservation|client|"
    r"naam|voornaam|wanneer|waar|tijd|aanvang|plaats|locatie|adres|evenement|bestelnummer|klant|"
    r"nombre|apellidos?|cuándo|dónde|fecha|hora|lugar|dirección|evento|pedido|número de pedido|cliente)",
    re.IGNORECASE,
)
_AMOUNTS = re.compile(
    r"(?:(?:amount|total|sub-?total|grand total|price|you paid|paid|amount paid|total paid|net|tax|vat|"
    r"betrag|summe|gesamt(?:betrag|summe)?|preis|bezahlt|netto|brutto|mwst\.?|steuer|"
    r"montant|prix|payé|tva|bedrag|totaal|prijs|betaald|btw|importe|precio|pagado|iva)(?: [\w.%]{1,12}){0,2})",
    re.IGNORECASE,
)
_CURRENCY = r"(?:€|\$|£|EUR|USD|GBP|CHF)"
_MONEY = re.compile(
    rf"{_CURRENCY} ?(?:undefined|NaN|None|Infinity|null)\b|\b(?:undefined|NaN|None|Infinity) ?{_CURRENCY}(?!\w)"
)
_GREETED = re.compile(
    rf"^{_GREETING}(?: [^\s,!]+){{0,2}} (?-i:(undefined|null|None|NaN|\[object Object\]))(?: [^\s,!]+)?\s?[,!:–-]?$"
    rf"|^{_GREETING} (?-i:(undefined|null|None|NaN|\[object Object\]))[,!]",
    re.IGNORECASE,
)
# "on undefined.", "at Invalid Date": after a word that leads to a value, and before the sentence's end.
_LED_TO = re.compile(
    r"\b(?:on|at|from|until|am|um|im|für|bis|le|à|pour|op|om|voor|el|para|a las) "
    r"(undefined|Invalid Date|NaN|\[object Object\])(?=\s*(?:[.,!?)]|$)| (?:at|um|à|om|a las)\b)",
    re.MULTILINE,
)
_ANYWHERE: tuple[tuple[re.Pattern[str], str, str, bool], ...] = (
    (re.compile(r"\[object [A-Z][A-Za-z]+\]"), "value", _NO_VALUE, True),
    (re.compile(r"\bundefined undefined\b|\bnull null\b|\(undefined\)|\(null\)"), "value", _NO_VALUE, True),
    (re.compile(r"\bNaN(?::NaN|[/.-]NaN)+\b|\bNaN ?%"), "value", _NO_VALUE, True),
    (re.compile(r"\bInvalid Date\b"), "value", N_("a program could not read a date"), False),
    (
        re.compile(
            r"Traceback \(most recent call last\)|Fatal error: Uncaught|SQLSTATE\[|Liquid error(?:: | \(line )"
            r"|\b(?:java|javax)\.\w+(?:\.\w+)*Exception\b|System\.NullReferenceException|jinja2\.exceptions\."
            r"|\btranslation missing: \w"
            r"|(?:Warning|Notice): Undefined (?:variable|array key|index)"
        ),
        "error", N_("a program failed where it was made"), True,
    ),
    (re.compile(r"\blorem ipsum dolor\b", re.IGNORECASE), "filler", N_("words that stand in for a text"), True),
    (re.compile(r"\blorem ipsum\b(?! dolor)", re.IGNORECASE), "filler", N_("words that stand in for a text"), False),
    (re.compile(r"\bFIXME\b"), "note", N_("a note to its makers"), True),
    (re.compile(r"\[TODO\b[^\]\n]{0,40}\]|\bTODO\([a-z]+\)|<TODO>"), "note", N_("a note to its makers"), True),
    (
        re.compile(
            r"&(?:nbsp|amp|quot|apos|lt|gt|euro|pound|copy|hellip|mdash|ndash|rsquo|lsquo|ldquo|rdquo|zwnj|shy|"
            r"[aouAOU]uml|szlig|[aeiouAEIOU](?:acute|grave|circ)|ccedil|ntilde|#\d{2,5}|#x[0-9a-fA-F]{2,5});"
        ),
        "entity", N_("a sign in the letters of a web page, shown as it is written"), True,
    ),
    (
        re.compile(r"</?(?:br|p|b|i|u|strong|em|div|span|table|tr|td|ul|li|h[1-6]|font)(?:\s[^<>\n]{0,80})?\s?/?>"),
        "markup", N_("a piece of a web page's source, shown as it is written"), True,
    ),
    (
        re.compile(r"\\n(?:\\r)?\\n|(?<=[.,!?])\\n(?=[A-ZÄÖÜÉ])|\\r\\n"),
        "markup", N_("a new line that became two letters"), True,
    ),
    (
        re.compile(
            "Ã[\u0080-\u009f¡-©«-º¼-¿Ÿœšžƒˆ˜](?![\u0022\u201d\u00bb])|Ã[„–](?=\\w)|Ã»(?=[a-z])"
            "|â€[™œ˜¦¢\u009d]|â€(?=[“”])|â‚¬|Â[£©®°§·½€](?=\\s|\\d|\\w)|ðŸ"
        ),
        "encoding", N_("letters in the wrong encoding"), True,
    ),
    (re.compile("\ufffd"), "encoding", N_("letters that were lost on the way"), False),
)  # fmt: skip
_SPANISH_TODO = ("es", "pt", "gl")  # "TODO" is "everything" there


def debris_in(text: str, language: str) -> Iterator[Piece]:
    """Yield the debris that stands in a text; `language` is the reader's, in which a word may be an ordinary one."""
    yield from _values(text, language)
    bare = _URL.sub(" ", text)
    for match in _LED_TO.finditer(bare):
        yield Piece(_around(bare, match.start(), match.end()), match[1], "value", _NO_VALUE, True)
    for match in _MONEY.finditer(bare):
        if language != "de" or "null" not in match.group():
            yield Piece(_around(bare, match.start(), match.end()), match.group(), "value", _NO_VALUE, True)
    for pattern, rule, why, sure in _ANYWHERE:
        for match in pattern.finditer(bare):
            yield Piece(_around(bare, match.start(), match.end()), match.group(), rule, why, sure)


def _values(text: str, language: str) -> Iterator[Piece]:
    """Yield what stands in the place of a value: after a label, in a greeting, alone on its line."""
    before = ""
    for line in text.split("\n"):
        words = line.strip()
        if greeted := _GREETED.search(words) if len(words) < 200 else None:
            yield Piece(words[:80], greeted[1] or greeted[2], "value", _NO_VALUE, True)
        label, value = _labelled(words, before)
        if value and (why := _no_value(label, value, language)):
            yield Piece(words if words != value or not label else f"{label}: {value}", value, "value", why, True)
        before = words


def _labelled(line: str, before: str) -> tuple[str, str]:
    """Return the label and the value of a line; the label of a value alone is the line before it."""
    if "\t" in line:
        label, _, value = line.rpartition("\t")
        return label.rpartition("\t")[2].strip(" :"), value.strip()
    label, colon, value = line.partition(":")
    if colon and len(label) <= 40 and (not value or value[0].isspace()):
        return label.strip(), value.strip()
    return (before.strip(" :") if len(before) <= 40 else ""), line


def _no_value(label: str, value: str, language: str) -> str:
    """Return why this is no value, "" where it may be one."""
    value = value.rstrip(".,;")
    if value in ("undefined", "NaN", "[object Object]", "Invalid Date"):
        return _NO_VALUE
    names, counts = bool(_LABELS.fullmatch(label)), bool(_AMOUNTS.fullmatch(label))
    if value == "null" and (names or language != "de"):  # "Fehler: null" says that there are none
        return _NO_VALUE
    if (value == "None" and (names or counts)) or (value == "Infinity" and counts):
        return _NO_VALUE
    if value in ("TODO", "FIXME") and names and language not in _SPANISH_TODO:
        return N_("a note to its makers")
    return ""


def _around(text: str, start: int, end: int) -> str:
    """Return what was found with the few words around it on its line, cut at whole words."""
    line_start, line_end = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    left, right = text[line_start:start][-25:], text[end : line_end if line_end >= 0 else len(text)][:25]
    left = left.partition(" ")[2] if len(left) == 25 and " " in left else left
    right = right.rpartition(" ")[0] if len(right) == 25 and " " in right else right
    return f"{left}{text[start:end]}{right}".strip()
