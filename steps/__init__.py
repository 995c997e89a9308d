"""This business's own words; each step calls a task or asks a question."""
