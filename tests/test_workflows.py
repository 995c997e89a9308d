"""The workflows, the Makefile and CI's script: they call commands that exist, and treat each outcome as what it is."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer.main
import yaml

from upheld.cli import app

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
COMMANDS = set(getattr(typer.main.get_command(app), "commands", {}))
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
PINNED = re.compile(r"[\w-]+/[\w./-]+@(?:v\d+(?:\.\d+)*|[0-9a-f]{40})")


def jobs(file: Path) -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = yaml.safe_load(file.read_text("utf-8"))["jobs"]
    return loaded


def steps(file: Path) -> Iterator[Mapping[str, Any]]:
    for job in jobs(file).values():
        yield from job["steps"]


def scripts(file: Path) -> list[str]:
    return [step["run"] for step in steps(file) if "run" in step]


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.stem)
def workflow(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_the_three_are_there() -> None:
    assert {path.stem for path in WORKFLOWS} == {"ci", "launch-gate", "nightly"}


def test_actions_are_pinned(workflow: Path) -> None:
    used = [step["uses"] for step in steps(workflow) if "uses" in step]
    assert used
    assert [name for name in used if not PINNED.fullmatch(name)] == []


def test_no_workflow_may_write_or_run_for_ever(workflow: Path) -> None:
    assert yaml.safe_load(workflow.read_text("utf-8"))["permissions"] == {"contents": "read"}
    assert all("timeout-minutes" in job for job in jobs(workflow).values())


def test_nothing_from_outside_becomes_part_of_a_script(workflow: Path) -> None:
    assert [script for script in scripts(workflow) if "${{" in script] == []


def test_scripts_are_good_shell(workflow: Path) -> None:
    for script in scripts(workflow):
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def called(text: str) -> set[str]:
    return set(re.findall(r"(?:\bin/|\(BIN\)/)upheld ([a-z]+)", text))


def test_workflows_call_commands_that_exist(workflow: Path) -> None:
    text = "\n".join(scripts(workflow))
    assert called(text) <= COMMANDS
    assert {word for line in re.findall(r"\bmake ([a-z ]+)", text) for word in line.split()} <= TARGETS
    assert [path for path in re.findall(r"\b(tools/\S+|\.ci/\S+)", text) if not (ROOT / path).is_file()] == []


def test_make_calls_commands_that_exist() -> None:
    assert called((ROOT / "Makefile").read_text("utf-8")) <= COMMANDS


def test_make_has_what_the_house_promises() -> None:
    house = "setup fmt lint type test demo run nightly report bench docs clean"
    assert set(house.split()) <= TARGETS


def test_the_readme_and_ci_say_the_same() -> None:
    ci = ROOT / ".ci" / "run"
    assert ci.stat().st_mode & stat.S_IXUSR
    subprocess.run(["bash", "-n", str(ci)], check=True)
    script, readme = ci.read_text("utf-8"), (ROOT / "README.md").read_text("utf-8")
    for text in (script, readme):
        assert "make test" in text
        assert set(re.findall(r"^\s*make ([a-z]+)", text, re.MULTILINE)) <= TARGETS
    assert "UPHELD_REQUIRE=browser,mailpit,postgres" in script
    assert "make demo" in readme


def test_ci_gets_what_a_bare_machine_lacks_and_then_does_as_anyone(tmp_path: Path) -> None:
    log = tmp_path / "log"
    for name, answer in {"apt-get": 0, "make": 0, "id": 0, "python3": 1}.items():
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\necho "{name} $* [$UPHELD_REQUIRE]" >>{log}\necho 0\nexit {answer}\n', "utf-8")
        program.chmod(0o755)
    (tmp_path / "dirname").symlink_to(shutil.which("dirname") or "")
    shell = shutil.which("bash") or ""
    subprocess.run([shell, str(ROOT / ".ci" / "run")], env={"PATH": str(tmp_path)}, capture_output=True, check=True)
    said = [line for line in log.read_text("utf-8").splitlines() if line.startswith(("apt-get", "make"))]
    assert said[0] == "apt-get update -q []"
    installed = {word for line in said if " install " in line for word in line.split()}
    assert {"git", "python3-venv", "chromium-headless-shell"} <= installed
    assert said[-3:] == [f"make {what} [browser,mailpit,postgres]" for what in ("setup", "lint type", "test")]


class Outcome(NamedTuple):
    code: int
    output: str
    summary: str
    said: str


def ask_the_gate(file: Path, name: str, answer: int, folder: Path, **settings: str) -> Outcome:
    """Run the step of that name with an `upheld` that answers `answer`."""
    program = folder / ".venv" / "bin" / "upheld"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho what the gate says\nexit {answer}\n", "utf-8")
    program.chmod(0o755)
    output, summary = folder / "output", folder / "summary"
    script = next(step["run"] for step in steps(file) if step.get("name") == name)
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],  # as GitHub runs it
        cwd=folder,
        env={**os.environ, "GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary), **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    written = output.read_text("utf-8") if output.exists() else ""
    return Outcome(done.returncode, written, summary.read_text("utf-8"), done.stdout)


GATE = ROOT / ".github" / "workflows" / "launch-gate.yml"
NIGHTLY = ROOT / ".github" / "workflows" / "nightly.yml"


@pytest.mark.parametrize(
    ("answer", "outcome", "code", "said"),
    [
        (0, "go", 0, "::notice title=Go::"),
        (1, "no-go", 1, "::error title=No-go::"),
        (2, "nothing judged", 2, "::error title=Nothing was judged::"),
        (3, "cannot tell", 3, "::warning title=Cannot tell::"),
    ],
)
def test_the_launch_gate_tells_the_outcomes_apart(
    answer: int, outcome: str, code: int, said: str, tmp_path: Path
) -> None:
    told = ask_the_gate(GATE, "Ask the gate", answer, tmp_path, ON_CANNOT_TELL="block", UPHELD_SITE="staging")
    assert told.output == f"outcome={outcome}\n"
    assert told.code == code
    assert said in told.said
    assert "what the gate says" in told.summary


@pytest.mark.parametrize(("answer", "code"), [(0, 0), (1, 1), (2, 2), (3, 0)])
def test_a_warning_lets_only_cannot_tell_pass(answer: int, code: int, tmp_path: Path) -> None:
    told = ask_the_gate(GATE, "Ask the gate", answer, tmp_path, ON_CANNOT_TELL="warn", UPHELD_SITE="staging")
    assert told.code == code


@pytest.mark.parametrize("answer", [0, 1, 2, 3])
def test_a_night_that_was_not_good_is_red(answer: int, tmp_path: Path) -> None:
    told = ask_the_gate(NIGHTLY, "Say it on the run's front page", answer, tmp_path)
    assert told.code == answer
    assert "what the gate says" in told.summary


def test_a_night_goes_on_after_a_failure_and_keeps_its_ledger() -> None:
    night = list(steps(NIGHTLY))
    settle = next(index for index, step in enumerate(night) if "upheld settle" in step.get("run", ""))
    assert "|" not in night[settle]["run"]  # the verdicts decide, and not what a pipe ends in
    assert all("!cancelled()" in step.get("if", "") for step in night[settle + 1 :])
    saved = next(step for step in night if "cache/save" in step.get("uses", ""))
    fetched = next(step for step in night if "cache/restore" in step.get("uses", ""))
    assert saved["with"]["path"] == fetched["with"]["path"] == ".upheld"
    assert saved["with"]["key"].startswith(fetched["with"]["restore-keys"])
