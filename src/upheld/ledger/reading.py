"""Reading an event's data, whichever version wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

__all__ = ["Data"]


class Data:
    """The data of an event, read without trust: what is missing, or of another type, is its empty value."""

    def __init__(self, data: Any) -> None:
        self._data: Mapping[str, Any] = data if isinstance(data, Mapping) else {}

    def any(self, key: str) -> Any:
        """Return the value as it is, or `None`."""
        return self._data.get(key)

    def text(self, key: str) -> str:
        """Return it as text, or ""."""
        value = self._data.get(key)
        return "" if value is None else str(value)

    def whole(self, key: str) -> int:
        """Return it as a whole number, or 0."""
        return int(self.number(key))

    def number(self, key: str) -> float:
        """Return it as a number, or 0."""
        value = self._data.get(key)
        return value if isinstance(value, int | float) else 0

    def flag(self, key: str) -> bool:
        """Return whether it is true, and not merely something."""
        return self._data.get(key) is True

    def list(self, key: str) -> tuple[Any, ...]:
        """Return it as a tuple, or an empty one."""
        value = self._data.get(key)
        return tuple(value) if isinstance(value, list | tuple) else ()

    def map(self, key: str) -> Mapping[str, Any]:
        """Return it as a mapping, or an empty one."""
        value = self._data.get(key)
        return value if isinstance(value, Mapping) else {}

    def time(self, key: str) -> datetime | None:
        """Return it as a zone-aware time, or `None`."""
        value = self._data.get(key)
        try:
            read = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            return None
        return read if read is not None and read.tzinfo is not None else None
