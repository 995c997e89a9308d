"""What the standard steps have in common: how people and facts are named in them, and that a suite's own go first."""

from __future__ import annotations

from pytest_bdd import parsers
from pytest_bdd.steps import step_function_context_registry

__all__ = ["FACT", "HER", "WHO", "Standard", "standard"]

# A name, a pronoun, or a role: "Ada", "she", "the organiser".
WHO = r"(?P<who>(?![a-z\d_])\w[\w-]*|she|he|they|[Tt]he \w+)"
HER = r"(?:her|his|their)"
FACT = rf'(?P<fact>(?:the|{HER}) [^"]+)'


class Standard(parsers.re):
    """A standard step's words; a step of the suite's own that reads the same sentence goes before it."""

    def is_matching(self, name: str) -> bool:
        """Return whether the sentence is this step's."""
        return super().is_matching(name) and not any(
            context.parser.is_matching(name)
            for context in step_function_context_registry.values()
            if not isinstance(context.parser, Standard) and context.step_func.__module__ not in _OURS
        )


_OURS = ("upheld.vocabulary.promises", "upheld.vocabulary.time", "upheld.vocabulary.groups", "pytest_bdd.plugin")


def standard(words: str) -> Standard:
    """Return the parser of a standard step: `words` is a regular expression that the whole sentence matches."""
    return Standard(words)
