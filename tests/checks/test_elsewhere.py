"""Messages as mailers really make them: no check of their content takes an ordinary one for a fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.letters import NOW, found, known, person
from upheld.checks import Finding, Severity, Touch, clients, language, parts, pictures, wording
from upheld.checks import person as persons
from upheld.mailbox.letter import open_letter
from upheld.mailbox.message import read

CORPUS = Path(__file__).parents[1] / "mailbox" / "corpus"
# What really is a fault: a message of nothing.
FAULTS = {"empty-body-reminder-en": {"empty"}}
# They are all greeted by names of their own, and she is not.
CHECKS = [
    check
    for module in (clients, language, parts, persons, pictures, wording)
    for check in module.CHECKS
    if check.name != "greeting"
]


def _fails(finding: Finding) -> bool:
    return finding.severity is Severity.FAIL and not finding.unsure


def test_nothing_ordinary_fails() -> None:
    letters = sorted(CORPUS.glob("*.eml"))
    wrong: list[tuple[str, str]] = []
    for file in letters:
        raw = file.read_bytes()
        arrival, letter = read(raw, id="1", to=["ada@customers.example"], at=NOW), open_letter(raw)
        her = known(person=person(locale=letter.languages.get("html", "en-GB"), address="ada@customers.example"))
        for check in CHECKS:
            wrong += [
                (file.stem, finding.said)
                for finding in found(check, Touch(arrival, "receipt", None, NOW, letter), her)
                if _fails(finding) and check.name not in FAULTS.get(file.stem, set())
            ]
    assert len(letters) > 50
    assert wrong == []


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_what_is_a_fault_is_one(name: str) -> None:
    raw = (CORPUS / f"{name}.eml").read_bytes()
    one = Touch(read(raw, id="1", to=["ada@customers.example"], at=NOW), "receipt", None, NOW, open_letter(raw))
    assert {check.name for check in CHECKS if any(f.severity is Severity.FAIL for f in found(check, one))} == FAULTS[
        name
    ]
