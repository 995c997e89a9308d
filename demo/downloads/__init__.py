"""The story of a digital download: paid by card or with Demo Wallet, there on the page, and by email as well."""

from __future__ import annotations

from demo.downloads.downloads import story

__all__ = ["story"]
