"""What keeps somebody from using or reading something, told as its customer meets it."""

from __future__ import annotations

from collections.abc import Mapping

from upheld.language import N_

__all__ = ["BARRIERS"]

# axe-core's rules as a customer meets them; what is not here is told in axe-core's own words.
BARRIERS: Mapping[str, str] = {
    "aria-hidden-focus": N_("The keyboard reaches something that is hidden"),
    "button-name": N_("A button has no name for those who have the page read to them"),
    "color-contrast": N_("Some words can hardly be read: too little contrast"),
    "document-title": N_("The page has no title"),
    "html-has-lang": N_("The page does not say its language, so it is read aloud in the wrong one"),
    "image-alt": N_("A picture has no words for those who cannot see it"),
    "input-image-alt": N_("A button that is a picture has no words"),
    "label": N_("A field does not say what it asks for to those who have the page read to them"),
    "link-in-text-block": N_("A link can be told from its text by colour alone"),
    "link-name": N_("A link has no name for those who have the page read to them"),
    "meta-viewport": N_("The page cannot be enlarged on a phone"),
    "nested-interactive": N_("A button lies within another, and only one of them can be reached"),
    "select-name": N_("A list does not say what it asks for to those who have the page read to them"),
    "target-size": N_("Something to tap is too small for a finger"),
}
"""By axe-core's rule: a sentence without its full stop, to be translated where it is said."""
