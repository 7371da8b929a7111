"""What is said of a stage: where and when one is, what is suggested, what came about."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from tutor.i18n.errors import error_text
from tutor.i18n.text import printable
from tutor.i18n.translator import Translator
from tutor.model.course import ChoiceTask, Form, TaskWords
from tutor.model.scenario import ANSWER, Apply, Node, Remove, Restart, Scale, Step, Wait
from tutor.model.timeline import Entry
from tutor.model.verdicts import State
from tutor.session.api import Run
from tutor.ui import consequence_words, happening_words, verdict_words
from tutor.ui.commands import Scope, shown
from tutor.ui.markdown import inline, plain
from tutor.ui.stage import Part, Stage


@dataclass(frozen=True, slots=True)
class Suggested:
    """One command.

    Attributes:
        says: As it is shown.
        taken: It was run already.
        following: It is the one to run next.
    """

    says: str
    taken: bool
    following: bool


@dataclass(frozen=True, slots=True)
class Expected:
    """One thing that must come about.

    Attributes:
        says: In the lesson's words, plain.
        why: What its state rests on.
    """

    id: str
    says: str
    state: State
    why: str


def step(one: Step | None, command: Sequence[str], t: Translator) -> str:
    """A step: its command line, or words where it has none.

    Args:
        one: The step; None for doing nothing.
        command: As a cluster says it; empty where it is no command, or no cluster is open.
        t: The language.
    """
    match one:
        case None:
            return t("nothing: see what comes by itself")
        case Apply(file, _):
            return t("apply what you wrote") if file == ANSWER else t("apply {file}", file=file)
        case Wait(seconds):
            return t("let {seconds} s of the cluster's time pass", seconds=f"{seconds or 0:g}")
        case Node(holding, down):
            if down:
                return t("stop the node of {pod}", pod=printable(holding))
            return t("start the node of {pod}", pod=printable(holding))
    if command:
        return printable(shlex.join(command))
    match one:
        case Remove(target):
            return printable(f"kubectl delete {target.kind.lower()}/{target.name}")
        case Scale(target, replicas):
            name = f"{target.kind.lower()}/{target.name}"
            return printable(f"kubectl scale {name} --replicas={replicas}")
        case Restart(target):
            return printable(f"kubectl rollout restart {target.kind.lower()}/{target.name}")
    return type(one).__name__


def suggested(
    stage: Stage, commands: Sequence[Sequence[str]], t: Translator
) -> tuple[Suggested, ...]:
    """What the lesson suggests, and how far one is."""
    padded = [*commands, *[()] * len(stage.steps)]
    return tuple(
        Suggested(step(one, padded[n], t), n in stage.taken, n == stage.following)
        for n, one in enumerate(stage.steps)
    )


def expected(stage: Stage, said: TaskWords, t: Translator) -> tuple[Expected, ...]:
    """What must come about, in the lesson's words, and where it stands."""
    return tuple(
        Expected(
            verdict.id,
            words(said.expects.get(verdict.id, verdict.id), t),
            verdict.state,
            verdict_words.why(verdict, t),
        )
        for verdict in stage.verdicts
    )


def words(markdown: str, t: Translator) -> str:
    """Markdown of one line as plain words."""
    return plain(inline(" ".join(markdown.split()), t.language))


def speed(value: float, t: Translator) -> str:
    """How fast time runs."""
    if value == float("inf"):
        return t("as fast as possible")
    return t("speed ×{speed}", speed=f"{value:g}")


def clock(stage: Stage, t: Translator) -> str:
    """How much time has passed, and how it passes."""
    entries = stage.story.entries if stage.story is not None else ()
    now = (
        happening_words.moment(entries[-1].at - stage.begin)
        if entries
        else happening_words.moment(0)
    )
    if stage.speed is None:
        return now
    return t(", ").join((now, t("time is held") if stage.held else speed(stage.speed, t)))


def banner(stage: Stage, branch: str, t: Translator) -> tuple[str, str]:
    """The moment one looks at, and how urgent that is: words, and ``good``, ``warn`` or ``bad``.

    Args:
        stage: The stage.
        branch: What was done otherwise in the future that is looked at.
        t: The language.
    """
    key = shown("present", Scope.CLUSTER)
    if stage.lost is not None:
        return t("LOST: {reason}", reason=error_text(stage.lost, t)), "bad"
    if stage.branch is not None:
        at = happening_words.moment(_time_of(stage.branch.version, stage) - stage.begin)
        said = t(
            "ANOTHER FUTURE from {time}: {what}. {key} goes back.", time=at, what=branch, key=key
        )
        return said, "warn"
    if stage.past is not None:
        at = happening_words.moment(_time_of(stage.past, stage) - stage.begin)
        return t("THE PAST, {time}. {key} goes back to now.", time=at, key=key), "warn"
    if stage.part is Part.TRIAL:
        comes = consequence_words.sentences(stage.comes[:1], t)
        if not comes:
            return t("A TRIAL beside everything: nothing of this has really happened."), "warn"
        return t("A TRIAL beside everything. {what}", what=words(comes[0], t)), "warn"
    if not stage.began:
        return t("Not begun yet."), "warn"
    if stage.held and stage.still:
        return t("NOW {clock}: nothing more happens by itself.", clock=clock(stage, t)), "warn"
    return t("NOW {clock}", clock=clock(stage, t)), "warn" if stage.held else "good"


def _time_of(version: int, stage: Stage) -> float:
    story = stage.branch.story if stage.branch is not None else stage.story
    entries: Sequence[Entry] = story.entries if story is not None else ()
    before = [entry.at for entry in entries if entry.version <= version]
    return before[-1] if before else stage.begin


def prompt(stage: Stage, run: Run, t: Translator) -> str:
    """What to do here, as Markdown."""
    said = run.words(t.language)
    if stage.part is Part.TRIAL:
        out = [
            t(
                "This is what your YAML would do, tried in an offline cluster of its own, as fast "
                "as possible. The timeline can be gone through with the arrow keys."
            )
        ]
        comes = consequence_words.sentences(stage.comes, t)
        if comes:
            out.append(t("What comes of it:"))
            out.append("\n".join(f"- {line}" for line in comes))
        return "\n\n".join(out)
    if stage.part is Part.PLAY:
        return t("What you predicted is played here. Watch the order, the names and what stays.")
    return said.prompt


def result(stage: Stage, run: Run, t: Translator) -> str:
    """What became of it, as Markdown; empty while it goes on."""
    task = run.task
    if stage.part is Part.PLAY and isinstance(task, ChoiceTask):
        if stage.comparison is None:
            return ""
        says = {id_: words(text, t) for id_, text in run.words(t.language).choices.items()}
        order = task.form is Form.ORDER
        told = verdict_words.compared(stage.comparison, says, stage.begin, t, order=order)
        return "\n\n".join(told)
    if stage.finished_at is not None:
        key = shown("proceed", Scope.CLUSTER)
        return t("**Done.** Everything has come about. {key} goes back to the lesson.", key=key)
    if stage.broken:
        key = shown("restart", Scope.CLUSTER)
        return t("**Something can no longer come about.** {key} starts over.", key=key)
    return ""
