"""Templates compiled once for all reports that a process writes; to compile them takes longer than to fill them in."""

from __future__ import annotations

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

__all__ = ["Compiled"]


class Compiled(BytecodeCache):
    """Keeps what templates were compiled to. One for each way to set up an environment, since that is compiled in."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket where its template was compiled before, from the same source."""
        if kept := self._kept.get(bucket.key):
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what has just been compiled."""
        self._kept[bucket.key] = bucket.bytecode_to_string()
