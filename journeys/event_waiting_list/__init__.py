"""Waiting for a seat."""
