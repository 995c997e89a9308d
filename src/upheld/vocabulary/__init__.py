"""The standard steps: a feature for a new site needs no Python as long as it says things this way."""

from upheld.vocabulary import pages, people, promises, time

__all__ = ["MODULES"]

MODULES = (pages, people, promises, time)
