#!/usr/bin/env python3
"""Set everything up and start, with nothing but Python 3.11 or newer.

    python3 start.py                  the tutor
    python3 start.py check f.yaml     any of its commands
    python3 start.py --test           the checks and tests this project must pass
    python3 start.py --test --quick   those that take a few minutes, for daily work
    python3 start.py --test --newest  all of them with the newest versions pyproject.toml allows

What is installed is what uv.lock says, hash by hash: by uv where there is one, else by pip from
requirements/, which is exported from the lock. It goes into .venv (--newest: .venv-newest), so an
externally managed Python (as Debian's is) stays untouched. What is there already is used again.
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
LOCK = HERE / "uv.lock"

NO_PIP = """\
This Python has neither ensurepip nor pip, so nothing can be installed.
On Debian or Ubuntu:  sudo apt install python3-venv   then run this again.
With uv:              uv run sts-tutor

このPythonにはensurepipもpipもないため、何もインストールできません。
DebianやUbuntuの場合:  sudo apt install python3-venv を実行したあと、もう一度実行してください。
uvがある場合:          uv run sts-tutor を実行してください。"""

# What takes long: real terminals, the real kubectl, built wheels, whole courses, random histories.
QUICK = "not (terminal or kubectl or wheel or slow)"

CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
)


class Environment:
    """A virtual environment beside this file: where it is, and what was installed into it."""

    def __init__(self, name: str) -> None:
        self.home = HERE / name
        self.bin = self.home / ("Scripts" if os.name == "nt" else "bin")
        self.python = self.bin / ("python.exe" if os.name == "nt" else "python")
        self.stamp = self.home / "statefulset-tutor.stamp"


def main(arguments: list[str]) -> int:
    """Install what is missing, then run the tutor or the tests."""
    if sys.version_info < (3, 11):  # noqa: UP036  (what this very check is for)
        print("Python 3.11 or newer is needed. / Python 3.11以上が必要です。", file=sys.stderr)
        return 3
    testing = arguments[:1] == ["--test"]
    newest = testing and "--newest" in arguments
    environment = Environment(".venv-newest" if newest else ".venv")
    try:
        if newest:
            install_newest(environment)
        else:
            install_locked(environment, "test" if testing else "")
    except subprocess.CalledProcessError as error:
        print(f"start.py: {' '.join(map(str, error.cmd))}: {error.returncode}", file=sys.stderr)
        return 3
    if testing:
        return test(environment, [one for one in arguments[1:] if one != "--newest"])
    command = [str(environment.python), "-m", "tutor", *arguments]
    if os.name != "nt":  # the tutor itself gets Ctrl-C, and gives the exit code
        os.execv(environment.python, command)  # noqa: S606
    return subprocess.run(command, check=False).returncode


def install_locked(environment: Environment, extra: str) -> None:
    """Install what the lock says, unless that was done for this very lock and project."""
    known = LOCK.read_bytes() + (HERE / "pyproject.toml").read_bytes() + str(HERE).encode()
    want = hashlib.sha256(known + sys.version.encode()).hexdigest()
    done = environment.stamp.read_text("utf-8").split() if environment.stamp.exists() else []
    if environment.python.exists() and done[:1] == [want] and extra in (*done[1:], ""):
        return
    extras = {extra, *done[1:]} - {""}
    say(environment)
    if not sync(environment, extras):
        pip = installer(environment)
        listed = HERE / "requirements" / ("test.txt" if extras else "run.txt")
        run(*pip, "install", "--quiet", "--require-hashes", "--requirement", listed)
        run(*pip, "install", "--quiet", "--no-deps", "--no-build-isolation", "--editable", HERE)
    environment.stamp.write_text("\n".join([want, *extras]), "utf-8")


def sync(environment: Environment, extras: set[str]) -> bool:
    """Let uv install from its lock. False where there is no uv, or it cannot."""
    uv = shutil.which("uv")
    if uv is None:
        return False
    os.environ["UV_PROJECT_ENVIRONMENT"] = str(environment.home)
    command = [uv, "sync", "--quiet", "--frozen", "--python", sys.executable, "--group", "build"]
    command += ["--no-build-isolation-package", "statefulset-tutor"]
    command += [f"--extra={extra}" for extra in sorted(extras)]
    if subprocess.run(command, cwd=HERE, check=False).returncode == 0:
        return True
    print("start.py: uv could not install; trying pip.", file=sys.stderr, flush=True)
    return False


def install_newest(environment: Environment) -> None:
    """Install the newest versions that pyproject.toml allows, each time anew."""
    say(environment)
    pip = installer(environment)
    eager = () if pip[1:] == ["pip"] else ("--upgrade-strategy=eager",)  # as uv does anyway
    run(*pip, "install", "--quiet", "--upgrade", *eager, "--editable", f"{HERE}[test]")


def say(environment: Environment) -> None:
    """Tell that setting up takes a moment, in both languages: nothing is known of the reader."""
    name = environment.home.name
    print(f"Setting up in {name} … / {name}に準備しています…", file=sys.stderr, flush=True)


def run(*command: str | Path) -> None:
    """Run a command; raise CalledProcessError where it fails."""
    subprocess.run(command, check=True)


def installer(environment: Environment) -> list[str]:
    """Make the environment where there is none, and say how to install into it."""
    python = environment.python
    if not python.exists():
        complete = find_spec("ensurepip") is not None  # Debian packs it apart from Python
        venv.create(environment.home, with_pip=complete, symlinks=os.name != "nt")
    if works(python, "-m", "pip", "--version"):
        return [str(python), "-m", "pip", "--disable-pip-version-check"]
    if works(sys.executable, "-m", "pip", "--python", python, "--version"):
        return [sys.executable, "-m", "pip", "--python", str(python)]
    if uv := shutil.which("uv"):
        os.environ["VIRTUAL_ENV"] = str(environment.home)
        return [uv, "pip"]
    shutil.rmtree(environment.home)
    print(NO_PIP, file=sys.stderr)
    raise SystemExit(3)


def works(*command: str | Path) -> bool:
    """Whether a command ends well."""
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test(environment: Environment, arguments: list[str]) -> int:
    """Lint, types, tests. Other arguments go to pytest; with any, only pytest runs."""
    os.environ["PATH"] = f"{environment.bin}{os.pathsep}{os.environ['PATH']}"
    quick = "--quick" in arguments
    chosen = [one for one in arguments if one != "--quick"]
    tests = ["pytest", *(chosen or ("-n", "auto")), *(("-m", QUICK) if quick else ())]
    for command in (tests,) if chosen else (*CHECKS, tests):
        print("+", *command, flush=True)
        program = environment.bin / command[0]
        done = subprocess.run([program, *command[1:]], cwd=HERE, check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    try:
        raise SystemExit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        raise SystemExit(130) from None
