"""What takes too long for `make test`: each command prints its figures, and exits 1 where one is not as it should be."""

__all__: list[str] = []
