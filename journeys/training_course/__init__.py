"""Booking places on a training course for delegates who are named later."""
