"""What others add by an entry point: a check, a suggestion."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import entry_points
from typing import Any, Protocol, TypeVar

from upheld.errors import ConfigError

__all__ = ["with_added"]


class _Named(Protocol):
    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=_Named)


def with_added(own: Iterable[T], group: str, form: type, what: str, needs: str) -> dict[str, T]:
    """Return the engine's own and what others add to the entry point's group, by name.

    An entry names a thing of this form (a runtime-checkable protocol), or a class that makes one without arguments.
    `what` is what a sentence calls it, `needs` what the form asks for. Raises `ConfigError` for what cannot be loaded,
    is of another form, or takes a name twice.
    """
    found = {one.name: one for one in own}
    for entry in sorted(entry_points(group=group), key=lambda entry: entry.name):
        told = f"the {what} {entry.name} ({entry.value})"
        try:
            loaded = entry.load()
            one: Any = loaded() if isinstance(loaded, type) else loaded
            fits = isinstance(one, form)
        except Exception as error:  # somebody else's code, of which only this can be said
            raise ConfigError(f"{told} could not be loaded: {error}") from error
        if not fits:
            raise ConfigError(f"{told} is none: it needs {needs}")
        if one.name in found:
            raise ConfigError(f'{told} is called "{one.name}", as another one is')
        found[one.name] = one
    return found
