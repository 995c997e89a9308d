"""Learning from what went wrong: an incident leaves a feature behind."""

from upheld.improve.incidents import new_incident

__all__ = ["new_incident"]
