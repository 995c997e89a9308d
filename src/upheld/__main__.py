"""`python -m upheld` is `upheld`."""

from upheld.cli import main

__all__: list[str] = []

if __name__ == "__main__":
    main()
