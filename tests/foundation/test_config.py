"""Settings are checked at start, all faults at once, and production refuses every shortcut."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from foundation.config import SETTINGS, SettingsFault, read_settings

ROOT = Path(__file__).parents[2]


def production(tmp_path: Path, **changes: str) -> dict[str, str]:
    """Return an environment that production accepts, with `changes`."""
    (tmp_path / "kek").write_text("ab" * 32)
    return {
        "SUNSEAL_MODE": "production",
        "SUNSEAL_INSTANCE": str(tmp_path / "instance"),
        "SUNSEAL_KEK_FILE": str(tmp_path / "kek"),
        "SUNSEAL_SECRET_KEY": "s" * 40,
        "SUNSEAL_BASE_URL": "https://sunseal.example",
        **changes,
    }


def test_defaults_are_enough_for_development(tmp_path: Path) -> None:
    settings = read_settings({"SUNSEAL_INSTANCE": str(tmp_path)})
    assert settings.database_url == f"sqlite:///{tmp_path}/sunseal.db"
    assert (settings.port, settings.is_production, settings.demo) == (8000, False, False)
    again = read_settings({"SUNSEAL_INSTANCE": str(tmp_path)})
    assert again.key_encryption_key == settings.key_encryption_key and again.secret_key == settings.secret_key
    for name in ("development-kek", "development-secret"):
        assert (tmp_path / "keys" / name).stat().st_mode & 0o777 == 0o600


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsFault) as caught:
        read_settings(
            {
                "SUNSEAL_INSTANCE": str(tmp_path),
                "PORT": "http",
                "SUNSEAL_DEMO": "yes",
                "SUNSEAL_DATABASE_URL": "mysql://x",
                "SUNSEAL_TIME_ZONE": "Mars/Olympus",
                "SUNSEAL_MODE": "prod",
                "SUNSEAL_SMTP_URL": "mail.example",
            }
        )
    told = "\n".join(caught.value.faults)
    for name in ("PORT", "SUNSEAL_DEMO", "SUNSEAL_DATABASE_URL", "SUNSEAL_TIME_ZONE", "SUNSEAL_MODE", "SUNSEAL_SMTP_URL"):
        assert name in told


def test_production_accepts_what_is_safe(tmp_path: Path) -> None:
    assert read_settings(production(tmp_path)).is_production


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("SUNSEAL_DEMO", "1", "demonstration"),
        ("SUNSEAL_SECRET_KEY", "", "development key"),
        ("SUNSEAL_KEK_FILE", "", "key-encryption key"),
        ("SUNSEAL_BASE_URL", "http://sunseal.example", "plain http"),
    ],
)
def test_production_refuses_each_shortcut(tmp_path: Path, name: str, value: str, word: str) -> None:
    with pytest.raises(SettingsFault) as caught:
        read_settings(production(tmp_path, **{name: value}))
    assert len(caught.value.faults) == 1 and word in caught.value.faults[0]


def test_production_refuses_a_key_beside_the_database(tmp_path: Path) -> None:
    inside = tmp_path / "instance" / "kek"
    inside.parent.mkdir()
    inside.write_text("ab" * 32)
    with pytest.raises(SettingsFault, match="stolen backup"):
        read_settings(production(tmp_path, SUNSEAL_KEK_FILE=str(inside)))


def test_a_wrong_environment_ends_the_program_with_the_list(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "routes"],
        env={"PORT": "0", "SUNSEAL_DEMO": "2", "SUNSEAL_INSTANCE": str(tmp_path), "PATH": ""},
        cwd=ROOT, capture_output=True, text=True, check=False,
    )
    assert ended.returncode == 1
    assert "- PORT" in ended.stderr and "- SUNSEAL_DEMO" in ended.stderr and "Traceback" not in ended.stderr


def test_the_table_of_settings_is_documented() -> None:
    text = (ROOT / "docs" / "running.md").read_text()
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \| (.*?) \|$", text, re.M)
    assert rows == [(s.name, f"`{s.default}`" if s.default else "(empty)", s.meaning) for s in SETTINGS]
