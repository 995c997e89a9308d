"""Wires the suite: its own steps and fixtures, and nothing else."""

pytest_plugins = [
    "fixtures.site",
    "steps.booking",
    "steps.organising",
    "steps.seats",
    "steps.downloading",
    "steps.training",
    "steps.membership",
]
