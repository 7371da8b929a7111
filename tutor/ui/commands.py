"""Every command, declared once: its keys, its words in the footer, the palette and the help.

Function keys are eaten by some terminals and control keys by others (tmux, VS Code, flow
control), so a command has both, and a letter as well wherever no text is being typed.
"""

import enum
from dataclasses import dataclass

from tutor.i18n.translator import N_


class Scope(enum.Enum):
    """Where a command works. The order is the order of the help."""

    ANYWHERE = "anywhere"
    SCREEN = "screen"
    """Anywhere too, but each screen does it in its own way."""
    HOME = "home"
    LESSON = "lesson"
    CLUSTER = "cluster"
    PLAN = "plan"
    HINT = "hint"
    QUIZ = "quiz"
    EDITOR = "editor"


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Attributes:
        id: Name of the action: ``check`` runs ``action_check``.
        label: A word or two, for the footer.
        help: What it does, for the palette and the help.
        keys: Keys that work everywhere, the first is shown.
        letters: Keys that work where no text is typed.
        weight: How long it stays in a footer that is short of room; 0 is never in the footer.
        palette: Whether the palette offers it.
    """

    id: str
    scope: Scope
    label: str
    help: str
    keys: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()
    weight: int = 0
    palette: bool = True


_C, _S = Command, Scope

COMMANDS: tuple[Command, ...] = (
    _C("help", _S.ANYWHERE, N_("Help"), N_("Show all keys"), ("f1",), ("?",), 70),
    _C(
        "palette",
        _S.ANYWHERE,
        N_("Commands"),
        N_("Find a command by its name"),
        ("f2", "ctrl+p"),
        (":",),
        40,
        palette=False,
    ),
    _C(
        "language",
        _S.ANYWHERE,
        N_("Language"),
        N_("Switch to the other language (日本語 / English)"),
        ("f3", "ctrl+l"),
        ("l",),
        60,
    ),
    _C("settings", _S.ANYWHERE, N_("Settings"), N_("Language, colours and borders"), (), (",",)),
    _C(
        "save",
        _S.ANYWHERE,
        N_("Save"),
        N_("Nothing needs saving: everything is kept as you type"),
        ("ctrl+s",),
        palette=False,
    ),
    _C("back", _S.SCREEN, N_("Back"), N_("Go back one step"), ("escape",), (), 50),
    _C("quit", _S.ANYWHERE, N_("Quit"), N_("Quit; everything is kept"), ("f10", "ctrl+q"), (), 30),
    _C("open", _S.HOME, N_("Open"), N_("Open the selected lesson"), ("enter",), (), 90),
    _C(
        "quiz", _S.HOME, N_("Quiz"), N_("Answer a few quiz questions"), ("f5", "ctrl+r"), ("z",), 80
    ),
    _C("leave", _S.HOME, N_("Quit"), N_("Quit; everything is kept"), (), ("q",), palette=False),
    _C(
        "check",
        _S.LESSON,
        N_("Check"),
        N_("Check what you wrote, or give your answer"),
        ("f5", "ctrl+r"),
        ("c",),
        100,
    ),
    _C(
        "next",
        _S.LESSON,
        N_("Next"),
        N_("Go on to the next step"),
        ("f8", "ctrl+n"),
        ("n",),
        95,
    ),
    _C(
        "previous",
        _S.LESSON,
        N_("Previous"),
        N_("Look at the step before"),
        ("shift+f8",),
        ("p",),
    ),
    _C(
        "hint",
        _S.LESSON,
        N_("Hint"),
        N_("Show the next of three hints"),
        ("f4", "ctrl+t"),
        ("h",),
        90,
    ),
    _C(
        "next_finding",
        _S.LESSON,
        N_("Next finding"),
        N_("Jump to the next finding"),
        ("f6", "ctrl+g"),
        ("g",),
        45,
    ),
    _C(
        "explain",
        _S.LESSON,
        N_("Explain"),
        N_("Explain the finding at the cursor"),
        ("f7", "ctrl+o"),
        ("e",),
        48,
    ),
    _C(
        "solution",
        _S.LESSON,
        N_("Solution"),
        N_("Show a solution"),
        ("f9",),
        ("s",),
        20,
    ),
    _C(
        "reset",
        _S.LESSON,
        N_("Start over"),
        N_("Put the text of this step back to its beginning"),
        ("f12",),
        ("r",),
        10,
    ),
    _C(
        "unreset",
        _S.LESSON,
        N_("Undo reset"),
        N_("Bring back the text that starting over put aside"),
        ("shift+f12",),
        ("u",),
    ),
    _C(
        "pane",
        _S.LESSON,
        N_("Editor"),
        N_("Go to the editor, and back to the text"),
        ("shift+f6", "alt+e"),
        ("i",),
        25,
    ),
    _C(
        "trial",
        _S.LESSON,
        N_("What would it do"),
        N_("See what your YAML would do, tried beside in the offline cluster"),
        ("shift+f5", "alt+t"),
        ("t",),
        35,
    ),
    _C(
        "proceed",
        _S.CLUSTER,
        N_("Next"),
        N_("Apply, or run the next command the lesson suggests"),
        ("f5", "ctrl+r"),
        ("c", "n"),
        100,
    ),
    _C(
        "hold",
        _S.CLUSTER,
        N_("Pause"),
        N_("Hold the time of the offline cluster, and let it go on"),
        ("f4", "ctrl+t"),
        ("p",),
        85,
    ),
    _C(
        "tick",
        _S.CLUSTER,
        N_("Step"),
        N_("While time is held: go on until something happens"),
        ("f6", "ctrl+g"),
        (".",),
        75,
    ),
    _C("faster", _S.CLUSTER, N_("Faster"), N_("Let time run faster"), ("f9",), ("+",), 55),
    _C("slower", _S.CLUSTER, N_("Slower"), N_("Let time run slower"), ("shift+f9",), ("-",), 30),
    _C(
        "present",
        _S.CLUSTER,
        N_("Now"),
        N_("Back from the past, or from another future, to the present"),
        ("shift+f8", "alt+n"),
        ("0",),
        88,
    ),
    _C(
        "what_if",
        _S.CLUSTER,
        N_("What if"),
        N_("Choose what else could be done at this moment, and see what would come of it"),
        ("f8", "ctrl+n"),
        ("w",),
        65,
    ),
    _C(
        "explain",
        _S.CLUSTER,
        N_("Explain"),
        N_("Explain what is under the cursor"),
        ("f7", "ctrl+o"),
        ("e",),
        60,
    ),
    _C(
        "kubectl",
        _S.CLUSTER,
        "kubectl",
        N_("Type a kubectl command, and back"),
        ("shift+f6", "alt+e"),
        ("k", "i"),
        70,
    ),
    _C(
        "pane",
        _S.CLUSTER,
        N_("Pane"),
        N_("Show the task, the timeline, or the output of kubectl"),
        ("shift+f4", "alt+p"),
        ("v",),
        45,
    ),
    _C(
        "narrow",
        _S.CLUSTER,
        N_("Filter"),
        N_("Narrow the timeline to Pods, claims, names or Events"),
        ("shift+f7", "alt+f"),
        ("f",),
        35,
    ),
    _C(
        "restart",
        _S.CLUSTER,
        N_("Start over"),
        N_("Empty the namespace and begin this step from the start"),
        ("f12", "alt+r"),
        ("r",),
        25,
    ),
    _C(
        "elsewhere",
        _S.CLUSTER,
        N_("Cluster"),
        N_("Choose the cluster to work in"),
        ("shift+f5", "alt+c"),
        ("x",),
        15,
    ),
    _C("apply", _S.PLAN, N_("Apply"), N_("Apply what was planned"), ("f5", "ctrl+r"), ("c",), 100),
    _C(
        "explain",
        _S.PLAN,
        N_("Explain"),
        N_("Explain what becomes of the object under the cursor"),
        ("f7", "ctrl+o"),
        ("e",),
        60,
    ),
    _C(
        "hint",
        _S.HINT,
        N_("One more hint"),
        N_("Show the next of three hints"),
        ("f4", "ctrl+t"),
        ("h",),
        90,
        palette=False,
    ),
    _C("check", _S.QUIZ, N_("Answer"), N_("Give your answer"), ("f5", "ctrl+r"), ("c",), 100),
    _C("next", _S.QUIZ, N_("Next"), N_("Go on to the next question"), ("f8", "ctrl+n"), ("n",), 95),
    _C("indent", _S.EDITOR, N_("Indent"), N_("Indent by two spaces"), ("tab",), palette=False),
    _C(
        "dedent",
        _S.EDITOR,
        N_("Outdent"),
        N_("Remove two spaces of indentation"),
        ("shift+tab",),
        palette=False,
    ),
    _C("undo", _S.EDITOR, N_("Undo"), N_("Undo"), ("ctrl+z",), palette=False),
    _C("redo", _S.EDITOR, N_("Redo"), N_("Redo"), ("ctrl+y",), palette=False),
    _C(
        "cut",
        _S.EDITOR,
        N_("Cut"),
        N_("Cut the selection, or the line"),
        ("ctrl+x",),
        palette=False,
    ),
    _C("copy", _S.EDITOR, N_("Copy"), N_("Copy the selection"), ("ctrl+c",), palette=False),
    _C("paste", _S.EDITOR, N_("Paste"), N_("Paste"), ("ctrl+v",), palette=False),
)

_NAMES = {
    "escape": "Esc",
    "enter": "Enter",
    "tab": "Tab",
    "question_mark": "?",
    "colon": ":",
    "comma": ",",
    "full_stop": ".",
    "plus": "+",
    "minus": "-",
}

_KEYS = {
    "?": "question_mark",
    ":": "colon",
    ",": "comma",
    ".": "full_stop",
    "+": "plus",
    "-": "minus",
}


def key_of(letter: str) -> str:
    """What the toolkit calls a character's key."""
    return _KEYS.get(letter, letter)


def key_name(key: str) -> str:
    """How a key is written for people: ``Ctrl+R``, ``F5``, ``Esc``."""
    if key in _NAMES:
        return _NAMES[key]
    *modifiers, last = key.split("+")
    named = _NAMES.get(last, last.upper() if modifiers or len(last) > 1 else last)
    return "+".join([m.capitalize() for m in modifiers] + [named])


def shown(command_id: str, scope: Scope) -> str:
    """The key of a command as it is shown to people, for texts that name it."""
    for command in COMMANDS:
        if command.id == command_id and command.scope is scope:
            return key_name((command.keys or command.letters)[0])
    raise KeyError(command_id)
