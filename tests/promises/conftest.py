"""The properties of the domain are tried without a stop-watch: the machine may be busy with a browser beside them."""

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
