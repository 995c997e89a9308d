"""What the shop is told by its environment, checked before anything is started."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from demo import STORIES, defects

__all__ = ["Settings", "WrongSetting"]

# Where `upheld` catches text messages and webhooks unless it is told otherwise, as 1025 is for mail.
CAPTURE = "http://127.0.0.1:1080"


class WrongSetting(Exception):
    """A setting that cannot be used; the message names it, what it was and what it may be."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How this shop is to run. `mail_delay` is in real seconds; an empty `stripe_base` means our own localstripe.

    `test_clock` is "" (its time is real), "shared" (all customers share a clock that can be turned) or "customer".
    """

    port: int
    smtp_host: str
    smtp_port: int
    database: str
    mail_delay: float
    stories: tuple[str, ...]
    defects: frozenset[str]
    test_clock: str
    stripe_base: str
    stripe_key: str
    organiser_password: str
    sms_url: str
    sms_token: str
    webhook_url: str

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Settings:
        """Return the settings in `environ`. Raises `WrongSetting`."""
        return cls(
            port=_whole(environ, "DEMO_PORT", 8000, 0),
            smtp_host=environ.get("DEMO_SMTP_HOST", "").strip() or "127.0.0.1",
            smtp_port=_whole(environ, "DEMO_SMTP_PORT", 1025, 1),
            database=_database(environ.get("DEMO_DATABASE", "").strip() or ".upheld/demo.db"),
            mail_delay=_seconds(environ, "DEMO_MAIL_DELAY"),
            stories=_stories(environ.get("DEMO_STORIES", "")),
            defects=_defects(environ.get("DEMO_DEFECTS", "")),
            test_clock=_test_clock(environ.get("DEMO_TEST_CLOCK", "").strip()),
            organiser_password=environ.get("DEMO_ORGANISER_PASSWORD", "") or "organiser",
            sms_url=_address({"DEMO_SMS_URL": CAPTURE, **environ}, "DEMO_SMS_URL"),
            sms_token=environ.get("DEMO_SMS_TOKEN", "") or "demo",
            webhook_url=_address({"DEMO_WEBHOOK_URL": f"{CAPTURE}/hooks", **environ}, "DEMO_WEBHOOK_URL"),
            **_stripe(environ),
        )

    def __contains__(self, defect: str) -> bool:
        """Return whether this defect is switched on; `KeyError` for one that is not in the table."""
        return defects()[defect].name in self.defects


def _whole(environ: Mapping[str, str], name: str, usual: int, least: int) -> int:
    text = environ.get(name, "").strip() or str(usual)
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= 65535:
        raise WrongSetting(f'{name} is "{text}"; it must be a port, a whole number from {least} to 65535.')
    return int(text)


def _seconds(environ: Mapping[str, str], name: str) -> float:
    text = environ.get(name, "").strip() or "0"
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < 1e6:
        raise WrongSetting(f'{name} is "{text}"; it must be a number of seconds such as 0 or 2.5.')
    return seconds


def _test_clock(text: str) -> str:
    modes = {"": "", "0": "", "1": "shared", "shared": "shared", "customer": "customer"}
    if text not in modes:
        raise WrongSetting(f'DEMO_TEST_CLOCK is "{text}"; it must be 1 (shared by all), customer (one for each) or 0.')
    return modes[text]


def _address(environ: Mapping[str, str], name: str) -> str:
    text = environ.get(name, "").strip()
    if text and not text.startswith(("http://", "https://")):
        raise WrongSetting(f'{name} is "{text}"; it must begin with http:// or https://.')
    return text.rstrip("/")


def _database(text: str) -> str:
    return text if "://" in text else f"sqlite:///{Path(text).absolute()}"


def _stories(text: str) -> tuple[str, ...]:
    wanted = [name.strip() for name in text.split(",") if name.strip()] or STORIES
    for name in wanted:
        if name not in STORIES:
            raise WrongSetting(f'DEMO_STORIES names "{name}"; there are {", ".join(STORIES)}.')
    return tuple(name for name in STORIES if name in wanted)


def _defects(text: str) -> frozenset[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in defects():
            near = difflib.get_close_matches(name, defects(), n=1)
            hint = f'Did you mean "{near[0]}"?' if near else f"There are: {', '.join(defects())}."
            raise WrongSetting(f'DEMO_DEFECTS names "{name}", and there is no such defect. {hint}')
    return frozenset(names)


def _stripe(environ: Mapping[str, str]) -> dict[str, str]:
    base, key = _address(environ, "STRIPE_API_BASE"), environ.get("STRIPE_API_KEY", "").strip()
    if base and not key:
        raise WrongSetting("STRIPE_API_BASE is set and STRIPE_API_KEY is not; set both, or neither for localstripe.")
    if "_live_" in key:
        raise WrongSetting("STRIPE_API_KEY is a live key; this shop is a stage and takes test keys only.")
    if key and not base:
        base = "https://api.stripe.com"
    return {"stripe_base": base, "stripe_key": key}
