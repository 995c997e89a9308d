"""The terms of the membership: what it costs, when it renews, and how long everything may take."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

__all__ = [
    "APOLOGY",
    "CENTS",
    "CONFIRM",
    "CURRENCY",
    "GRACE",
    "LAST_NUDGE",
    "LETTERS",
    "NOTICE",
    "SIGN_IN",
    "TRY_AGAIN",
    "ZONE",
    "renewal",
    "renewal_notice",
]

CENTS, CURRENCY = 1500, "EUR"
ZONE = ZoneInfo("Europe/Berlin")
"""Where the business is: its days are counted there, and renewals are charged there in the morning."""
MORNING = time(9)

CONFIRM = timedelta(days=3)
"""How long the link works by which she confirms that she wants to join."""
SIGN_IN = timedelta(minutes=15)
LETTERS = {"letter_1": timedelta(hours=12), "letter_2": timedelta(days=7), "letter_3": timedelta(days=14)}
"""The welcome series, by how long after joining each letter leaves."""
NOTICE = relativedelta(days=7)
GRACE = timedelta(days=7)
"""How long the members' area stays open to her when her card has failed."""
LAST_NUDGE = timedelta(days=5)
APOLOGY = timedelta(hours=1)
"""How long it takes us to find a mistake of ours."""
TRY_AGAIN = timedelta(minutes=10)


def renewal(joined: datetime, months: int) -> datetime:
    """Return when the month after so many months is paid for: in the morning of the day of the month she joined on.

    Who joined on the 31st renews on the last day of a shorter month, and on the 31st again of a longer one.
    """
    day = joined.astimezone(ZONE).date() + relativedelta(months=months)
    return datetime.combine(day, MORNING, ZONE).astimezone(UTC)


def renewal_notice(renews: datetime) -> datetime:
    """Return when she is told that money will be taken at `renews`: at the same time of day, a week before."""
    return (renews.astimezone(ZONE) - NOTICE).astimezone(UTC)
