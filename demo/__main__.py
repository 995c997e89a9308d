"""`python -m demo`: the shop, until it is told to stop."""

from __future__ import annotations

from demo.quickly import importing

if __name__ == "__main__":
    with importing():
        from demo.serving import main
    main()
