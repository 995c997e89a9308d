"""What can be an email address, for every form that asks for one."""

from __future__ import annotations

import re
from email.errors import MessageError
from email.headerregistry import Address

__all__ = ["is_address"]


def is_address(text: str) -> bool:
    """Return whether this can be written on a letter: an address of RFC 5322, in ASCII and without spaces."""
    try:
        Address(addr_spec=text)
    except (ValueError, IndexError, MessageError):  # the standard library has three ways of saying it
        return False
    return re.fullmatch(r"[^@\s]+@[^@\s]+", text, re.ASCII) is not None
