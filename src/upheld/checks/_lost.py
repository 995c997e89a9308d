"""How an error page speaks, in English, German, French, Dutch and Spanish, though its status says that all is well."""

from __future__ import annotations

import re

from upheld.checks.following import plain

__all__ = ["is_lost"]

# Whole titles and headings only: "Something went wrong? Tell us" and "404 ways to say thanks" are pages as any other.
# Accents are dropped, and so is a number before the words.
_SAID = r"""
(?:http )?(?:error )?(?:404|410|500|502|503|504)(?: error)?
(?:the |this |that )?(?:page|site|file)?(?: was| is)? ?not found
(?:the|this|that) page (?:you (?:are looking for|requested) )?(?:does not|doesn't|no longer) exists?
(?:the|this|that) page (?:you (?:are looking for|requested) )?(?:was not|wasn't|could not be|cannot be) found
we (?:can't|cannot|can not|couldn't|could not) find (?:that|this|the|your) page
something (?:has gone|went) wrong
an (?:unexpected )?error (?:has )?occurred
application error|unexpected error|(?:internal )?server error
bad gateway|gateway time-?out|service (?:temporarily )?unavailable
(?:die |diese )?seite (?:wurde |konnte )?(?:leider )?nicht gefunden(?: werden)?|nicht gefunden
(?:die|diese) seite (?:existiert|gibt es)(?: leider)? nicht(?: mehr)?
(?:da|hier|es) ist (?:leider )?etwas (?:schief ?gelaufen|schief ?gegangen)|etwas ist schief ?gelaufen
(?:es ist )?(?:leider )?ein (?:unerwarteter )?fehler (?:ist )?aufgetreten|(?:interner )?serverfehler|fehler 404
page (?:introuvable|non trouvee|inexistante)
(?:la|cette) page (?:n'existe (?:pas|plus)|est introuvable|n'a pas ete trouvee)
(?:une )?erreur (?:404|500|interne(?: du serveur)?)
une erreur (?:inattendue )?(?:est survenue|s'est produite)|quelque chose s'est mal passe
pagina (?:is )?niet gevonden|(?:de|deze) pagina (?:is niet gevonden|bestaat niet(?: meer)?)
er (?:is|ging) iets (?:mis|fout)(?: ?gegaan)?|er is een (?:onverwachte )?fout opgetreden|interne serverfout
pagina no encontrada|(?:la|esta) pagina no (?:existe|se encuentra|se ha encontrado|esta disponible)
algo (?:salio|ha salido) mal|(?:se )?ha (?:ocurrido|producido) un error|error interno(?: del servidor)?
"""
_LOST = re.compile(rf"(?:(?:http |error )*[45]\d\d )?(?:{'|'.join(_SAID.split(chr(10))[1:-1])})")
_SORRY = re.compile(
    r"^(?:w?h?oops|ups|uups|hoppla|oeps|oups|vaya|sorry|we're sorry|entschuldigung|leider|desolee?s?|helaas"
    r"|lo sentimos)\b[\s,.!…:-]*"
)


def is_lost(said: str) -> bool:
    """Return whether a title or heading is that of an error page, with or without the site's name beside it."""
    words = plain(said)
    parts = re.split(r"\s+-+\s+|\s*[|·»«]\s*|:\s+", words)
    whole = re.sub(r"\s+-+\s+|:\s+", " ", words)
    return any(_LOST.fullmatch(_SORRY.sub("", part).strip(" .!?…:-()")) for part in (*parts, whole) if part)
