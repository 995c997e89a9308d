"""The commands, their options and their help; what they do stands in the modules beside this one."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Annotated

import typer

from upheld.errors import CouldNotLook, UpheldError

__all__ = ["app", "main"]

USAGE, CANNOT_TELL = 2, 3

app = typer.Typer(
    help="Customer journeys walked for real, and every promised touchpoint held to its word.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
incident = typer.Typer(help="Something that went wrong for a customer once, and the guard it leaves behind.")
mailbox = typer.Typer(help="The embedded mailbox.")
app.add_typer(incident, name="incident", no_args_is_help=True)
app.add_typer(mailbox, name="mailbox", no_args_is_help=True)

Site = Annotated[str | None, typer.Option(help="Address of the site that is walked.", metavar="URL")]
MailboxUrl = Annotated[
    str | None, typer.Option(help="embedded://127.0.0.1:1025 or mailpit+http://127.0.0.1:8025", metavar="URL")
]
CaptureUrl = Annotated[
    str | None, typer.Option(help="capture://127.0.0.1:1080, for text messages and webhooks.", metavar="URL")
]
Clock = Annotated[str | None, typer.Option(help="real, or the address of the site's test clock.", metavar="URL")]
LedgerUrl = Annotated[str | None, typer.Option(help="sqlite:///file or postgresql://...", metavar="URL")]
Patience = Annotated[str | None, typer.Option(help="How long to wait in real time for windows to close.", metavar="2m")]
Seed = Annotated[int | None, typer.Option(help="Repeat the people of an earlier run.")]
History = Annotated[str | None, typer.Option(help="A folder that keeps the report of each night.", metavar="FOLDER")]
Publish = Annotated[
    bool | None,
    typer.Option("--publish", help="Write the report for strangers: what lets its reader in is masked."),
]
ReportUrl = Annotated[
    str | None, typer.Option(help="Where the report can be read on the web; {run} in it is the run.", metavar="URL")
]
Workers = Annotated[int, typer.Option("-n", help="Walk in so many processes.", metavar="N")]


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": False})
def run(
    context: typer.Context,
    paths: Annotated[list[str] | None, typer.Argument(help="Feature files, folders or node ids.")] = None,
    keyword: Annotated[str | None, typer.Option("-k", help="Only journeys whose name matches, as in pytest.")] = None,
    site: Site = None,
    mailbox: MailboxUrl = None,
    capture: CaptureUrl = None,
    clock: Clock = None,
    ledger: LedgerUrl = None,
    patience: Patience = None,
    seed: Seed = None,
    workers: Workers = 1,
    history: History = None,
    publish: Publish = None,
    report_url: ReportUrl = None,
) -> None:
    """Walk the journeys and settle their promises. What stands after -- goes to pytest as it is."""
    from upheld.cli.running import run_suite

    targets, extra = _split(paths or [])
    if keyword:
        extra = ["-k", keyword, *extra]
    options = {
        "site": site, "mailbox": mailbox, "capture": capture, "clock": clock, "ledger": ledger, "patience": patience,
        "seed": seed, "history": history, "publish": publish, "report_url": report_url,
    }  # fmt: skip
    raise typer.Exit(run_suite(targets or ["features"], options, workers=workers, extra=extra))


@app.command(context_settings={"allow_extra_args": True})
def demo(
    arguments: Annotated[list[str] | None, typer.Argument(metavar="[FEATURES]... [-- PYTEST ARGS]")] = None,
    defects: Annotated[str, typer.Option(help="Defects to switch on, separated by commas.")] = "",
    clock: Annotated[
        str, typer.Option(help="Whose time is turned, and how: shared, customer, command, or real.", metavar="WHOSE")
    ] = "shared",
    mailbox: MailboxUrl = None,
    patience: Patience = None,
    seed: Seed = None,
    workers: Workers = 1,
) -> None:
    """Start the demo business and walk its journeys, or those of the features named."""
    from upheld.cli.demo import run_demo

    features, extra = _split(arguments or [])
    raise typer.Exit(
        run_demo(
            [name for name in defects.split(",") if name],
            features=features,
            clock=clock,
            mailbox=mailbox,
            patience=patience,
            seed=seed,
            workers=workers,
            extra=extra,
        )
    )


@app.command()
def settle(
    site: Site = None,
    mailbox: MailboxUrl = None,
    capture: CaptureUrl = None,
    clock: Clock = None,
    ledger: LedgerUrl = None,
    patience: Patience = None,
    history: History = None,
    publish: Publish = None,
    report_url: ReportUrl = None,
) -> None:
    """Settle what earlier runs left open, without walking anything."""
    from upheld.cli.reading import settle_open

    options = {"site": site, "mailbox": mailbox, "capture": capture, "clock": clock, "ledger": ledger}
    shown = {"history": history, "publish": publish, "report_url": report_url}
    raise typer.Exit(settle_open(**options, **shown, patience=patience))


@app.command()
def report(
    run: Annotated[str | None, typer.Option(help="Which run; the last one unless given.")] = None,
    ledger: LedgerUrl = None,
    history: History = None,
    publish: Publish = None,
    report_url: ReportUrl = None,
    nights: Annotated[
        bool, typer.Option("--nights", help="Write nights.html as well: the last 30 nights, from the ledger.")
    ] = False,
) -> None:
    """Write the report again from the ledger and the evidence."""
    from upheld.cli.reading import rewrite_report

    shown = {"history": history, "publish": publish, "report_url": report_url}
    raise typer.Exit(rewrite_report(run, nights=nights, ledger=ledger, **shown))


@app.command()
def gate(
    run: Annotated[str | None, typer.Option(help="Which run; the last one unless given.")] = None,
    ledger: LedgerUrl = None,
) -> None:
    """Say go, no-go or cannot tell of the last run, with the exit code 0, 1 or 3."""
    from upheld.cli.reading import tell_gate

    raise typer.Exit(tell_gate(run, ledger))


@app.command()
def book(
    out: Annotated[Path | None, typer.Option(help="The folder to write into; .upheld/book unless given.")] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Print it as one PDF as well, by the browser.")] = False,
    publish: Annotated[
        bool, typer.Option("--publish", help="For strangers: without pictures that show a secret, or a message.")
    ] = False,
    ledger: LedgerUrl = None,
) -> None:
    """Write the process handbook from the features, the maps and the last walk of each journey."""
    from upheld.cli.book import write_book

    raise typer.Exit(write_book(out, ledger, pdf=pdf, publish=publish))


@app.command("map")
def promise_map(
    out: Annotated[Path | None, typer.Option(help="The folder to write into; .upheld/map unless given.")] = None,
    ledger: LedgerUrl = None,
) -> None:
    """Draw the promise system on one page: what is kept, what fails, and what is checked by nobody."""
    from upheld.cli.book import draw_map

    raise typer.Exit(draw_map(out, ledger))


@app.command()
def doctor(
    site: Site = None,
    mailbox: MailboxUrl = None,
    capture: CaptureUrl = None,
    clock: Clock = None,
    ledger: LedgerUrl = None,
) -> None:
    """Look whether everything a run needs is there, a line for each."""
    from upheld.cli.doctor import examine

    raise typer.Exit(examine(site=site, mailbox=mailbox, capture=capture, clock=clock, ledger=ledger))


@app.command()
def steps(
    words: Annotated[list[str] | None, typer.Argument(help="Only steps that speak of all these words.")] = None,
    sentence: Annotated[
        str, typer.Option("--for", help="Show the steps nearest to this sentence.", metavar="SENTENCE")
    ] = "",
) -> None:
    """List what a feature can say, with an example of each step: the standard ones and the suite's own."""
    from upheld.cli.steps import list_steps

    raise typer.Exit(list_steps(words or [], sentence))


@app.command()
def lint(
    paths: Annotated[list[str] | None, typer.Argument(help="Feature files or folders; features unless given.")] = None,
) -> None:
    """Find steps that nobody reads, and what speaks of the site's inside, of staff tasks or of selectors."""
    from upheld.cli.lint import lint as lint_features

    raise typer.Exit(lint_features(paths or []))


@incident.command("new")
def incident_new(
    expected: Annotated[str, typer.Argument(help='What the customer expected: "a receipt by email".')],
    happened: Annotated[str, typer.Argument(help='What happened: "she paid, and none came".')],
    like: Annotated[
        str | None, typer.Option(help="The scenario to walk, by its name; else the first that promises this.")
    ] = None,
) -> None:
    """Write a feature for an incident, in the vocabulary, that runs as it is."""
    from upheld.cli.reading import write_incident

    raise typer.Exit(write_incident(expected, happened, like))


@mailbox.command("serve")
def mailbox_serve(
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Where to listen; 0 takes a free port.")] = 1025,
    store: Annotated[Path, typer.Option(help="The file that keeps what comes.")] = Path(".upheld/mailbox.db"),
    capture_port: Annotated[
        int | None, typer.Option(help="Where to take text messages and webhooks as well, such as 1080.")
    ] = None,
    capture_store: Annotated[Path, typer.Option(help="The file that keeps these.")] = Path(".upheld/capture.db"),
) -> None:
    """Run the embedded mailbox until it is stopped, so that it catches what comes between runs."""
    from upheld.mailbox.serve import main as serve

    both = [] if capture_port is None else ["--capture-port", str(capture_port), "--capture-store", str(capture_store)]
    raise typer.Exit(serve(["--host", host, "--port", str(port), "--store", str(store), *both]))


@mailbox.command("show")
def mailbox_show(
    store: Annotated[
        Path, typer.Option(help="The file that keeps them: .upheld/capture.db, .upheld/mailbox.db.")
    ] = Path(".upheld/capture.db"),
    last: Annotated[int, typer.Option(help="How many of the newest.", metavar="N")] = 5,
    to: Annotated[str, typer.Option(help="Only what went to this address or number, or part of one.")] = "",
) -> None:
    """Print the newest messages that were caught: when, by what, to whom, and their words. Nothing is masked."""
    from upheld.cli.mailbox import show

    raise typer.Exit(show(store, last, to))


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Split what is for us from what stood behind `--`, which the shell's parser has taken out."""
    behind = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else []
    if not behind:
        return arguments, []
    return arguments[: len(arguments) - len(behind)], behind


def main() -> None:
    """Run a command; errors of ours are one line, with the exit code that the interface promises."""
    try:
        app(standalone_mode=True)
    except CouldNotLook as error:
        typer.echo(f"Cannot tell: {error}", err=True)
        sys.exit(CANNOT_TELL)
    except UpheldError as error:
        typer.echo(str(error), err=True)
        sys.exit(USAGE)
    finally:
        gc.freeze()  # the process ends: to look for what nobody needs any more would take a tenth of a second
