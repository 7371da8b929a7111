"""What takes long on a stage: opening a cluster, preparing it, steps, plans, kubectl, time.

Knows nothing of any toolkit. Everything is done in threads, heard where the stage is drawn, and
can be cancelled.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from time import monotonic, sleep
from typing import Protocol

from tutor.i18n.translator import N_
from tutor.model.applying import Fate, Leftover, Offer, Plan
from tutor.model.errors import TutorError
from tutor.model.scenario import ANSWER, Apply, Step, Wait
from tutor.model.timeline import Change
from tutor.session.api import Cluster, Clusters, Output, Stop
from tutor.ui.errands import Deliver, Errands
from tutor.ui.stage import FOR_THE_EYE, Branch, Part, Stage, resting, speed_after

OPENING = N_("Opening the cluster…")
PREPARING = N_("Preparing the namespace…")
PLANNING = N_("Asking the server what would happen…")
APPLYING = N_("Applying…")
RUNNING = N_("Running the command…")
PLAYING = N_("Playing…")
FORKING = N_("Playing another future…")
NEWS = 0.5
"""Real seconds that news may take: before, silence says nothing, however fast time runs."""
FAST = 1e6
"""Stands for a speed without an end."""
_CALM = 0.3
"""Seconds of the cluster's time without news after which there is nothing to be seen for now."""
_GLANCE = 0.1
_KUBECTL_MISSING = "kubectl-missing"
_NO_KUBECTL = (_KUBECTL_MISSING, "kubectl-barred")
"""Why a suggested step is taken by the client instead."""


def left_alone(left: Sequence[Leftover]) -> TutorError:
    """What others put into the namespace, and stays there."""
    names = ", ".join(f"{one.kind} {one.name}" for one in left)
    return TutorError("namespace-shared", objects=names)


class Audience(Protocol):
    """Whoever shows the stage. All of it is called where the stage is drawn."""

    def changed(self) -> None:
        """Something on the stage is different."""

    def trouble(self, error: TutorError) -> None:
        """Something went wrong."""

    def planned(self, plan: Plan) -> None:
        """A plan is there to be looked at."""

    def applied(self, plan: Plan) -> None:
        """It was applied, or what of it could be."""

    def ran(self, command: Sequence[str]) -> None:
        """A command begins."""

    def poured(self, piece: str) -> None:
        """A command says something."""

    def ended(self, code: int) -> None:
        """A command is over."""

    def played(self) -> None:
        """The whole scenario was played."""


class Work:
    """The long work behind one stage.

    Args:
        stage: What is on show.
        lesson: Its id, for the namespace.
        clusters: The clusters there are.
        errands: Runs what takes long.
        deliver: Runs something where the stage is drawn; called from other threads.
        audience: Hears what came of it.
    """

    def __init__(
        self,
        stage: Stage,
        lesson: str,
        clusters: Clusters,
        *,
        errands: Errands,
        deliver: Deliver,
        audience: Audience,
    ) -> None:
        self.stage = stage
        self.errands = errands
        self.cluster: Cluster | None = None
        self.commands: tuple[tuple[str, ...], ...] = ()
        """Of the suggested steps, each as a kubectl command line."""
        self.without_kubectl = False
        """There is no kubectl; steps are taken by the client."""
        self._lesson = lesson
        self._clusters = clusters
        self._deliver = deliver
        self._audience = audience
        self._watch: Stop | None = None
        self._turn = 0
        self._heard: deque[tuple[int, Sequence[Change]]] = deque()
        self._lock = threading.Lock()
        self._flushing = False
        self._last = monotonic()

    @property
    def idle(self) -> float:
        """Seconds of the cluster's time since anything was heard of it."""
        stage = self.stage
        pace = 1.0 if stage.speed is None else 0.0 if stage.held else stage.speed
        waited = monotonic() - self._last
        if waited < NEWS:
            return 0.0
        return waited * pace if pace < FAST else waited * FAST

    # -- beginning

    def open(self, offer: Offer, typed: str = "") -> None:
        """Open a cluster, and begin in it."""
        self.leave()

        def opened(cluster: Cluster) -> None:
            self.cluster = cluster
            self.stage.where = cluster.where
            self.commands = tuple(cluster.command(step) for step in self.stage.steps)
            self._audience.changed()
            self.begin()

        self.errands.run(OPENING, lambda: self._clusters.open(offer, self._lesson, typed), opened)

    def begin(self) -> None:
        """Begin the scenario afresh; one that is to be played then plays."""
        cluster, stage = self.cluster, self.stage
        if cluster is None:
            return
        if stage.scenario.offline_only and cluster.clock is None:
            self._audience.trouble(TutorError("scenario-offline-only"))
            return
        turn = self._new_turn()

        def prepare() -> tuple[Stop, Sequence[Leftover]]:
            left = cluster.reset(stage.scenario)
            if cluster.clock is not None:
                cluster.clock.set_speed(FOR_THE_EYE)
            watch = cluster.watch(
                lambda changes: self._hear(turn, changes), lambda error: self._lost(turn, error)
            )
            return watch, left

        def begun(prepared: tuple[Stop, Sequence[Leftover]]) -> None:
            watch, left = prepared
            if left:
                self._audience.trouble(left_alone(left))
            if turn != self._turn:
                watch.stop()
                return
            self._watch = watch
            stage.began = True
            stage.speed = FOR_THE_EYE if cluster.clock is not None else None
            self._audience.changed()
            if stage.part is Part.PLAY:
                self._play(cluster)

        self.errands.run(PREPARING, prepare, begun)

    def _new_turn(self) -> int:
        """What comes from now on belongs to another beginning."""
        self._unwatch()
        self._turn += 1
        stage = self.stage
        stage.story, stage.branch, stage.past = None, None, None
        stage.taken, stage.applied, stage.began, stage.held = set(), None, False, False
        stage.lost, stage.still, stage.comparison, stage.finished_at = None, False, None, None
        self._audience.changed()
        return self._turn

    def _play(self, cluster: Cluster) -> None:
        """All steps, each after what the one before caused is over."""
        steps, answer, turn = self.stage.scenario.steps, self.stage.answer, self._turn

        def play() -> None:
            place = 0
            for step, following in zip(steps, (*steps[1:], None), strict=True):
                cluster.do(step, answer)
                if not resting(step):
                    self._took(turn, place)
                    place += 1
                if not isinstance(step, Wait) and not isinstance(following, Wait):
                    self._calm(cluster, turn)

        def played(_: None) -> None:
            self._audience.changed()
            self._audience.played()

        self.errands.run(PLAYING, play, played)

    def _took(self, turn: int, place: int) -> None:
        def tell() -> None:
            if turn == self._turn:
                self.stage.taken.add(place)
                self._audience.changed()

        self._deliver(tell)

    def _calm(self, cluster: Cluster, turn: int) -> None:
        """Let what goes on be seen; what nobody sees then passes at full speed."""
        clock = cluster.clock
        if clock is not None:
            sleep(_GLANCE)
            while turn == self._turn and self.idle < _CALM:
                sleep(_GLANCE)
            clock.set_speed(float("inf"))
        try:
            cluster.do(Wait())
        finally:
            if clock is not None and turn == self._turn:
                clock.set_speed(0.0 if self.stage.held else self.stage.speed or FOR_THE_EYE)

    # -- watching

    def _hear(self, turn: int, changes: Sequence[Change]) -> None:
        """In the watch's thread: many calls become one."""
        with self._lock:
            self._heard.append((turn, changes))
            first, self._flushing = not self._flushing, True
        if first:
            self._deliver(self._flush)

    def _flush(self) -> None:
        with self._lock:
            heard, self._flushing = list(self._heard), False
            self._heard.clear()
        ours = [changes for turn, changes in heard if turn == self._turn]
        for changes in ours:
            self.stage.heard(changes)
        if ours:
            self._last = monotonic()
            self._audience.changed()

    def _lost(self, turn: int, error: TutorError | None) -> None:
        def tell() -> None:
            if turn == self._turn:
                self.stage.lost = error
                self._audience.changed()

        self._deliver(tell)

    # -- applying

    def plan(self, text: str) -> None:
        """Ask what applying a text would do."""
        cluster = self.cluster
        if cluster is not None:
            self.errands.run(PLANNING, lambda: cluster.plan(text), self._audience.planned)

    def apply(self, plan: Plan, place: int | None, *, force: bool = False) -> None:
        """Apply what was planned.

        Args:
            plan: The plan.
            place: Of the suggested step it belongs to.
            force: Take over fields that belong to others.
        """
        cluster = self.cluster
        if cluster is None:
            return

        def applied(done: Plan) -> None:
            self.stage.applied = done
            bad = {Fate.REFUSED, Fate.BARRED, Fate.CONFLICT}
            if place is not None and not any(item.fate in bad for item in done.items):
                self.stage.taken.add(place)
            self._audience.applied(done)
            self._audience.changed()

        self.errands.run(APPLYING, lambda: cluster.apply(plan, force=force), applied)

    # -- steps and commands

    def take(self, place: int) -> None:
        """Take a suggested step: by its command, or by the client where there is no kubectl."""
        cluster, step = self.cluster, self.stage.steps[place]
        if cluster is None:
            return
        text = self.text_of(step)
        if text is not None:
            self.plan(text)
            return
        words = self.commands[place]
        if words and not self.without_kubectl:
            self._run(cluster, words, lambda: self._by_client(cluster, place, told=True), place)
        else:
            self._by_client(cluster, place)

    def text_of(self, step: Step) -> str | None:
        """The manifest that a step applies; None where it is another step."""
        if not isinstance(step, Apply):
            return None
        return self.stage.answer if step.file == ANSWER else step.text

    def _by_client(self, cluster: Cluster, place: int, *, told: bool = False) -> None:
        step, answer = self.stage.steps[place], self.stage.answer

        def done(_: None) -> None:
            self.stage.taken.add(place)
            self._audience.ended(0)
            self._audience.changed()

        if self.commands[place] and not told:
            self._audience.ran(self.commands[place])
        self.errands.run(RUNNING, lambda: cluster.do(step, answer), done)

    def kubectl(self, words: Sequence[str]) -> None:
        """Run a line that was typed."""
        cluster = self.cluster
        if cluster is not None:
            whole = ("kubectl", *words)
            place = next((n for n, one in enumerate(self.commands) if one == whole), None)
            self._run(cluster, whole, None, place)

    def _run(
        self,
        cluster: Cluster,
        words: Sequence[str],
        missing: Callable[[], None] | None,
        place: int | None,
    ) -> None:
        poured = False

        def hear(piece: str) -> None:
            nonlocal poured
            poured = True
            self._deliver(lambda: self._audience.poured(piece))

        def done(output: Output) -> None:
            if not poured:
                self._audience.poured(output.out + output.error)
            if output.code and place is not None:
                self.stage.taken.discard(place)
            self._audience.ended(output.code)
            self._audience.changed()

        def failed(error: TutorError) -> None:
            if place is not None:
                self.stage.taken.discard(place)
            if error.code in _NO_KUBECTL and missing is not None:
                if error.code == _KUBECTL_MISSING:
                    self.without_kubectl = True
                    self._audience.trouble(TutorError("kubectl-replaced"))
                missing()
            else:
                self._audience.trouble(error)

        if place is not None:  # it may go on for long, and what comes next need not wait for it
            self.stage.taken.add(place)
        self._audience.ran(words)
        self.errands.run(RUNNING, lambda: cluster.kubectl(words[1:], hear), done, failed=failed)

    @property
    def in_the_way(self) -> bool:
        """Something is under way that has to be over before the next step is taken."""
        return self.errands.waits_for(RUNNING)

    # -- time

    def hold(self) -> None:
        """Hold time, or let it go on."""
        stage = self.stage
        if stage.speed is not None:
            stage.held = not stage.held
            self._set_speed(0.0 if stage.held else stage.speed)

    def tick(self) -> None:
        """Go on until something happens, and stand still again."""
        cluster, stage = self.cluster, self.stage
        if cluster is None or cluster.clock is None:
            return
        clock, held = cluster.clock, stage.held
        stage.held = True
        stage.back_to_the_present()

        def tick() -> bool:
            if not held:
                clock.set_speed(0.0)
            return clock.tick()

        def ticked(something: bool) -> None:
            stage.still = not something
            self._audience.changed()

        self.errands.run(PLAYING, tick, ticked)
        self._audience.changed()

    def faster(self, by: int) -> None:
        """Another speed; time that was held stays so."""
        stage = self.stage
        if stage.speed is not None:
            stage.speed = speed_after(stage.speed, by)
            if not stage.held:
                self._set_speed(stage.speed)
            self._audience.changed()

    def hurry(self) -> bool:
        """Let what is left happen at once; whether time is ours to hold."""
        stage = self.stage
        if stage.speed is None:
            return False
        stage.held, stage.speed = False, float("inf")
        self._set_speed(stage.speed)
        return True

    def _set_speed(self, speed: float) -> None:
        cluster = self.cluster
        if cluster is not None and cluster.clock is not None:
            clock = cluster.clock
            self.errands.run(PLAYING, lambda: clock.set_speed(speed), lambda _: None)
            self._audience.changed()

    # -- other futures

    def what_if(self, version: int, steps: tuple[Step, ...]) -> None:
        """Play another future from a version on."""
        cluster, stage, story = self.cluster, self.stage, self.stage.story
        if cluster is None or cluster.what_if is None or story is None:
            return
        other = cluster.what_if
        real = tuple(self._with_text(step) for step in steps)

        def played(changes: Sequence[Change]) -> None:
            stage.branch = Branch(version, steps, stage.teller.branch(story, version, changes))
            stage.past = None
            self._audience.changed()

        self.errands.run(FORKING, lambda: other.play(version, real), played)

    def _with_text(self, step: Step) -> Step:
        """A fork knows nothing of the learner's manifest by name."""
        if isinstance(step, Apply) and step.file == ANSWER:
            return Apply(ANSWER, self.stage.answer)
        return step

    # -- ending

    def cancel(self) -> bool:
        """Stop what is under way; whether anything was."""
        dropped = self.errands.drop()
        if dropped and self.cluster is not None:
            self.cluster.cancel()
        return dropped

    def leave(self) -> None:
        """End everything, and let go of the cluster; returns at once."""
        self._turn += 1
        self.errands.drop()
        self._unwatch()
        cluster, self.cluster = self.cluster, None
        if cluster is not None:
            threading.Thread(target=cluster.close, name="leaving", daemon=True).start()

    def _unwatch(self) -> None:
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.stop()
