"""A text taken apart into sentences: a page as it is seen, or a mail, in the languages of the lexicon.

Lines of tables and menus are no sentences. A mail that breaks its lines is read as the paragraph that it is.
"""

from __future__ import annotations

import re

__all__ = ["sentences"]

# A longer line that does not end goes on in the next, as mail programs break them.
_BROKEN_AT = 50
_ABBREVIATED = re.compile(
    r"nr|no|st|dr|mr|mrs|ms|prof|ca|bzw|usw|inkl|exkl|ggf|evtl|etc|tel|str|vgl|zzgl|max|min|std|mio|hr|fr|u\.a|z\.b|d\.h"
    r"|i\.d\.r|o\.g|s\.o|e\.g|i\.e|approx|incl|excl|dept|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec|env|p\.ex|p\.ej|av"
    r"|bd|mme|mlle|art|réf|n°|bijv|d\.w\.z|m\.b\.t|a\.u\.b|s\.v\.p|evt|mevr|dhr|sr|sra|srta|ud|uds|pág|núm|aprox|tfno|avda"
    r"|a\.m|p\.m|ltd|inc|co"
)
_END = re.compile(r"(?<=[.!?…])[\"'”’»)\]]*\s+(?=[\"'“„«(\[¿¡–-]*\s*[^\W_])")
_LIST = re.compile(r"\s*(?:[-*•·–—▪◦✓✔→>#]+|\(?\d{1,2}[.)](?=\s+[^\W\d_]))\s+")
_TABLE = re.compile(r"\t|\s\|\s|\S {3,}\S|\s[›»>·•]\s(?=.*\s[›»>·•]\s)")
_WORD = re.compile(r"[^\W\d_]{2,}")
_SHORT = re.compile(r"(?:^|[\s(])((?:[^\W\d_]+\.)*[^\W\d_]+°?|\d{1,4})\.[\"')]?$")
_MARKUP = re.compile(r"https?://\S+|<[^<>\s]{3,}>")


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, in their order, each with single spaces; headings are sentences as well."""
    found: list[str] = []
    for block in _blocks(text):
        found.extend(_split(block))
    return [one for one in found if _is_sentence(one)]


def _blocks(text: str) -> list[str]:
    blocks: list[str] = []
    open_line = False
    for raw in text.splitlines():
        line = raw.strip().lstrip(">").strip()
        if not line or _TABLE.search(line):
            open_line = False
            continue
        item = _LIST.match(line)
        line = line[item.end() :] if item else line
        goes_on = open_line and not item and (line[0].islower() or len(blocks[-1].rsplit("\n")[-1]) >= _BROKEN_AT)
        if goes_on:
            blocks[-1] += "\n" + line
        else:
            blocks.append(line)
        open_line = bool(line) and line[-1] not in ".!?:"
    return [" ".join(block.split()) for block in blocks]


def _split(block: str) -> list[str]:
    parts: list[str] = []
    start = 0
    for end in _END.finditer(block):
        head, tail = block[start : end.start()].rstrip(), block[end.end() :]
        short = _SHORT.search(head)
        if short and head.endswith("."):
            word = short[1].casefold()
            # "am 5. Mai", "z. B. Ihre", "Nr. 4711"; a number that ends an English sentence goes before a capital.
            ordinal = word.isdigit() and len(word) <= 2 and not re.search(r"(?:within|in|of|under|are|is) \d+\.$", head)
            if _ABBREVIATED.fullmatch(word) or (len(word) == 1 and not word.isdigit()) or ordinal or tail[:1].islower():
                continue
        parts.append(block[start : end.end()].strip())
        start = end.end()
    parts.append(block[start:].strip())
    return parts


def _is_sentence(text: str) -> bool:
    words = len(_WORD.findall(_MARKUP.sub(" ", text)))
    return words >= 3 or (words == 2 and text[-1] in ".!?")
