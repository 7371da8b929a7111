"""What the page on the offline cluster shows is so."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "docs" / "cluster.md", ROOT / "docs" / "cluster.ja.md")


def sessions(page: Path) -> list[str]:
    return re.findall(r"<!-- session: \S+ -->\n.*?<!-- end -->", page.read_text("utf-8"), re.DOTALL)


def test_both_languages_show_the_same() -> None:
    english, japanese = (sessions(page) for page in PAGES)
    assert english == japanese
    assert len(english) == 5
    assert not any("/home/cluster/" in one for one in english)


@pytest.mark.kubectl
def test_every_command_shown_still_does_it() -> None:
    tool = ROOT / "tools" / "transcript.py"
    done = subprocess.run(
        [sys.executable, str(tool), "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_table_names_every_command_and_option(tutor: Run) -> None:
    helped = tutor("cluster", "--help").stdout.partition("commands:")[2]
    verbs = re.findall(r"^    ([a-z]+) ", helped, re.MULTILINE)
    assert len(verbs) >= 10
    options = set(re.findall(r"--[a-z-]+", tutor("cluster", "up", "--help").stdout))
    for page in PAGES:
        table = page.read_text("utf-8")
        for verb in verbs:
            assert re.search(rf"`(cluster )?{verb}\b", table), verb
        for option in options - {"--help", "--lang"}:
            assert option in table, option
