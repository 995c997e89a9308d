"""Write docs/settings.md, docs/commands.md, docs/checks.md and docs/demo.md from what they are about.

    python tools/reference.py

A test fails where they are not what this writes, so a new option, setting or defect cannot go undocumented.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import typer.main

ROOT = Path(__file__).resolve().parent.parent

SETTINGS = """# Settings

<!-- Written by `make docs` from `upheld.config.Settings`; change it there. -->

A suite's settings stand in `[tool.upheld]` in its `pyproject.toml`. Each can also be given as `UPHELD_` and its name in
the environment (`UPHELD_SITE`), which goes before the file, and most as an option (`--site`), which goes before both.
Put secrets, such as the password in a ledger's address, into the environment. Durations are said as `90s`, `2m`, `1h`
or `3d`.

| setting | unless said | what it is |
| --- | --- | --- |
"""

ENVIRONMENT = """
From the environment only:

| name | what it is |
| --- | --- |
| `UPHELD_BROWSER` | The program of the browser to use, where the one that is found is not the one you want. |
| `UPHELD_REQUIRE` | What `make setup` must not go without, with commas: `browser`, `mailpit`, `postgres`. |
"""

COMMANDS = """# Commands

<!-- Written by `make docs` from `upheld --help`; change it in `src/upheld/cli/`. -->

Exit codes: 0 every promise is kept, withdrawn or still open; 1 a step failed or a promise is not upheld; 2 usage,
configuration, or nothing ran; 3 nothing is broken, but something is unproven.
"""

DEMO = """# The demo business

<!-- Written by `make docs` from `demo/defects/` and `tools/reference.py`. -->

A small shop with four stories: a paid event, a download, a training course, a membership.
`make demo` starts it, walks its journeys and stops it; `python -m demo` starts it by itself.
It is a stage: it takes no real money, and sends its messages to the mailbox alone.

| in the environment | unless said | what it is |
| --- | --- | --- |
| `DEMO_PORT` | `8000` | Where its pages are, on this machine only; 0 takes a free port. |
| `DEMO_SMTP_HOST` | `127.0.0.1` | Where it sends its mail. |
| `DEMO_SMTP_PORT` | `1025` | |
| `DEMO_DATABASE` | `.upheld/demo.db` | A file, or a SQLAlchemy URL. |
| `DEMO_MAIL_DELAY` | `0` | How many seconds each mail lies in the outbox. |
| `DEMO_STORIES` | all | Which of them it tells: `events`, `downloads`, `courses`, `members`, with commas. |
| `DEMO_DEFECTS` | | What is wrong with it, with commas; see below. |
| `DEMO_TEST_CLOCK` | `0` | `1`: its time can be turned at `/test-clock`; `customer`: each customer's (test-clock.md). |
| `DEMO_SMS_URL` | `http://127.0.0.1:1080` | Where text messages go, not to `api.twilio.com`; if empty, nowhere. |
| `DEMO_SMS_TOKEN` | `demo` | The token that goes with them. |
| `DEMO_WEBHOOK_URL` | `http://127.0.0.1:1080/hooks` | Where the organiser is told of what happens. |
| `DEMO_ORGANISER_PASSWORD` | `organiser` | What the organiser signs in with. |
| `STRIPE_API_BASE`, `STRIPE_API_KEY` | | Stripe's test mode instead of the local one. A live key is refused. |

## What can be wrong with it

A harness is proved by what it catches. Each defect is switched on by its name
(`make demo ARGS="--defects no_receipt"`), and the run must then find exactly this, with every other promise kept.
What stands in code is the name of the check that must have found it, or of the [measure of the ride](ride.md).

| defect | what is wrong | what must come of it |
| --- | --- | --- |
"""


CHECKS = """# Checks

<!-- Written by `make docs` from `tools/reference.py` and each check's `about`; change it there. -->

A promise is kept when the right thing comes in its window. Whether what came is *true* and *works* is asked by
checks: each looks at one touchpoint, that is at a message, a page or a file, with all that is known of the journey,
and says what is wrong with it in a sentence. They are asked after the sweep, of everything that reached anybody of
the cast, promised or not.

| severity | what a finding does |
| --- | --- |
| `fail` | What was promised is *wrong*, for this reason. Where nothing was promised it stands in the report. |
| `warn` | It stands in the report, and fails nothing. |
| `off` | It is not looked for. |

A check that is not sure of something warns of it, whatever its own severity. What could not be looked at, such as a
link while the site was away, is told as that, and is no fault of the site's. Each check is set by its name:

```toml
[tool.upheld.checks]
outside_link = "off"
dead_link = "warn"
```

## What is checked

| check | unless said | what it finds | where |
| --- | --- | --- | --- |
"""

CHECKS_MORE = """
## Links that are not tried

Links are fetched once, with GET and without a browser, as soon as they have arrived: `dead_link` reads what that
gave. A fetch must never use anything up, so a link is left alone, with the reason written down, where following it
may *do* something:

- it leads to a host that is neither the site's nor in `allow_hosts`, or by its redirects comes to one;
- its address or its words speak of it, in English, German, French, Dutch or Spanish: verify, confirm, unsubscribe,
  cancel, delete, accept, vote and the like always; sign in, download, pay, join and the like where the address holds
  a number, a secret or a question that may be hers;
- it holds what looks like a secret, except where that plainly names a thing to be looked at: `/orders/<secret>`,
  `/bookings/<secret>`, `/events/<secret>`;
- it gives a file;
- the message is about such a link ("your link to sign in", "works once"), and the address is hers.

HEAD is no safer than GET, and is not used. A journey's [map](map.md) can say otherwise, by regular expressions for
the words or the address of a link:

```toml
does_something = ["/seats/[0-9]+$"]          # never fetch these, though they look harmless
safe_to_follow = ["^Open your ticket$"]      # these only look as if they did something
```

So a link that must work once is tried by who it was made for: `she follows "Confirm" in it`, and then `she cannot use
"Confirm" in it again`. Leaving a newsletter is tried by a customer who was made for it: `she unsubscribes with one
click from the newsletter`, and `she is promised no newsletter`; see [the steps](steps.md).

## To add one

A check is a small class. It reads, and asks nobody: what must be fetched or shown in a browser has been before.

```python
from upheld.checks import Finding, Severity


class Tagline:
    name = "tagline"
    about = "The shop's tagline is missing from the foot of a mail."
    severity = Severity.WARN
    channels = frozenset({"email"})

    def look(self, touch, known):
        if "Every promise, upheld" not in touch.text:
            yield Finding(f"{touch.name} ends without our tagline.", rule="missing")
```

`touch` is the touchpoint: `arrival` is what she saw of it (subject, text, links, attachments), `letter` the message
taken apart (headers, HTML source, pictures), `kind` what it is, `promise` what it answers. `known` is what is known
by then: `person` and `cast`, `knowledge` (facts as values), `before` (her earlier touchpoints), `point` and `map`,
`probes` by address, `rendered`. A package makes it known by an entry point of the group `upheld.checks`:

```toml
[project.entry-points."upheld.checks"]
tagline = "shop_checks:Tagline"
```

Give a finding `severity=Severity.WARN` where it is not sure, and `unsure="why"` where it could not look. A false
alarm is worse than a silent one: a harness that cries wolf is switched off.
"""


def cell(words: object) -> str:
    """Return words as they can stand in a table's cell."""
    return " ".join(str(words).split()).replace("|", "\\|").replace("<", "&lt;")


def said(value: object) -> str:
    """Return a default as one would write it."""
    if value is None or value in ("", (), [], {}, False) or "Sentinel" in type(value).__name__:
        return ""
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        size, unit = next((s, u) for s, u in ((86400, "d"), (3600, "h"), (60, "m"), (1, "s")) if seconds % s == 0)
        return f"`{seconds // size}{unit}`"
    return f"`{value}`"


def settings() -> str:
    """Return docs/settings.md."""
    from upheld.config import Settings

    rows = (
        f"| `{name}` | {said(field.get_default(call_default_factory=True))} | {cell(field.description)} |\n"
        for name, field in Settings.model_fields.items()
        if name != "root"
    )
    return SETTINGS + "".join(rows) + ENVIRONMENT


def each_command(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Yield every command with its full name, groups before what is in them."""
    if not command.hidden:
        yield name, command
        for below in sorted(getattr(command, "commands", {})):
            yield from each_command(command.commands[below], f"{name} {below}")


def usage(parameter: Any) -> str:
    """Return an option or an argument as it is typed."""
    if parameter.param_type_name == "argument":
        return f"`{parameter.metavar or parameter.name.upper()}`"
    return ", ".join(f"`{option}`" for option in (*parameter.opts, *parameter.secondary_opts))


def commands() -> str:
    """Return docs/commands.md."""
    from upheld.cli import app

    parts = [COMMANDS]
    for name, command in each_command(typer.main.get_command(app), "upheld"):
        parts.append(f"\n## {name}\n\n{(command.help or '').strip()}\n")
        rows = [
            f"| {usage(parameter)} | {said(parameter.default)} | {cell(getattr(parameter, 'help', '') or '')} |\n"
            for parameter in command.params
            if not getattr(parameter, "hidden", False) and "completion" not in parameter.name
        ]
        if rows:
            parts.append("\n| option | unless said | what it does |\n| --- | --- | --- |\n" + "".join(rows))
    return "".join(parts)


def checks() -> str:
    """Return docs/checks.md, with the engine's own checks and not those that a package here has added."""
    from upheld.checks import all_checks

    own = [check for check in all_checks() if type(check).__module__.startswith("upheld.")]
    rows = (
        f"| `{check.name}` | `{check.severity}` | {cell(check.about)} | {', '.join(sorted(check.channels))} |\n"
        for check in own
    )
    return CHECKS + "".join(rows) + CHECKS_MORE


def demo() -> str:
    """Return docs/demo.md."""
    sys.path.insert(0, str(ROOT))  # the demo is no part of what is installed
    from demo import defects

    rows = []
    for defect in defects().values():
        found = dict.fromkeys(expected.said for expected in defect.expects)
        rows.append(f"| `{defect.name}` | {cell(defect.what)} | {cell('; '.join(found))} |\n")
    return DEMO + "".join(rows)


PAGES = {"settings": settings, "commands": commands, "checks": checks, "demo": demo}


def main() -> None:
    """Write them all."""
    for name, page in PAGES.items():
        (ROOT / "docs" / f"{name}.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
