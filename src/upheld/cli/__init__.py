"""The command line: a thin face of pytest, and what only reads the ledger."""

from upheld.cli.app import app, main

__all__ = ["app", "main"]
