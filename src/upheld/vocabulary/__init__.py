"""The standard steps: a feature for a new site needs no Python as long as it says things this way."""

from upheld.vocabulary import forms, groups, letters, pages, people, promises, signing_in, time

__all__ = ["MODULES"]

MODULES = (pages, forms, promises, letters, signing_in, people, groups, time)
