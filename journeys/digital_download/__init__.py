"""Buying a digital download."""
