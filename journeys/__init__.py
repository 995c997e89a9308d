"""One folder per journey: its map, and how this site is walked."""
