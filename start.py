#!/usr/bin/env python3
"""Set everything up and start, with nothing but Python 3.11 or newer.

    python3 start.py                the tutor
    python3 start.py check f.yaml   any of its commands
    python3 start.py --test         the checks and tests this project must pass

A virtual environment in .venv takes whatever is installed, so an externally managed Python (as
Debian's is) stays untouched. What is there already is used again.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
HOME = HERE / ".venv"
BIN = HOME / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = HOME / "statefulset-tutor.stamp"

NO_PIP = """\
This Python has neither ensurepip nor pip, so nothing can be installed.
On Debian or Ubuntu:  sudo apt install python3-venv   then run this again.
With uv:              uv run sts-tutor

このPythonにはensurepipもpipもないため、何もインストールできません。
DebianやUbuntuの場合:  sudo apt install python3-venv   のあと、もう一度実行してください。
uvがある場合:          uv run sts-tutor"""

CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
)


def main(arguments: list[str]) -> int:
    """Install what is missing, then run the tutor or the tests."""
    if sys.version_info < (3, 11):  # noqa: UP036  (what this very check is for)
        print("Python 3.11 or newer is needed. / Python 3.11以上が必要です。", file=sys.stderr)
        return 3
    testing = arguments[:1] == ["--test"]
    try:
        prepare("test" if testing else "")
    except subprocess.CalledProcessError as error:
        print(f"start.py: {' '.join(map(str, error.cmd))}: {error.returncode}", file=sys.stderr)
        return 3
    if testing:
        return test(arguments[1:])
    command = [str(PYTHON), "-m", "tutor", *arguments]
    if os.name != "nt":  # the tutor itself gets Ctrl-C, and gives the exit code
        os.execv(PYTHON, command)  # noqa: S606
    return subprocess.run(command, check=False).returncode


def prepare(extra: str) -> None:
    """Make .venv and install the project into it, unless that was done for these very files."""
    pyproject = (HERE / "pyproject.toml").read_bytes()
    want = hashlib.sha256(pyproject + str(HERE).encode() + sys.version.encode()).hexdigest()
    done = STAMP.read_text("utf-8").split() if STAMP.exists() else []
    if PYTHON.exists() and done[:1] == [want] and extra in (*done[1:], ""):
        return
    print("Setting up in .venv … / .venvに準備しています…", file=sys.stderr, flush=True)
    installer = make_environment()
    target = f"{HERE}[{extra}]" if extra else str(HERE)
    subprocess.run([*installer, "install", "--quiet", "--editable", target], check=True)
    STAMP.write_text("\n".join([want, *{extra, *done[1:]} - {""}]), "utf-8")


def make_environment() -> list[str]:
    """Make .venv where there is none, and say how to install into it."""
    if not PYTHON.exists():
        complete = find_spec("ensurepip") is not None  # Debian packs it apart from Python
        venv.create(HOME, with_pip=complete, symlinks=os.name != "nt")
    if works(PYTHON, "-m", "pip", "--version"):
        return [str(PYTHON), "-m", "pip", "--disable-pip-version-check"]
    if works(sys.executable, "-m", "pip", "--python", PYTHON, "--version"):
        return [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    if uv := shutil.which("uv"):
        os.environ["VIRTUAL_ENV"] = str(HOME)
        return [uv, "pip"]
    shutil.rmtree(HOME)
    print(NO_PIP, file=sys.stderr)
    raise SystemExit(3)


def works(*command: str | Path) -> bool:
    """Whether a command ends well."""
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test(arguments: list[str]) -> int:
    """Lint, types, tests. Arguments go to pytest; with any, only pytest runs."""
    os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    tests = ("pytest", *(arguments or ("-n", "auto")))
    for command in (tests,) if arguments else (*CHECKS, tests):
        print("+", *command, flush=True)
        program = BIN / command[0]
        done = subprocess.run([program, *command[1:]], cwd=HERE, check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    try:
        raise SystemExit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        raise SystemExit(130) from None
