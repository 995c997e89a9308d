"""What is wrong with what the shop sends and shows, kept apart from how it does it right.

letters  a letter's words, facts, links and files, before it becomes a mail
mails    the mail itself: its headers and parts, and what else leaves with it
pages    what a page shows, and how it feels

Only what needs to know the shop is wrong where it is made: look for the defect's name.
"""

from __future__ import annotations

from demo.spoiling.letters import spoiled_letter
from demo.spoiling.mails import outgoing
from demo.spoiling.pages import spoil_pages

__all__ = ["outgoing", "spoil_pages", "spoiled_letter"]
