"""The house rules that no linter holds."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import pkgutil
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from types import ModuleType

import pytest

import upheld

ROOT = Path(__file__).resolve().parent.parent
SRC = ROOT / "src" / "upheld"
CODE = ("src", "demo", "journeys", "steps", "fixtures", "tests", "bench", "tools")
SERVES = re.compile(r"https?://[^\s)>\"'`]+\.(?:whl|deb|tgz|zip|tar\.gz)\b")
REGISTRY = re.compile(r"\b(?:files\.pythonhosted|proxy\.golang|registry\.npmjs|deb\.debian|pypi\.org/simple)\b")
PRIVATE = re.compile(r"(?<![\w.$~*])/(?:work|root|home|Users)/\w")


def modules(*folders: str) -> Iterator[Path]:
    for folder in folders or CODE:
        yield from sorted((ROOT / folder).rglob("*.py"))


def packages() -> list[str]:
    below = pkgutil.walk_packages(upheld.__path__, "upheld.")
    return ["upheld", *(found.name for found in below if found.ispkg and "migrations" not in found.name)]


def tracked() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: what is tracked cannot be asked")
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listing.split("\0") if name and (ROOT / name).is_file()]


def in_order(name: str) -> tuple[int, str]:
    """Return the sort key that ruff uses for `__all__`: CONSTANTS, Classes, functions."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


def shown_by(face: ModuleType) -> set[str]:
    """Return what a reader finds in this face by name and was made in its package."""
    return {
        name
        for name, value in vars(face).items()
        if not name.startswith("_")
        and not inspect.ismodule(value)
        and f"{getattr(value, '__module__', '')}.".startswith(f"{face.__name__}.")
    }


@pytest.mark.parametrize("name", packages())
def test_a_face_lists_exactly_what_it_offers(name: str) -> None:
    face = importlib.import_module(name)
    listed = list(face.__all__)
    assert listed == sorted(listed, key=in_order)
    assert [entry for entry in listed if not hasattr(face, entry)] == []
    assert sorted(shown_by(face) - set(listed)) == []


@pytest.mark.parametrize("name", packages())
def test_what_a_face_offers_says_what_it_is(name: str) -> None:
    face = importlib.import_module(name)
    assert (face.__doc__ or "").strip()
    offered = ((entry, getattr(face, entry)) for entry in face.__all__)
    assert [entry for entry, it in offered if (inspect.isclass(it) or inspect.isroutine(it)) and not it.__doc__] == []


def test_no_module_is_longer_than_500_lines() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in modules()}
    assert {str(path.relative_to(ROOT)): length for path, length in lengths.items() if length > 500} == {}


def imported(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or "", node.lineno


def distribution(requirement: str) -> str:
    """Return the name of what is required, as registries compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=;! ]", requirement)[0]).lower()


def test_nobody_imports_what_pytest_keeps_private() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in modules()
        for name, line in imported(ast.parse(path.read_text("utf-8")))
        if name.split(".")[0] == "_pytest"
    ]
    assert found == []


def test_a_pytest_session_that_walks_nothing_waits_for_nothing_heavy() -> None:
    heavy = {"alembic", "babel", "faker", "httpx", "jinja2", "playwright", "pypdf", "sqlalchemy"}
    script = f"import sys, upheld.plugin; print(*sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_no_test_sleeps() -> None:
    sleeps = {"sleep", "wait_for_timeout"}
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules("tests")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Attribute) and node.func.attr in sleeps)
            or (isinstance(node.func, ast.Name) and node.func.id in sleeps)
        )
    ]
    assert found == []


def test_nothing_names_a_private_path_or_a_download() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {hit.group()}"
        for path in tracked()
        for number, line in enumerate(path.read_text("utf-8", errors="ignore").splitlines(), 1)
        for hit in (PRIVATE.search(line) or SERVES.search(line) or REGISTRY.search(line),)
        if hit
    ]
    assert found == []


def test_constraints_are_pins_and_hold_the_tested_pair() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").split()
    pins = dict(line.lower().split("==") for line in lines)
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)
    assert "upheld" not in pins
    assert {"pytest", "pytest-bdd", "pytest-xdist", "pytest-playwright"} <= set(pins)


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [
        *project["dependencies"],
        *(entry for extra in project["optional-dependencies"].values() for entry in extra),
    ]
    names = {distribution(entry) for entry in asked} - {"upheld"}
    pins = {distribution(line) for line in (ROOT / "constraints.txt").read_text("utf-8").split()}
    assert names - pins == set()


def test_what_the_engine_imports_is_what_it_depends_on() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    asked = {distribution(entry) for entry in (*project["dependencies"], *extras["postgres"], *extras["parallel"])}
    brought_by = packages_distributions()
    tops = {name.split(".")[0] for path in modules("src") for name, _ in imported(ast.parse(path.read_text("utf-8")))}
    foreign = tops - set(sys.stdlib_module_names) - {"upheld", ""}
    undeclared = {top for top in foreign if not {distribution(name) for name in brought_by.get(top, [top])} & asked}
    assert sorted(undeclared) == []


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of what is in the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1"})
    assert done.returncode == 0, done.stdout + done.stderr
    return set(zipfile.ZipFile(next(folder.glob("*.whl"))).namelist())


def test_the_wheel_holds_the_engine_and_nothing_else(wheel: set[str]) -> None:
    tops = {name.split("/")[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"upheld"}


def test_the_wheel_holds_all_that_the_engine_reads(wheel: set[str]) -> None:
    files = {path for path in SRC.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert {str(path.relative_to(ROOT / "src")) for path in files} - wheel == set()
    assert "upheld/py.typed" in wheel


def test_the_wheel_says_under_which_licence(wheel: set[str]) -> None:
    assert [name for name in wheel if name.endswith("licenses/LICENSE")]
