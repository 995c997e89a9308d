"""`upheld steps`: what a feature can say."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import typer

from upheld.cli.collecting import read_suite
from upheld.config import find_root
from upheld.improve.discovery import promises_in, step_for
from upheld.improve.lexicon import OWN, load_lexicon
from upheld.vocabulary.catalogue import Entry, like, nearest_words, speaking_of

__all__ = ["list_steps"]

FOUND, USAGE = 0, 2


def list_steps(words: Sequence[str], sentence: str) -> int:
    """Print the steps that speak of all these words, or those nearest to a sentence; return the exit code."""
    suite = read_suite()
    if suite.problems:
        typer.echo("Some features cannot be read; `upheld lint` says why.", err=True)
    if sentence:
        near = like(suite.steps, sentence)
        reads = [one for one in near if one.parser.is_matching(sentence)]
        if not reads and _tell_checks(sentence):
            return FOUND
        typer.echo(f'"{sentence}" is ' + ("understood by:" if reads else "no step. The nearest are:") + "\n")
        _print(reads or near)
        if not reads:
            typer.echo("No promise to the customer is found in it.")
        return FOUND
    found = speaking_of(suite.steps, words)
    if not found:
        missing = next((word for word in words if not speaking_of(suite.steps, [word])), " ".join(words))
        near_words = nearest_words(suite.steps, missing)
        hint = " Did you mean " + " or ".join(f'"{word}"' for word in near_words) + "?" if near_words else ""
        typer.echo(f'No step speaks of "{missing}".{hint} `upheld steps` lists all.', err=True)
        return USAGE
    for group, of_group in groupby(found, key=lambda one: one.group):
        typer.echo(f"{group}\n")
        _print(list(of_group))
    return FOUND


def _tell_checks(sentence: str) -> bool:
    """Print the steps that would check what a sentence says to the customer; return whether it promises anything."""
    found = promises_in(sentence, lexicon=load_lexicon(find_root(Path.cwd()) / OWN))
    for said in found:
        typer.echo(f'"{said.sentence}" promises {said.thing} to the customer. This checks it:\n')
        typer.echo(f"  And {step_for(said)}")
        if not said.window:
            typer.echo("      It says no time that a step could say; set yours.")
        if said.channel in ("post", "phone"):
            typer.echo(f"      What comes by {said.channel} cannot be caught; this is for the mail that tells of it.")
        typer.echo()
    return bool(found)


def _print(steps: Sequence[Entry]) -> None:
    for one in steps:
        kind = f"{one.kind.capitalize()} " if one.kind else ""
        typer.echo(f"  {kind}{one.example}")
        if one.means:
            typer.echo(f"      {one.means}")
    typer.echo()
