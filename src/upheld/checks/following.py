"""Which links may be looked at without their reader: a fetch must never use up, confirm, cancel or take anything.

HEAD is no safer than GET, so neither is made where there is any doubt. An address is left alone: where it holds a
secret, unless it plainly is that of a page to look at ("/orders/<token>"); where its words do something, whatever it
holds; and where they might, or the message is about such a link, and it holds what tells one customer from another.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import parse_qsl, unquote, urlsplit

from upheld.promises import Link
from upheld.promises.facts import fold

__all__ = ["distinct", "does_something", "is_about_a_link", "is_web", "plain"]

# As much of an address as any browser and server take for sure; in characters.
LONGEST = 2000

# What does something at once, in English, German, French, Dutch and Spanish, each as the words begin, accents dropped.
_DOES = re.compile(
    r"\b(?:verif|confirm|activat|validat|approv|authori[sz]|consent|opt ?(?:in|out)|unsub|unfollow|leave|opting|cancel"
    r"|delet|remov|revok|refund|dismiss|accept|declin|reject|deny|rsvp|attend\b|vote|voting|rate\b|rating|snooz|extend"
    r"|claim|redeem|subscri|report (?:abuse|spam|it|this)|restor|undo|stop\b|pause\b|resume|withdraw|transfer"
    r"|one ?click|respond|mark (?:as|it|this)|archive\b|block\b|mute|enable|disable|trigger|execut|submit"
    r"|bestae?tig|verifizier|aktivier|freischalt|abmeld|abbestell|austrag|kue?ndig|stornier|absag|loe?sch|widerruf|annehm"
    r"|ablehn|zusag|zustimm|bewert|abstimm|einlos|verlanger|rue?ckgae?ngig|entfern|erneuern|erstatt"
    r"|activ(?:er|ez|ation)|valide[rz]|desabonn|desinscri|desactiv|annul|supprim|rembours|refus|repond|prolong|renouvel|resili"
    r"|bevestig|verifieer|activeer|afmeld|uitschrij|opzeg|verwijder|terugbetal|weiger|afwijz|goedkeur|beoordel|verleng"
    r"|inwissel|verific|activ(?:ar|a|acion)\b|baja\b|anul|elimin|borr[ae]|reembols|acept|rechaz|valorar?\b|renov|canje"
    r"|suscri)"
)
# Words that are written together with others in addresses ("confirmemail", "emailverification").
_DOES_INSIDE = re.compile(r"verif|confirm|activat|validat|unsub|subscri|optin|optout|cancel|delet|approv|refund|declin")
# What may do something, where the address knows whose it is.
_MAY = re.compile(
    r"\b(?:download|log ?(?:in|on|out|off)\b|sign ?(?:in|on|out|off|up)\b|auth|sso\b|magic|token|otp\b|reset|password"
    r"|invit|offer|pay(?!s\b)|check ?out|cart\b|basket|buy|book\b|add\b|join|regist|enrol|renew|change|updat|edit|set\b"
    r"|save|send|resend|click|redirect|export|generat|access|enter\b|start\b|unlock|apply|answer|survey|feedback|reply"
    r"|reschedul|rebook|refer\b|referral|gift|api\b|webhook|action|process|callback"
    r"|herunterlad|anmeld|einlogg|registrier|passwort|kennwort|zurue?cksetz|einlad|angebot|bezahl|zahlen|kasse|warenkorb"
    r"|kauf|buchen|ae?nder|umfrage|telecharg|connexion|connect|mot de passe|reinitialis|offre|paiement|panier|achet"
    r"|reserver\b|inscri|modifi|inlog|aanmeld|wachtwoord|herstel|uitnodig|aanbod|betal|betaal|winkel(?:wagen|mand)|koop"
    r"|boeken|wijzig|descarg|iniciar sesion|acced|contrasena|restablec|oferta|pagar|pago|carrito|compr|reservar|inscrib"
    r"|cambiar|verschieb|verleg|umbuch|deplac|verzet|reprogram|aplaz)"
)
_MAY_INSIDE = re.compile(r"login|logout|signin|signup|download|checkout|token|password|payment")
# What is there to be looked at, also by who only has its address.
_THINGS = re.compile(
    r"(?:order|booking|reservation|event|course|appointment|trip|stay)s?|(?:bestell|buch|reservier|veranstalt)ung(?:en)?"
    r"|kurse?|termine?|commandes?|evenements?|cours|bestelling(?:en)?|boeking(?:en)?|reservering(?:en)?|evenementen"
    r"|cursus|pedidos?|reservas?|eventos?|cursos?"
)
# Words that are an answer in themselves.
_ANSWER = re.compile(r"[^a-z]*(?:yes|no|maybe|ja|nein|vielleicht|oui|non|peut-etre|nee|misschien|si)(?:\W|$)|[\W\d_]+$")
# What a message tells that has happened, which is nothing to be done.
_TOLD = re.compile(
    r"\b(?:confirmation|confirmed|bestatigung|bestatigt|confirmee?|confirmacion|confirmad[oa]|bevestig(?:ing|d))\b"
)
_ONCE = re.compile(
    r"\b(?:(?:works?|used?|valid|good)(?: only| just)? once|one time|single use|only once"
    r"|(?:link|code) (?:will )?expires?|(?:link|code) is (?:only )?valid (?:for|until)"
    r"|nur einmal|einmalig|einmal verwend|(?:link|code) (?:ist|gilt) .{0,30}gultig"
    r"|usage unique|une seule fois|(?:lien|code) (?:est valable|expire)"
    r"|eenmalig|slechts een keer|(?:link|code) is .{0,30}geldig"
    r"|un solo uso|una sola vez|(?:enlace|codigo) (?:caduca|es valido|expira))"
)
# What a query may say without anybody being meant by it.
_HARMLESS = re.compile(
    r"utm_\w+|gclid|fbclid|msclkid|mc_cid|lang|language|locale|hl|page|tab|view|sort|ref|source|src|date|year|month|day"
    r"|category|topic|size|colou?r|v|slug|product|variant|currency|country|city|region|theme|from|medium|campaign"
)
# Files are given, and some of them only once.
_FILE = re.compile(
    r"\.(?:pdf|zip|7z|rar|tar|gz|tgz|epub|mobi|azw3?|exe|msi|dmg|pkg|apk|iso|mp[34]|m4[abv]|wav|flac|mov|avi|mkv|docx?"
    r"|xlsx?|pptx?|odt|ods|csv|json|xml|ics|vcf|pkpass|key|lic)$",
    re.IGNORECASE,
)
_OPAQUE = re.compile(r"[!-~]{16,}")
_WORD = r"(?:[A-Za-z][a-z]{0,15}[0-9]{0,4}|[0-9]{0,8})"
_SLUG = re.compile(rf"{_WORD}(?:[-_.~]{_WORD})*")
_SHORT = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[\w-]{6,15}", re.ASCII)
# Letters and digits that change about, as no word does and no number.
_MIXED = re.compile(r"(?<![^\W_])(?=[^\W_]*(?:\d[a-z]+\d|[a-z]\d+[a-z]))[^\W_]{6,}", re.ASCII | re.IGNORECASE)
_CODE = re.compile(r"(?=.*\d)(?=.*[a-z])[a-z0-9]{2,8}", re.ASCII | re.IGNORECASE)
# No word is all in capitals without a vowel's due, or has hardly any: a voucher, a short link.
_SHOUTED = re.compile(r"(?=.*[A-Z]{2})[A-Z]{2,}(?:-[A-Z]{2,})+|[A-Z]{6,}")
_FEW_VOWELS = re.compile(
    r"(?=[a-z]{8,}$)(?:[^aeiouy]*[aeiouy])?[^aeiouy]*|(?=[a-z]{10,}$)(?:[^aeiouy]*[aeiouy]){2}[^aeiouy]*", re.ASCII
)
# An answer may stand in the path, and what stands behind her number may be what is done with it: only what is looked
# at is known to do nothing.
_ANSWERED = re.compile(r"yes|no|maybe|ok|ja|nein|oui|non|nee|si")
_LOOKED_AT = re.compile(
    r"view|show|details?|summary|status|receipts?|invoices?|tickets?|confirmation|calendar|map|directions|agenda"
    r"|program(?:me)?|contact|help|info|thanks|thank-you|done|beleg|rechnung|quittung|uebersicht|details|facture|recu"
    r"|billets?|factuur|bon|overzicht|recibo|factura|entradas?|resumen|attendees|delegates|places|course|event|page"
)
_NUMBER = re.compile(r"(?<!\d)(?!(?:19|20)\d\d(?!\d))\d{3,}")


def does_something(
    url: str, words: str = "", *, patterns: Iterable[str] = (), safe: Iterable[str] = (), wary: bool = False
) -> str:
    """Return why a link must not be fetched by anybody but its reader, "" where it may be.

    `words` are those that are followed; `wary` is whether the message that it stands in is about such a link.
    `patterns` and `safe` are regular expressions of the journey's map for words or addresses: of links that do
    something, which count in any case, and of those that only look as if they did.
    """
    if not is_web(url):
        return "it is no address of a page"
    if len(url) > LONGEST:
        return "its address is too long for one of a page"
    try:
        parts = urlsplit(url)
        path, query = unquote(parts.path), parse_qsl(parts.query, keep_blank_values=True)
        host = parts.hostname or ""
        known = parts.username or parts.password
    except ValueError:
        return "its address cannot be read"
    if _is_meant(patterns, url, words, valid_only=False):
        return "the map says that it does something"
    if _is_meant(safe, url, words, valid_only=True):
        return ""
    if known:
        return "its address holds a password"
    said = _spaced(words)
    if words and _ANSWER.match(plain(words)):
        return f"“{words}” looks like an answer that is given by following it"
    # The name of the file or the page, and what is asked of it; names of hosts, but not the one that everybody has.
    spoken = " ".join((*host.split(".")[:-2], path, *(f"{name} {value}" for name, value in query)))
    there = _spaced(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", spoken))
    if found := _DOES.search(there) or _DOES_INSIDE.search(there) or _DOES.search(said):
        return f"“{found[0].strip()}” says that following it does something"
    if _FILE.search(path):
        return "it gives a file, perhaps only once"
    segments = [part for part in path.split("/") if part]
    if segments and _ANSWERED.fullmatch(plain(segments[-1])):
        return f"“{segments[-1]}” looks like an answer that is given by following it"
    hers = [place for place, part in enumerate(segments) if _is_hers(part)]
    asked = [name for name, value in query if not _HARMLESS.fullmatch(name.lower()) or _is_secret(value)]
    if not hers and not asked:
        return ""
    if may := _MAY.search(there) or _MAY_INSIDE.search(there) or _MAY.search(said):
        return f"“{may[0].strip()}” says that following it may do something"
    if asked:
        return "its address holds what may be a secret, or an answer"
    behind = [part for part in segments[hers[-1] + 1 :] if not _LOOKED_AT.fullmatch(plain(part))]
    if behind:
        return f"“{behind[0]}” may be something that is done by following it"
    to_look_at = all(place and _THINGS.fullmatch(plain(segments[place - 1])) for place in hers)
    if any(place and re.fullmatch(r"[a-z]{1,2}", segments[place - 1], re.IGNORECASE) for place in hers):
        return "its address is a short one, which may lead to anything"
    secrets = sum(_is_secret(segments[place]) for place in hers)
    if secrets and not (to_look_at and secrets == 1):
        return "its address holds what may be a secret that counts once"
    return "the message is about a link that may count once" if wary and not to_look_at else ""


def is_about_a_link(subject: str, text: str) -> bool:
    """Return whether a message is about a link that may count once: to sign in, to verify, "it works once"."""
    named = _TOLD.sub(" ", _spaced(subject))
    return bool(_DOES.search(named) or _MAY.search(named) or _ONCE.search(_spaced(text)))


def is_web(url: str) -> bool:
    """Return whether this is the whole address of something on the web."""
    return bool(re.match(r"https?://[^/?#\s]", url, re.IGNORECASE))


def plain(text: str) -> str:
    """Return text as words are compared across spellings: folded, and without accents."""
    return "".join(one for one in unicodedata.normalize("NFD", fold(text)) if not unicodedata.combining(one))


def _spaced(text: str) -> str:
    """Return the words and numbers of a text with one space between them, as they are looked for."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain(text)).split())


def _is_hers(part: str) -> bool:
    """Return whether this part of a path tells one customer, or one thing of hers, from another."""
    year = re.fullmatch(r"(?:19|20)\d\d", part)
    numbered = bool(_NUMBER.search(part) or _CODE.fullmatch(part)) or (part.isdigit() and not year)
    return numbered or "@" in part or _is_secret(part)


def _is_secret(text: str) -> bool:
    if _SHORT.fullmatch(text) or _MIXED.search(text) or _SHOUTED.fullmatch(text) or _FEW_VOWELS.fullmatch(text):
        return True
    return bool(_OPAQUE.fullmatch(text)) and not _SLUG.fullmatch(text)


def _is_meant(patterns: Iterable[str], url: str, words: str, *, valid_only: bool) -> bool:
    for pattern in patterns:
        compiled = _compiled(pattern)
        if compiled is None:
            if not valid_only and pattern.casefold() in f"{url}\n{words}".casefold():
                return True
        elif compiled.search(url) or compiled.search(words):
            return True
    return False


@functools.lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern, re.IGNORECASE)
    except re.error:
        return None


def distinct(links: Iterable[Link]) -> list[Link]:
    """Return each address once, in their order: with words, where it stands in the text as well as behind words."""
    found: dict[str, Link] = {}
    for link in links:
        if link.url not in found or found[link.url].words == link.url:
            found[link.url] = link
    return list(found.values())
