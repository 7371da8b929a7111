"""What is installed elsewhere as uv.lock says, written from it: python tools/requirements.py.

`requirements/run.txt` is what pip installs to run the tutor, `requirements/test.txt` what its tests
need as well; both hold what builds the project. `pyproject.toml` gets the versions with which uv
builds it alone. Afterwards `uv lock` brings the lock's own copy of those up to date.
"""

import re
import subprocess
import sys
from pathlib import Path

from uv import find_uv_bin

ROOT = Path(__file__).parents[1]
LISTS = {"run.txt": ("--group=build",), "test.txt": ("--group=build", "--extra=test")}
EXPORT = ("export", "--offline", "--frozen", "--quiet", "--no-emit-project", "--no-annotate")
CONSTRAINTS = re.compile(r"(?<=build-constraint-dependencies = \[\n)(?:  .*\n)*")


def export(*which: str) -> str:
    """A list with hashes, from the lock as it is."""
    command = [find_uv_bin(), *EXPORT, "--no-header", *which]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def constraints() -> str:
    """The lines of `build-constraint-dependencies`: what builds the project, in exact versions."""
    pinned = re.findall(r"^[\w.-]+==\S+", export("--only-group=build", "--no-hashes"), re.MULTILINE)
    return "".join(f'  "{each}",\n' for each in sorted(pinned))


def main(folder: Path) -> None:
    """Write the lists into a folder's requirements/, the constraints into its pyproject.toml."""
    (folder / "requirements").mkdir(exist_ok=True)
    for name, which in LISTS.items():
        (folder / "requirements" / name).write_text(export(*which), "utf-8")
    pyproject = (ROOT / "pyproject.toml").read_text("utf-8")
    (folder / "pyproject.toml").write_text(CONSTRAINTS.sub(constraints(), pyproject), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else ROOT)
