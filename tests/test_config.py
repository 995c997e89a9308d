"""The settings of a suite: where they come from, which goes first, and what is said of a wrong one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from upheld.config import Settings, find_root, load_settings
from upheld.errors import ConfigError


def suite(folder: Path, text: str) -> Path:
    (folder / "pyproject.toml").write_text(text, "utf-8")
    return folder


def test_the_file_then_the_environment_then_the_options(tmp_path: Path) -> None:
    root = suite(tmp_path, '[tool.upheld]\nsite = "https://a.test"\npatience = "90s"\nmail_domain = "a.test"\n')
    settings = load_settings(root, {"UPHELD_SITE": "https://b.test", "UPHELD_ALLOW_HOSTS": "b.test,c.test"})
    assert settings.site == "https://b.test"
    assert settings.allow_hosts == ("b.test", "c.test")
    assert settings.patience == timedelta(seconds=90)
    said = settings.with_options(site="https://c.test", patience=None, seed="7")
    assert (said.site, said.patience, said.seed, said.mail_domain) == ("https://c.test", settings.patience, 7, "a.test")


def test_without_a_file_there_are_defaults(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {})
    assert settings.patience == timedelta(minutes=2)
    assert settings.clock == "real"
    assert settings.ledger_url == f"sqlite:///{tmp_path.resolve() / '.upheld' / 'ledger.db'}"


def test_a_table_from_the_environment(tmp_path: Path) -> None:
    root = suite(tmp_path, '[tool.upheld.checks]\nalt_text = "fail"\n')
    settings = load_settings(root, {"UPHELD_CHECKS": "*=off, dead_link=warn", "UPHELD_BUDGETS": "pages=9"})
    assert settings.checks == {"*": "off", "dead_link": "warn"}
    assert settings.budgets == {"pages": 9}
    with pytest.raises(ConfigError, match=r"checks\.dead_link = 'maybe'"):
        load_settings(root, {"UPHELD_CHECKS": "dead_link=maybe"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tool.upheld]\nsight = 'x'\n", 'no setting is called "sight". Did you mean "site"?'),
        ("[tool.upheld]\npatience = 'soon'\n", '"soon" is no duration'),
        ("[tool.upheld\n", "cannot be read"),
    ],
)
def test_a_wrong_setting_names_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load_settings(suite(tmp_path, text), {})
    assert said in str(raised.value)
    assert "pyproject.toml" in str(raised.value)


def test_settings_travel_to_a_worker_as_json(tmp_path: Path) -> None:
    settings = load_settings(suite(tmp_path, "[tool.upheld]\nlook_after = '3 days'\nseed = 5\n"), {})
    assert Settings.model_validate(settings.model_dump(mode="json")) == settings


def test_the_root_is_the_nearest_folder_with_a_pyproject(tmp_path: Path) -> None:
    suite(tmp_path, "")
    below = tmp_path / "features" / "incidents"
    below.mkdir(parents=True)
    assert find_root(below) == tmp_path
