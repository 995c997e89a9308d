"""S/MIME messages that are one lump (RFC 8551, 3.5.2 and 3.3): what a signed one holds, and that one is encrypted."""

from __future__ import annotations

__all__ = ["PKCS7", "unwrapped"]

PKCS7 = frozenset(("application/pkcs7-mime", "application/x-pkcs7-mime"))
"""The media types of such a part."""


def unwrapped(data: bytes) -> tuple[str, bytes]:
    """Return what the CMS structure is, "signed" (with the message that it holds), "encrypted", or "" for others.

    The signature itself is not looked at. Raises on what is no CMS (RFC 5652).
    """
    from asn1crypto import cms  # heavy, and few messages are signed in this way

    outer = cms.ContentInfo.load(data)
    kind = outer["content_type"].native
    if kind in ("enveloped_data", "encrypted_data", "authenticated_enveloped_data"):
        return "encrypted", b""
    held = outer["content"]["encap_content_info"]["content"].native if kind == "signed_data" else None
    return ("signed", held) if isinstance(held, bytes) else ("", b"")
