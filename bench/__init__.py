"""What takes too long for `make test`: each command prints its figures, and exits 1 where one is wrong."""

__all__: list[str] = []
