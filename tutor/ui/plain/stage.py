"""A cluster in lines: plan and confirm, sentences as things happen, a table on request."""

import queue
from collections.abc import Callable, Sequence
from time import monotonic
from typing import TypeVar

from tutor.i18n.errors import error_text
from tutor.i18n.translator import N_
from tutor.model.applying import ClusterKind, Fate, Leftover, Offer, Plan
from tutor.model.course import ChoiceTask, LiveTask, WriteTask
from tutor.model.errors import TutorError
from tutor.model.picture import Picture
from tutor.model.scenario import ANSWER, Apply, Scenario
from tutor.model.timeline import Change, Entry
from tutor.session.api import Cluster, Outcome, Run, Stop, Telling
from tutor.session.live import rest
from tutor.ui import (
    cluster_words,
    consequence_words,
    explain_words,
    happening_words,
    kubectl_line,
    plan_words,
    stage_words,
    verdict_words,
    words,
)
from tutor.ui.happening_words import Group
from tutor.ui.outside import Outside
from tutor.ui.plain.talk import Said, Talk
from tutor.ui.stage import Part, Stage
from tutor.ui.work import NEWS, left_alone

OFFLINE = Offer("offline", ClusterKind.OFFLINE)
HELP = {
    "run": N_("run the next suggested command, or one by its number: run 2"),
    "picture": N_("show what is there now, line by line"),
    "timeline": N_("tell everything that has happened so far"),
    "expect": N_("list what must come about, and where it stands"),
    "watch": N_("watch until nothing happens any more"),
    "kubectl": N_("run kubectl: kubectl get all"),
    "meaning": N_("explain something by its name: meaning web-0"),
    "restart": N_("empty the namespace and begin this step from the start"),
    "lesson": N_("back to the lesson"),
    "open": N_("open the cluster and do this step"),
    "instead": N_("only show what would happen; the step then counts as done with the solution"),
    "play": N_("play what you predicted, and compare"),
    "trial": N_("show what your text would do"),
}
COMMANDS = ("run", "picture", "timeline", "expect", "watch", "kubectl", "meaning", "restart")
_ALL = (*COMMANDS, "lesson", "lang", "help", "quit")
PATIENCE = 180.0
"""Seconds that are watched at most, at a time."""
SPEED = 5.0
"""Of the offline cluster: a line is read after it was written, so nothing has to be slow."""
_GLANCE = 0.1
_BAD = {Fate.REFUSED, Fate.BARRED, Fate.CONFLICT}
_Answer = TypeVar("_Answer")
Anywhere = Callable[[Said, tuple[str, ...]], bool]
"""Does what words do that work everywhere; False when the learner quits."""


def show_trial(talk: Talk, run: Run) -> None:
    """What a text would do: refused or not, what happens, what is there in the end."""
    task, teller = run.task, Telling()
    previous = (task.previous or "") if isinstance(task, WriteTask) else ""
    talk.say(talk.t("This is a trial beside everything; nothing of it really happens."))
    outcome = teller.try_out(run.text, previous)
    if previous and not (outcome.tape.entries or outcome.refused or outcome.broken[0]):
        outcome = teller.try_out(run.text)
    _show_outcome(talk, teller, outcome)


def show_played(talk: Talk, run: Run) -> None:
    """What a scenario comes to without a cluster; of a prediction, the two compared."""
    task, teller, t = run.task, Telling(), talk.t
    scenario = task.scenario if isinstance(task, ChoiceTask | LiveTask) else None
    if scenario is None:
        return
    outcome = teller.play(scenario, run.manifest.text)
    _show_outcome(talk, teller, outcome)
    if isinstance(task, ChoiceTask) and run.marked is not None:
        stage = Stage(Part.PLAY, scenario, teller, story=outcome.tape)
        stage.comparison = teller.compare(task, run.marked.given, outcome.tape)
        talk.gap()
        talk.markdown(stage_words.result(stage, run, t))


def _show_outcome(talk: Talk, teller: Telling, outcome: Outcome) -> None:
    t, tape = talk.t, outcome.tape
    begin = tape.entries[0].at if tape.entries else 0.0
    for entry in tape.entries:
        if happening_words.belongs(entry, Group.STORY):
            _tell(talk, entry, begin)
    talk.gap()
    talk.say(t("In the end:"))
    _show_table(talk, teller.picture(tape))
    talk.gap()
    talk.markdown(
        "\n".join(f"- {line}" for line in consequence_words.sentences(outcome.consequences, t))
    )


def _show_table(talk: Talk, picture: Picture) -> None:
    """What is there, line by line; what belongs to something stands further in, and hangs there."""
    for line in cluster_words.table(picture, talk.t):
        words = line.lstrip(" ")
        indent = len(line) - len(words)
        if indent:
            talk.listed([(" " * (indent - 1), words)])
        else:
            talk.say(words)


def _tell(talk: Talk, entry: Entry, begin: float) -> None:
    time = happening_words.moment(entry.at - begin)
    talk.listed(
        [(f"{time} {happening_words.mark(entry)}", happening_words.sentence(entry, talk.t))]
    )


class PlainStage:
    """One step in a cluster, from opening it to going back to the lesson.

    Args:
        outside: The session and the doors.
        talk: The conversation.
        anywhere: Does what words do that work everywhere.
    """

    def __init__(self, outside: Outside, talk: Talk, anywhere: Anywhere) -> None:
        self._outside = outside
        self._session = outside.session
        self._talk = talk
        self._anywhere = anywhere
        self._news: queue.SimpleQueue[Sequence[Change] | TutorError | None] = queue.SimpleQueue()
        self._watch: Stop | None = None
        self._last = monotonic()
        self._told = 0
        run = self._run
        task = run.task
        scenario = Scenario("", (), (), offline_only=False, expect=())
        part = Part.OBSERVE
        if isinstance(task, LiveTask):
            scenario, part = task.scenario, Part.APPLY if task.applies else Part.OBSERVE
        self._stage = Stage(part, scenario, Telling(), answer=run.manifest.text)

    @property
    def _run(self) -> Run:
        run = self._session.run
        assert run is not None  # noqa: S101  (a lesson is open while this object is used)
        return run

    def play(self) -> bool:
        """Work in the cluster; False when the learner quits.

        Raises:
            InputEnded: There is no more input.
        """
        cluster = self._open()
        if cluster is None:
            return True
        try:
            if not self._begin(cluster):
                return True
            return self._converse(cluster)
        finally:
            self._unwatch()
            cluster.close()

    # -- opening

    def _patiently(self, doing: str, call: Callable[[], _Answer]) -> _Answer | None:
        """Say what is done, and do it; None, and said why, where it fails or is stopped."""
        talk = self._talk
        talk.say(talk.t(doing))
        try:
            return call()
        except TutorError as error:
            talk.say(error_text(error, talk.t))
        except KeyboardInterrupt:
            talk.say(talk.t("Stopped."))
        return None

    def _open(self) -> Cluster | None:
        outside, talk, t = self._outside, self._talk, self._talk.t
        clusters, context = outside.clusters, outside.context
        if clusters is None:
            talk.say(t("There is no cluster to work in here."))
            return None

        def find() -> Offer:
            return clusters.named(context) if context else OFFLINE

        offer = self._patiently(N_("Looking for clusters…"), find)
        if offer is None:
            return None
        typed = ""
        if not offer.local:
            talk.say(
                t(
                    "The context {context} is not taken for a cluster of this machine. The tutor "
                    "would make a namespace of its own there and work in it alone.",
                    context=offer.context,
                )
            )
            said = talk.ask(t("Type the context's name to go on."))
            typed = said.typed
            if typed != offer.context:
                talk.say(t("That is another name; nothing was done."))
                return None
        name = self._run.lesson.id
        return self._patiently(
            N_("Opening the cluster…"), lambda: clusters.open(offer, name, typed)
        )

    def _begin(self, cluster: Cluster) -> bool:
        stage, talk = self._stage, self._talk
        if stage.scenario.offline_only and cluster.clock is None:
            talk.say(error_text(TutorError("scenario-offline-only"), talk.t))
            return False
        self._unwatch()
        stage.where, stage.story, stage.taken = cluster.where, None, set()
        stage.finished_at, self._told = None, 0
        self._news = queue.SimpleQueue()
        news = self._news

        left: Sequence[Leftover] = ()

        def prepare() -> Stop:
            nonlocal left
            left = cluster.reset(stage.scenario)
            if cluster.clock is not None:
                cluster.clock.set_speed(SPEED)
            return cluster.watch(news.put, news.put)

        self._watch = self._patiently(N_("Preparing the namespace…"), prepare)
        if self._watch is None:
            return False
        stage.began, stage.speed = True, SPEED if cluster.clock is not None else None
        self._hear(5.0)
        talk.say(cluster_words.where(cluster.where, talk.t))
        if why := cluster_words.why_local(cluster.where, talk.t):
            talk.say(why)
        if left:
            talk.say(error_text(left_alone(left), talk.t))
        self._show_commands(cluster)
        return True

    def _unwatch(self) -> None:
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.stop()

    # -- talking

    def _converse(self, cluster: Cluster) -> bool:
        talk = self._talk
        while True:
            talk.gap()
            said = talk.ask(
                talk.t("Type “run”, “picture”, “kubectl get all”, “lesson”, or a command (help).")
            )
            self._drain()
            place = self._place(said)
            if place is not None:
                self._take(cluster, place)
            elif said.word in ("lesson", "back", "b", "home"):
                return True
            elif not self._known(cluster, said) and not self._anywhere(said, _ALL):
                return False
            if self._judge():
                return True

    def _place(self, said: Said) -> int | None:
        """The suggested step that is meant, from 0."""
        number = said.rest if said.word == "run" else said.line
        if number.isdecimal():
            return int(number) - 1 if 1 <= int(number) <= len(self._stage.steps) else None
        return self._stage.following if said.word in ("run", "next", "n") else None

    def _known(self, cluster: Cluster, said: Said) -> bool:
        talk, stage = self._talk, self._stage
        match said.word:
            case "picture":
                if stage.picture is not None:
                    _show_table(talk, stage.picture)
            case "timeline":
                for entry in stage.story.entries if stage.story is not None else ():
                    _tell(talk, entry, stage.begin)
            case "expect":
                self._show_expectations()
            case "watch":
                self._follow()
            case "kubectl" | "k":
                self._kubectl(cluster, said.rest)
            case "meaning":
                self._explain(said.rest)
            case "restart":
                self._begin(cluster)
            case "run" | "next" | "n":
                talk.say(
                    talk.t("Everything suggested was run. “expect” lists what must come about.")
                )
            case _:
                return False
        return True

    def _show_commands(self, cluster: Cluster) -> None:
        talk, stage = self._talk, self._stage
        commands = [cluster.command(step) for step in stage.steps]
        talk.listed(
            (f"{n}.", one.says + (f" ({talk.t('done')})" if one.taken else ""))
            for n, one in enumerate(stage_words.suggested(stage, commands, talk.t), 1)
        )

    def _show_expectations(self) -> None:
        talk, stage, t = self._talk, self._stage, self._talk.t
        said = self._run.words(talk.language)
        for one in stage_words.expected(stage, said, t):
            state = verdict_words.state(one.state, t)
            talk.listed(
                [(verdict_words.MARKS[one.state], t("{text} ({note})", text=one.says, note=state))]
            )
            if one.why:
                talk.listed([("  ", one.why)])

    def _explain(self, name: str) -> None:
        talk, picture = self._talk, self._stage.picture
        kinds = ("pod", "place", "claim", "name", "set", "service")
        keys = [name] if "/" in name else [f"{kind}/{name}" for kind in kinds]
        for key in keys:
            if picture is None:
                break
            found = explain_words.of_cell(key, picture, self._outside.decode, talk.t)
            if found is not None:
                talk.say(found[0])
                talk.markdown(found[1])
                return
        talk.say(talk.t("There is nothing of that name here."))

    # -- doing

    def _take(self, cluster: Cluster, place: int) -> None:
        stage, step = self._stage, self._stage.steps[place]
        if isinstance(step, Apply):
            text = stage.answer if step.file == ANSWER else step.text
            if not self._apply(cluster, text):
                return
        else:
            command = cluster.command(step)
            self._talk.say(stage_words.step(step, command, self._talk.t))

            def do() -> bool:
                cluster.do(step, stage.answer)
                return True

            if not self._patiently(N_("Running the command…"), do):
                return
        stage.taken.add(place)
        self._follow()

    def _apply(self, cluster: Cluster, text: str) -> bool:
        """Plan, show, ask, apply; whether all of it was taken."""
        talk, t = self._talk, self._talk.t
        plan = self._patiently(
            N_("Asking the server what would happen…"), lambda: cluster.plan(text)
        )
        if plan is None:
            return False
        self._show_plan(plan, done=False)
        force = bool(plan.items) and all(
            item.fate not in (Fate.REFUSED, Fate.BARRED) for item in plan.items
        )
        if not plan.possible and not force:
            return False
        question = (
            t("Type “yes” to apply it.")
            if plan.possible
            else t("Type “yes” to take these fields over and apply it.")
        )
        if talk.ask(question).word not in ("yes", "y", "はい"):
            talk.say(t("Nothing was applied."))
            return False
        done = self._patiently(
            N_("Applying…"), lambda: cluster.apply(plan, force=not plan.possible)
        )
        if done is None:
            return False
        self._session.applied()
        self._show_plan(done, done=True)
        return not any(item.fate in _BAD for item in done.items)

    def _show_plan(self, plan: Plan, *, done: bool) -> None:
        talk, t = self._talk, self._talk.t
        talk.say(cluster_words.where(plan.where, t))
        if why := cluster_words.why_local(plan.where, t):
            talk.say(why)
        for item in plan.items:
            told = plan_words.tell(item, t)
            talk.listed([(told.mark, told.head)])
            if not done or item.fate in _BAD:
                talk.listed(("   ", detail) for detail in told.details)
        for warning in plan.warnings:
            talk.say(t("The server warns: {warning}", warning=warning))
        talk.say(plan_words.summary(plan, t, done=done))

    def _kubectl(self, cluster: Cluster, line: str) -> None:
        talk, stage = self._talk, self._stage
        try:
            typed = kubectl_line.words_of(line)
        except kubectl_line.Refused as refused:
            talk.say(talk.t(refused.message, **refused.params))
            return
        if not typed:
            talk.say(talk.t("Say what to run: kubectl get all"))
            return
        if kubectl_line.goes_on(typed):
            talk.say(talk.t("Ctrl+C stops it."))
        heard, left = False, ""

        def hear(piece: str) -> None:
            nonlocal heard, left
            heard = True
            *whole, left = (left + piece).split("\n")
            for one in whole:
                talk.exactly(one)

        try:
            output = cluster.kubectl(typed, hear)
        except TutorError as error:
            talk.say(error_text(error, talk.t))
            return
        except KeyboardInterrupt:
            cluster.cancel()
            talk.say(talk.t("Stopped."))
            return
        if left or not heard:
            talk.exactly(left or (output.out + output.error).rstrip("\n"))
        if output.code:
            talk.say(talk.t("exit code {code}", code=output.code))
            return
        whole = ("kubectl", *typed)
        for place, step in enumerate(stage.steps):
            if cluster.command(step) == whole:
                stage.taken.add(place)
        if typed[0] not in ("get", "describe", "explain", "logs", "events"):
            self._follow()

    # -- watching

    def _hear(self, seconds: float) -> bool:
        """Take in one piece of news; whether there was any."""
        try:
            news = self._news.get(timeout=seconds) if seconds else self._news.get_nowait()
        except queue.Empty:
            return False
        talk, stage = self._talk, self._stage
        if isinstance(news, TutorError):
            talk.say(error_text(news, talk.t))
        elif news is None:
            talk.say(talk.t("The cluster is there again."))
        else:
            stage.heard(news)
            self._last = monotonic()
            entries = stage.story.entries if stage.story is not None else ()
            for entry in entries[self._told :]:
                if happening_words.belongs(entry, Group.STORY):
                    _tell(talk, entry, stage.begin)
            self._told = len(entries)
        return True

    def _drain(self) -> None:
        while self._hear(0.0):
            pass

    @property
    def _idle(self) -> float:
        waited = monotonic() - self._last
        return waited * (self._stage.speed or 1.0) if waited >= NEWS else 0.0

    def _follow(self) -> None:
        """Tell what happens until nothing does any more; Ctrl+C stops the telling."""
        talk, stage = self._talk, self._stage
        end = monotonic() + PATIENCE
        self._last = monotonic()
        real = stage.where is not None and not stage.where.offline
        try:
            while monotonic() < end:
                if self._hear(_GLANCE) or stage.story is None:
                    continue
                if self._idle >= rest(stage.story, real=real):
                    break
        except KeyboardInterrupt:
            talk.say(talk.t("Stopped."))
        picture = stage.picture
        for set_ in picture.sets if picture is not None else ():
            for place in set_.places:
                if place.waits is not None:
                    talk.say(happening_words.waiting(place.waits, talk.t))

    def _judge(self) -> bool:
        """Whether the step is done; it is then said, and kept."""
        stage, talk, run = self._stage, self._talk, self._run
        if stage.story is None or not stage.finished(self._idle):
            if stage.broken:
                talk.say(talk.t("Something can no longer come about; “restart” begins again."))
            return False
        stage.finished_at = stage.story.version
        self._show_expectations()
        self._session.observed(stage.verdicts)
        talk.gap()
        status = words.status(self._run.here.status, talk.t)
        title = run.words(talk.language).title
        talk.say(talk.t("{text} ({note})", text=title, note=status))
        return True
