"""How things look in words and marks, in the report, the book and on the map: verdicts, answers, and what they mean."""

from __future__ import annotations

from upheld.language import N_

__all__ = ["GATES", "MARKS", "MEANINGS", "RIDES", "SENSE"]

MARKS = {
    "kept": "✓", "late": "△", "broken": "✕", "wrong": "≠", "repeated": "2×", "unwanted": "!", "open": "…",
    "unproven": "?", "withdrawn": "–", "failed": "✕",
}  # fmt: skip
MEANINGS = {
    "kept": N_("the one right thing arrived in time"),
    "late": N_("the right thing arrived, but too late"),
    "broken": N_("the time was up and nothing came"),
    "wrong": N_("something came that says, shows or links the wrong thing, or came too soon"),
    "repeated": N_("it came more often than promised"),
    "unwanted": N_("something came that was promised not to"),
    "open": N_("it is not due yet; a later run settles it"),
    "unproven": N_("nobody could tell: we could not look, or the journey did not come so far"),
    "withdrawn": N_("the customer or the site took it back, so it is no longer owed"),
    "failed": N_("no promise: a step, a page or a message on the way was not right"),
}
SENSE = {
    "no": (N_("No"), "broken", "✕"),
    "cannot tell": (N_("Cannot tell"), "unproven", "?"),
    "so far": (N_("So far"), "open", "…"),
    "yes": (N_("Yes"), "kept", "✓"),
}
RIDES = {
    N_("Yes"): ("kept", "✓"),
    N_("Mostly"): ("late", "△"),
    N_("No"): ("broken", "✕"),
    N_("Not to its end"): ("broken", "✕"),
}
GATES = {N_("go"): ("kept", "✓"), N_("no-go"): ("broken", "✕"), N_("cannot tell"): ("unproven", "?")}
# Said by other parts of the house, a word or two each.
_WORDS = (
    N_("failed"), N_("kept"), N_("late"), N_("broken"), N_("wrong"), N_("repeated"), N_("unwanted"), N_("open"),
    N_("unproven"),
    N_("withdrawn"), N_("share"), N_("package"), N_("keep: welcome"), N_("keep: deliver"), N_("keep: keep faith"),
    N_("keep: farewell"), N_("improve"), N_("by email"), N_("on the page"), N_("by text message"), N_("as a PDF"),
)  # fmt: skip
