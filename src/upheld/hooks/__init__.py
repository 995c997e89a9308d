"""What the plugin's hooks do: one object drives (in every process), one controls (in the controlling process only)."""

__all__: list[str] = []
