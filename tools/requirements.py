"""The lists pip installs from, exported from uv.lock: python tools/requirements.py [FOLDER].

`requirements/run.txt` is what the tutor needs, `requirements/test.txt` what its tests need as well.
Both hold what builds the project, so that nothing outside the lock is fetched.
"""

import subprocess
import sys
from pathlib import Path

from uv import find_uv_bin

ROOT = Path(__file__).parents[1]
LISTS = {"run.txt": (), "test.txt": ("--extra=test",)}
EXPORT = ("export", "--offline", "--frozen", "--quiet", "--no-emit-project", "--no-annotate")


def export(name: str) -> str:
    """The text of one list, from the lock as it is."""
    command = [find_uv_bin(), *EXPORT, "--no-header", "--group=build", *LISTS[name]]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if sys.argv[1:] else ROOT / "requirements"
    for each in LISTS:
        (folder / each).write_text(export(each), "utf-8")
