"""Which room may import which, read from the source of every module."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "tutor"

# Room → the rooms it may import. A room may always import itself.
PURE = {"model", "manifest", "rules", "decoder", "course", "quiz", "session", "timeline"}
ARROWS: dict[str, set[str]] = {
    "model": set(),
    "manifest": {"model"},
    "i18n": {"model"},
    "store": {"model"},
    "decoder": {"model"},
    "rules": {"model", "manifest"},
    "course": {"model", "manifest", "rules", "offline", "timeline"},
    "quiz": {"model", "course", "timeline"},
    "timeline": {"model", "manifest", "offline"},
    "session": {"model", "manifest", "rules", "course", "quiz", "timeline"},
    "cluster": {"model", "manifest", "decoder", "timeline", "session"},
    "offline": {"model", "manifest"},
    "workshop": {"model", "session", "i18n"},
    "ui": {"model", "session", "i18n"},
    "authoring": {
        *("model", "manifest", "rules", "decoder", "course", "quiz", "session", "timeline"),
        "i18n",
    },
    "cli": set(),  # everything: the composition root
}
# Package → the only rooms that may import it.
KEEPERS = {
    "yaml": {"manifest"},
    "babel": {"i18n"},
    "budoux": {"i18n"},
    "sqlite3": {"store"},
    "platformdirs": {"store"},
    "textual": {"ui"},
    "rich": {"ui"},
    "tree_sitter": {"ui"},
    "tree_sitter_yaml": {"ui"},
    "cryptography": {"offline"},
    "uvicorn": {"offline"},
    "h11": {"offline"},
    "kubernetes": {"cluster"},
    "urllib3": {"cluster"},
}
# The pure core reads no clock, no disk, no network, and has no randomness of its own.
FORBIDDEN_IN_PURE = {
    "random",
    "secrets",
    "time",
    "socket",
    "subprocess",
    "threading",
    "asyncio",
    "os",
    "sys",
    "tempfile",
    "shutil",
    "locale",
    "gettext",
    "logging",
    "urllib",
    "http",
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else ""


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the arrow"
            assert node.module
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def id_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", modules(), ids=id_of)
def test_only_allowed_arrows(path: Path) -> None:
    room = room_of(path)
    for name in imports(path):
        top, _, rest = name.partition(".")
        if top == "tutor" and rest and room not in ("", "cli"):
            other = rest.partition(".")[0]
            if (PACKAGE / other).is_dir():
                assert other == room or other in ARROWS[room], f"{room} must not import {other}"
        if top in KEEPERS:
            assert room in KEEPERS[top], f"only {KEEPERS[top]} may import {top}"
        pure = room in PURE or (room == "offline" and path.parts[-2] != "api")
        if pure:
            assert top not in FORBIDDEN_IN_PURE, f"{room} is pure and must not import {top}"


def test_every_room_has_its_arrows() -> None:
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert rooms == set(ARROWS)


def loaded_by(*arguments: str) -> set[str]:
    """The modules in a fresh process after one run of the command line."""
    program = (
        "import sys\nfrom tutor.cli import main\n"
        f"code = main({list(arguments)!r})\n"
        "print('\\n'.join(sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", str(ROOT / "fixtures/start/what-is-a-statefulset/starter.yaml")),
        ("explain", "STS101"),
        ("--help",),
    ],
    ids=lambda arguments: arguments[0],
)
def test_light_commands_load_nothing_heavy(arguments: tuple[str, ...]) -> None:
    loaded = {name.partition(".")[0] for name in loaded_by(*arguments)}
    heavy = {
        "textual",
        "rich",
        "kubernetes",
        "babel",
        "budoux",
        "sqlite3",
        "tree_sitter",
        "asyncio",
    }
    assert not loaded & heavy
