"""Booking and paying for an event."""
