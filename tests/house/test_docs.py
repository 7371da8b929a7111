"""What the documents point at is there, and what they claim is so."""

import re
from pathlib import Path

import pytest

from tutor.cli.app import COMMANDS
from tutor.model.errors import ExitCode
from tutor.rules.catalogue import rules

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
README = {"en": ROOT / "README.md", "ja": ROOT / "README.ja.md"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text("utf-8")):
        if "://" not in target:
            assert (document.parent / target).exists(), target


@pytest.mark.parametrize("language", README)
def test_the_readme_names_every_command_of_a_learner(language: str) -> None:
    text = README[language].read_text("utf-8")
    for entry in COMMANDS:
        if entry.name not in ("learn", "lessons"):
            assert f"sts-tutor {entry.name}" in text, entry.name


@pytest.mark.parametrize("language", README)
def test_the_readme_names_every_exit_code(language: str) -> None:
    rows = re.findall(r"^\| (\d+) \|", README[language].read_text("utf-8"), re.MULTILINE)
    assert [int(row) for row in rows] == [code.value for code in ExitCode]


def test_the_number_of_rules_is_no_boast() -> None:
    found = re.search(r"More than (\d+) rules", README["en"].read_text("utf-8"))
    assert found
    assert int(found[1]) < len(rules())


def test_the_ci_calls_the_test_command_of_the_readme() -> None:
    command = "python3 start.py --test"
    assert command in README["en"].read_text("utf-8")
    assert command in README["ja"].read_text("utf-8")
    assert command in (ROOT / ".ci" / "run").read_text("utf-8")


def test_the_changelog_has_the_version_at_hand() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert "## Unreleased" in text or "## 0.1.0" in text
