"""The door by which a test sets the stage with a product of its own: `PUT /api/downloads/<slug>`."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from demo.downloads.files import TYPES
from demo.downloads.sales import Sales
from demo.shop import Shop

__all__ = ["add_door"]

CURRENCIES = ("CHF", "EUR", "GBP", "USD")


def add_door(site: Blueprint, shop: Shop, sales: Sales) -> None:
    """Add the organiser's call; the same call again changes nothing."""

    @site.put("/api/downloads/<slug>")
    def put_product(slug: str) -> ResponseReturnValue:
        shop.organiser_only()
        try:
            values = _values(slug, request.get_json(force=True, silent=True))
        except ValueError as error:
            return jsonify(error=str(error)), 400
        new = sales.offer(slug, values)
        return jsonify(url=f"/downloads/{slug}"), 201 if new else 200


def _values(slug: str, data: Any) -> dict[str, Any]:
    """Return the product that `data` describes. Raises `ValueError` with a sentence."""
    names = ("title", "price", "currency", "format")
    if not isinstance(data, dict) or any(not isinstance(data.get(name), str) or not data[name] for name in names):
        raise ValueError(f"Send a JSON object with the texts {', '.join(names)}.")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) or slug in ("orders", "wallet"):
        raise ValueError(f'"{slug}" cannot be in an address; use small letters, digits and single hyphens.')
    if data["currency"] not in CURRENCIES:
        raise ValueError(f'"{data["currency"]}" is none of {", ".join(CURRENCIES)}.')
    if data["format"] not in TYPES:
        raise ValueError(f'"{data["format"]}" is none of {", ".join(TYPES)}.')
    try:
        cents = Decimal(data["price"]) * 100
    except InvalidOperation:
        raise ValueError("`price` must be like 19.00.") from None
    if not cents.is_finite() or cents != int(cents) or not 50 <= cents <= 10**8:
        raise ValueError(f'`price` is "{data["price"]}"; it must be from 0.50 to 1000000.00 with two decimals.')
    return {"title": data["title"], "cents": int(cents), "currency": data["currency"], "format": data["format"]}
