"""The demo business walked in a real browser: each defect is found by name, and nothing else is."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import demo
from demo.found import TIMED, found_in, held_against
from tests.mailbox.servers import Server
from tests.needs import needs

ROOT = Path(__file__).parents[2]

EVENT = ("event_registration", "incidents")
SEATS = ("event_cancelling", "event_moving", "event_waiting_list")
DOWNLOAD, COURSE, MEMBERSHIP = ("digital_download",), ("training_course",), ("membership",)

# Defects that do not hide each other are walked together, and several stories in one round, to save time;
# `python -m bench defects` walks each on its own. A round is what is walked, and by whose clock.
ROUNDS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "first": (
        "customer",
        (*EVENT, *DOWNLOAD, *MEMBERSHIP),
        """
        no_confirmation wrong_amount_on_receipt reminder_at_once payment_declined_silently incomplete_attendee_list
        link_works_twice wrong_file link_never_expires no_download_after_second_payment provider_charges_twice
        cancelled_without_a_word optin_link_dead no_optin no_nudge_after_failed_payment no_apology her_mistake_unnoticed
        no_farewell_confirmation sign_in_link_works_twice
        greeted_as_somebody_else wrong_order_number_on_receipt charged_more_than_said unsubscribing_answers_with_error
        mistake_clears_the_form voucher_nobody_checks script_with_a_fault
        """,
    ),
    "second": (
        "shared",
        (*EVENT, *DOWNLOAD, *MEMBERSHIP),
        """
        wrong_date_in_confirmation no_receipt reminder_after_event confirmation_after_decline link_expired_on_arrival
        paid_by_coming_back no_welcome letters_in_english_only series_stops_after_first renewal_without_notice
        last_nudge_after_the_end late_apology blamed_for_her_mistake mail_after_leaving code_of_another_hour
        receipt_is_a_picture code_shown_as_words sent_by_root sent_by_staging
        page_that_jumps field_without_label no_way_on_after_paying round_about_way_in
        """,
    ),
    "third": (
        "customer",
        (*EVENT, *DOWNLOAD, *MEMBERSHIP),
        """
        duplicate_confirmation no_reminder new_link_never_sent file_cut_off no_receipt_on_joining series_sent_twice
        renewal_notice_after_charge access_lost_before_grace wrong_refund_in_apology access_ends_on_leaving
        code_not_asked_for
        test_in_the_subject wrong_amount_in_pdf_only link_without_address letter_too_pale address_of_another_member
        name_never_filled_in answers_go_nowhere same_letter_other_subject promotion_nobody_asked_for copy_to_old_address
        unsubscribing_forgotten script_missing_at_checkout link_shows_another_address
        """,
    ),
    "fourth": (
        "customer",
        (*SEATS, *DOWNLOAD, *MEMBERSHIP),
        """
        reminder_after_cancelling no_calendar_cancellation no_refund_notice organiser_not_told moved_entry_not_raised
        reminder_for_old_date waiting_list_stuck link_of_another_customer series_out_of_order
        wrong_amount_in_renewal_notice no_renewal_receipt
        calendar_an_hour_off logo_without_words
        """,
    ),
    "fifth": (
        "shared",
        (*SEATS, *DOWNLOAD, *COURSE),
        """
        no_invoice outline_before_confirmation invitation_without_calendar_entry details_in_server_time
        workbook_missing_for_one_delegate completed_lists_wrong_attendance thank_you_link_dead material_open_to_everyone
        cancelling_unconfirmed refund_of_wrong_amount old_date_in_calendar no_text_about_free_seat offer_link_dead
        no_second_line wrong_amount_at_provider
        weekday_of_another_day picture_nowhere logo_not_enclosed refund_is_no_number letter_needs_a_browser
        letter_too_long_to_show
        """,
    ),
    "sixth": (
        "customer",
        ("event_cancelling", "event_waiting_list", *DOWNLOAD, *COURSE),
        """
        last_in_line_first link_used_by_looking invoice_without_vat invoice_to_delegates no_request_for_names
        details_to_client_only workbook_to_client no_thank_you
        cancels_another_entry invoice_cut_off file_with_nothing_in_it greeted_as_none place_is_an_object
        attendance_with_a_gap shortened_link undefined_on_the_page email_asked_twice
        """,
    ),
    "seventh": (
        "customer",
        ("event_waiting_list", *EVENT, *COURSE),
        """
        offer_never_ends confirmation_to_wrong_address reminder_in_wrong_time_zone attendance_not_attached
        link_in_text_dead link_to_own_machine no_text_part reminder_half_in_english subject_never_filled_in
        slow_checkout old_price_in_text_part
        """,
    ),
    "eighth": (
        "shared",
        ("event_registration", *MEMBERSHIP),
        "no_calendar_entry link_to_staging link_in_letter_dead letter_with_nothing_in_it no_way_to_unsubscribe",
    ),
    "ninth": (
        "shared",
        ("incidents", "event_cancelling", "event_moving"),
        "slow_mail no_news_of_new_date",
    ),
}


@dataclass
class Walked:
    """What `upheld demo` came to."""

    code: int
    said: str
    results: dict[str, Any]


def walk(folder: Path, *arguments: str) -> Walked:
    """Run `upheld demo` with a folder of its own."""
    result = subprocess.run(
        [sys.executable, "-m", "upheld", "demo", "--patience", "3s", *arguments],
        cwd=ROOT,
        env={**os.environ, "UPHELD_FOLDER": str(folder)},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    report = folder / "report" / "results.json"
    assert report.is_file(), result.stdout + result.stderr
    return Walked(result.returncode, result.stdout + result.stderr, json.loads(report.read_text("utf-8")))


def paths(features: Sequence[str]) -> list[str]:
    return [f"features/{name}" if name == "incidents" else f"features/{name}.feature" for name in features]


def nodes_of(features: Sequence[str]) -> dict[str, str]:
    """The node of each scenario of these features, by its name."""
    found = {}
    for place in paths(features):
        path = ROOT / place
        for file in sorted(path.rglob("*.feature")) if path.is_dir() else [path]:
            for name in re.findall(r"^\s*Scenario(?: Outline)?: (.+)$", file.read_text("utf-8"), re.MULTILINE):
                found[name] = (
                    f"{file.relative_to(ROOT)}::test_{re.sub(r'[^a-z0-9_]', '', name.lower().replace(' ', '_'))}"
                )
    return found


def fewest(defects: Sequence[str], there: Mapping[str, str]) -> list[str]:
    """As few of these scenarios as show every one of the defects; a walk costs two seconds of work.

    What the other scenarios come to is what `python -m bench defects` holds against the table.
    """
    shown = {name: {one.journey for one in demo.defects()[name].expects} & set(there) for name in defects}
    left = shown = {name: places for name, places in shown.items() if places}
    chosen: list[str] = []
    while left:
        best = max(there, key=lambda scenario: sum(scenario in places for places in left.values()))
        chosen.append(best)
        left = {name: places for name, places in left.items() if best not in places}
    for scenario in tuple(chosen):  # the first to be chosen may show only what later ones show as well
        others = set(chosen) - {scenario}
        if all(places & others for places in shown.values()):
            chosen.remove(scenario)
    return chosen


def test_every_defect_is_in_one_round() -> None:
    assert sorted(name for _, _, names in ROUNDS.values() for name in names.split()) == sorted(demo.defects())


def test_there_are_enough_different_defects() -> None:
    """Two defects that show themselves in the same way count once."""
    seen = {tuple(sorted((one.journey, one.said) for one in defect.expects)) for defect in demo.defects().values()}
    assert len(seen) >= 100


@pytest.mark.timeout(300)
@pytest.mark.parametrize("number", ROUNDS)
def test_defects_are_found_and_nothing_else(number: str, tmp_path: Path) -> None:
    needs("browser")
    clock, features, names = ROUNDS[number]
    defects = names.split()
    nodes = nodes_of(features)
    chosen = [nodes[scenario] for scenario in fewest(defects, nodes)]
    walked = walk(tmp_path, "--clock", clock, "--defects", ",".join(defects), *chosen)
    missed, rest = held_against(walked.results, defects)
    assert (missed, rest) == (set(), set()), walked.said
    assert walked.code == 1
    if "confirmation_to_wrong_address" in defects:
        assert "It went to bookings@journeys.test instead" in walked.said


# What is walked by which clock, and what may become of a promise there. Where time is as everywhere, what cannot be
# settled tonight is open. `python -m bench clocks` walks everything by every clock.
CLEAN: dict[str, tuple[tuple[str, ...], set[str]]] = {
    "shared": ((*EVENT, *SEATS, *DOWNLOAD, *COURSE, *MEMBERSHIP), {"kept", "withdrawn"}),
    "command": (("event_cancelling", "event_moving"), {"kept", "withdrawn"}),
    "real": (("event_cancelling", *DOWNLOAD), {"kept", "open", "withdrawn"}),
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("clock", CLEAN)
def test_a_clean_site(clock: str, tmp_path: Path) -> None:
    needs("browser")
    features, fine = CLEAN[clock]
    workers = ("-n", "2") if clock == "shared" else ()
    walked = walk(tmp_path, *workers, "--clock", clock, *paths(features))
    journeys = walked.results["journeys"]
    odd = {one for one in found_in(walked.results) if one.form not in ("promise", "step") and not TIMED & set(one.what)}
    assert odd == set(), walked.said
    # Who has to travel cannot go on where time cannot be turned; that says nothing about the site.
    stays = [one for one in journeys if clock != "real" or "travels" not in one["tags"]]
    assert {one["verdict"] for journey in stays for one in journey["promises"]} == fine, walked.said
    assert {one["status"] for one in stays} == {"passed"}, walked.said
    assert {one["status"] for one in journeys if one not in stays} == ({"unproven"} if clock == "real" else set())
    assert walked.results["gate"] == ("cannot tell" if clock == "real" else "go"), walked.said
    assert walked.code == (3 if clock == "real" else 0)
    assert re.search(r"Report: \S+index\.html", walked.said)


@pytest.fixture
def mailpit(tmp_path: Path) -> Iterator[str]:
    """A real Mailpit, as the address of a mailbox."""
    needs("mailpit")
    server = Server("mailpit", tmp_path).start()
    yield f"{server.url}?smtp=127.0.0.1:{server.port}"
    server.close()


def test_the_same_with_mailpit(mailpit: str, tmp_path: Path) -> None:
    needs("browser")
    walked = walk(tmp_path, "--mailbox", mailpit, "--defects", "no_receipt", "features/incidents")
    (one,) = found_in(walked.results)
    assert any(one.meets(expected) for expected in demo.defects()["no_receipt"].expects), walked.said


def test_an_unknown_defect_is_named(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "upheld", "demo", "--defects", "no_recept"],
        cwd=ROOT, env={**os.environ, "UPHELD_FOLDER": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 2
    assert 'Did you mean "no_receipt"?' in result.stderr
