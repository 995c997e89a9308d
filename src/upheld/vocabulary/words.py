"""What the standard steps have in common: how people are named in them."""

__all__ = ["WHO"]

# A name, a pronoun, or a role: "Ada", "she", "the organiser".
WHO = r"(?P<who>(?![a-z\d_])\w[\w-]*|she|he|they|[Tt]he \w+)"
