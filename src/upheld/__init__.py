"""Every promise, upheld: customer journeys walked for real, and every promised touchpoint held to its word."""

__all__: list[str] = []
