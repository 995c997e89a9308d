"""Phone numbers that nobody has, and who has which: no two people whose promises are open may share one.

All are kept free for films and books, so that a text message sent by mistake reaches nobody: Ofcom's geographic numbers
for drama (GB), Bundesnetzagentur notice 148/2021 (DE), ARCEP's numbers for audiovisual works (FR). Every other country
gets the North American 555-0100 … 0199 (NANPA) of some area code, written internationally. Validators that know each
country's plan (libphonenumber) take them all, which they do not of Ofcom's and ARCEP's mobile ones.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from upheld.errors import UsageError
from upheld.ledger import Ledger, NewEvent

__all__ = ["Claims", "free_phone"]

# What the numbers of a country begin with, and how many digits follow.
FREE_NUMBERS: Mapping[str, tuple[tuple[str, ...], int]] = {
    "GB": (
        (
            "+441134960", "+441144960", "+441164960", "+441174960", "+441184960", "+441214960", "+441314960",
            "+441414960", "+441514960", "+441614960", "+441914980", "+442079460", "+442896496", "+442920180",
        ),
        3,
    ),
    "DE": (("+493023125", "+496990009", "+494066969", "+492214710", "+498999998"), 3),
    "FR": (("+3319900", "+3326191", "+3335301", "+3346571", "+3353649"), 4),
}  # fmt: skip
AREA_CODES: tuple[str, ...] = tuple(
    re.findall(
        r"\d{3}",
        """
    201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 224 225 228 229 231 234 239 240 248 251 252 253
    254 256 260 262 267 269 270 276 281 301 302 303 304 305 307 308 309 310 312 313 314 315 316 317 318 319 320 321 323
    325 330 334 336 337 339 347 351 352 360 361 386 401 402 404 405 406 407 408 409 410 412 413 414 415 417 419 423 425
    430 432 434 435 440 443 469 478 479 480 484 501 502 503 504 505 507 508 509 510 512 513 515 516 517 518 520 530 540
    541 551 559 561 562 563 567 570 571 573 574 580 585 586 601 602 603 605 606 607 608 609 610 612 614 615 616 617 618
    619 620 623 626 630 631 636 641 646 650 651 660 661 662 678 682 701 702 703 704 706 707 708 712 713 714 715 716 717
    718 719 720 724 727 731 732 734 740 754 757 760 763 765 770 772 773 774 775 781 785 786 801 802 803 804 805 806 808
    810 812 813 814 815 816 817 818 828 830 831 832 843 845 847 848 850 856 857 858 859 860 862 863 864 865 870 901 903
    904 906 907 908 909 910 912 913 914 915 916 917 918 919 920 925 928 931 936 937 940 941 949 951 952 954 956 970 971
    972 973 978 979 980 985 989
        """,
    )
)
KEPT = timedelta(days=60)
"""How long a number stays hers after she was cast: what is sent to her late must not reach another."""
TRIES = 60


def free_phone(country: str, claim: Callable[[str], bool]) -> str:
    """Return a number (E.164) that nobody has, of this country (ISO 3166-1 alpha-2) where it keeps some free.

    `claim` says of a number whether it may be hers. Raises `UsageError` where none was found that may.
    """
    american = tuple(f"+1{code}55501" for code in AREA_CODES), 2
    for beginnings, digits in (FREE_NUMBERS.get(country, american), american):
        for _ in range(TRIES):
            number = secrets.choice(beginnings) + f"{secrets.randbelow(10**digits):0{digits}}"
            if claim(number):
                return number
    raise UsageError(
        f"No phone number is free any more: all that were tried were given to somebody in the last {KEPT.days} days. "
        "Begin a new ledger."
    )


class Claims:
    """The claims of one journey to phone numbers, in the ledger, so that no other journey of any run has the same."""

    def __init__(self, ledger: Ledger, run: str, journey: str) -> None:
        self._ledger, self._run, self._journey = ledger, run, journey

    def claim(self, number: str) -> bool:
        """Claim the number; false where it is somebody's whose promises are open, or was until lately."""
        now = datetime.now(UTC)
        before = self._ledger.events(kinds=("claimed",), recipient=number)
        if before and (now - before[-1].at < KEPT or before[-1].run in self._ledger.runs_with_open_promises()):
            return False
        # Of two who ask at once one is written down: the key can be there only once.
        key = f"claimed:{number}:{len(before)}"
        self._ledger.append(NewEvent("claimed", self._run, now, self._journey, recipient=number, key=key))
        return self._ledger.events(kinds=("claimed",), recipient=number)[-1].journey == self._journey
