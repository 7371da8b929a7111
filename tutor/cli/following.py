"""Watching what comes of an apply, line by line, until it is well, stuck, or time is up."""

import queue
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.cli.context import Context
from tutor.cluster.settling import fine
from tutor.cluster.versions import version_of
from tutor.decoder.decode import decode
from tutor.i18n.errors import error_text
from tutor.i18n.pages import page
from tutor.i18n.text import printable, without_marks
from tutor.model.applying import Plan
from tutor.model.errors import TutorError
from tutor.model.timeline import Change, Entry, Waiting, What
from tutor.timeline.pods import troubles
from tutor.timeline.tape import Tape
from tutor.timeline.waiting import waits
from tutor.ui import happening_words

if TYPE_CHECKING:
    from tutor.cluster.live import Live
    from tutor.session.ports import Stop

STUCK = 20.0
"""Seconds without news after which something that is in trouble is taken to stay so."""
GONE = 30.0
"""Seconds for a cluster to come back."""
_LOOK = 0.2
_JUDGED = frozenset({"StatefulSet", "Deployment", "ReplicaSet", "Pod", "PersistentVolumeClaim"})


@dataclass(frozen=True, slots=True)
class Ending:
    """How it ended.

    Attributes:
        ready: Everything that was applied is as it should be.
        waiting: What Pods still wait for.
        troubles: Pod, reason and message of what is stuck.
        entries: What happened.
    """

    ready: bool
    waiting: tuple[Waiting, ...]
    troubles: tuple[tuple[str, str, str], ...]
    entries: Sequence[Entry]

    def as_json(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "ready": self.ready,
            "waiting": [
                {"pod": one.pod, "step": one.step, "reason": one.reason, "because": one.because}
                for one in self.waiting
            ],
            "troubles": [
                {"pod": pod, "reason": reason, "message": message}
                for pod, reason, message in self.troubles
            ],
            "happened": [
                {
                    "at": one.at,
                    "what": one.what.value,
                    "kind": one.kind,
                    "name": one.name,
                    **({"details": dict(one.params)} if one.params else {}),
                }
                for one in self.entries
            ],
        }


class Follower:
    """Follows a namespace; begins to when entered, so that nothing is missed.

    Args:
        live: The cluster.
        context: Where to say what happens.
        quiet: Say nothing.
    """

    def __init__(self, live: "Live", context: Context, *, quiet: bool) -> None:
        self._live = live
        self._context = context
        self._quiet = quiet
        self._news: queue.SimpleQueue[Sequence[Change] | TutorError | None] = queue.SimpleQueue()
        self._watch: Stop | None = None
        self._tape: Tape | None = None
        self._begun = 0.0
        self._told = 0
        self._last = 0.0
        self._lost: TutorError | None = None
        self._lost_since = 0.0

    def __enter__(self) -> "Follower":
        """Begin to watch; what is there already is not told."""
        self._watch = self._live.watch(self._news.put, self._news.put)
        self._last = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop watching."""
        if self._watch is not None:
            self._watch.stop()

    def follow(self, plan: Plan, timeout: float) -> Ending:
        """Watch until everything is well, nothing goes on any more, or time is up.

        Raises:
            TutorError: The cluster was lost, and did not come back.
        """
        end = time.monotonic() + timeout
        ready = False
        while not ready and time.monotonic() < end:
            self._hear(min(_LOOK, max(0.0, end - time.monotonic())))
            ready = self._ready(plan)
            if not ready and (self._stuck() or self._gone()):
                break
        if self._lost is not None and not ready:
            raise self._lost
        ending = self._ending(ready)
        self._conclude(ending, timeout)
        return ending

    # -- hearing

    def _hear(self, seconds: float) -> None:
        try:
            news = self._news.get(timeout=seconds)
        except queue.Empty:
            return
        if isinstance(news, TutorError):
            self._lost, self._lost_since = news, time.monotonic()
            self._say(error_text(news, self._context.t))
        elif news is None:
            self._lost = None
            self._say(self._context.t("The cluster is there again."))
        elif self._tape is None:
            self._tape = Tape.starting(news)
            self._begun = self._live.now
        else:
            before = len(self._tape.entries)
            self._tape = self._tape.after(news)
            if len(self._tape.entries) > before:
                self._last = time.monotonic()
            for entry in self._tape.entries[before:]:
                self._tell(entry)

    def _tell(self, entry: Entry) -> None:
        if entry.what is What.SAID and entry.params.get("type") != "Warning":
            return  # the Event says what the change has said already
        words = happening_words
        self._say(
            f"{words.moment(entry.at - self._begun):>8}  {words.mark(entry)} "
            f"{words.sentence(entry, self._context.t)}"
        )

    def _say(self, line: str) -> None:
        if not self._quiet:
            self._context.say(line)
            self._context.stdout.flush()

    # -- judging

    def _ready(self, plan: Plan) -> bool:
        """Whether everything that was applied is there and well."""
        if self._tape is None:
            return False
        scene, namespace = self._tape.now, plan.where.namespace
        for item in plan.items:
            if item.kind in _JUDGED:
                found = scene.get(item.kind, namespace, item.name)
                if found is None or not fine(item.kind, found):
                    return False
                if version_of(found) < self._live.applied.get((item.kind, item.name), 0):
                    return False  # as it was before
        claims = [
            one
            for one in scene.of("PersistentVolumeClaim", namespace)
            if not fine("PersistentVolumeClaim", one)
        ]
        return not claims or not any(item.kind == "StatefulSet" for item in plan.items)

    def _stuck(self) -> bool:
        """Whether something is in trouble and nothing has happened for a while."""
        quiet = time.monotonic() - self._last >= STUCK
        return quiet and bool(self._troubles())

    def _gone(self) -> bool:
        """Whether the cluster has not been there for long."""
        return self._lost is not None and time.monotonic() - self._lost_since >= GONE

    def _troubles(self) -> tuple[tuple[str, str, str], ...]:
        if self._tape is None:
            return ()
        namespace = self._live.target.namespace
        return tuple(
            (str(pod["metadata"]["name"]), one.reason, one.message)
            for pod in self._tape.now.of("Pod", namespace)
            for one in troubles(pod)
        )

    def _ending(self, ready: bool) -> Ending:
        tape = self._tape
        if tape is None:
            return Ending(ready, (), (), ())
        waiting = () if ready else waits(tape.now, self._live.now)
        return Ending(ready, waiting, () if ready else self._troubles(), tape.entries)

    def _conclude(self, ending: Ending, timeout: float) -> None:
        t = self._context.t
        if ending.ready:
            self._say(t("Everything is ready."))
            return
        if ending.troubles:
            self._say(t("It does not go on by itself:"))
        else:
            self._say(t("Not everything is ready after {seconds} s:", seconds=f"{timeout:g}"))
        for one in ending.waiting:
            self._say(f"  {happening_words.waiting(one, t)}")
        for pod, reason, message in ending.troubles:
            said = t(
                "{pod}: {reason}: {message}",
                pod=printable(pod),
                reason=printable(reason),
                message=printable(message),
            )
            self._say(f"  {said}")
            for decoded in decode(f"{reason} {message}")[:1]:
                self._explain(decoded.message.code)

    def _explain(self, code: str) -> None:
        t = self._context.t
        title = without_marks(page(code, t.language).title)
        self._say(
            "    "
            + t(
                "{title} ('{program} explain {code}')",
                title=title,
                program=self._context.program,
                code=code,
            )
        )
