"""The clusters there are: the tutor's own, in this process or beside it, and those of kubeconfigs.

The place where clients, the offline cluster and the session's ports meet.
"""

import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.cli.context import Context as Surroundings
from tutor.cluster.contexts import Context, Verdict, contexts
from tutor.cluster.guard import OFFLINE, Target, choose, namespace_of
from tutor.cluster.identity import Maker
from tutor.cluster.kubeconfig import files, load
from tutor.model.applying import ClusterKind, Offer
from tutor.model.errors import ExitCode, TutorError
from tutor.model.scenario import Step, Wait
from tutor.model.timeline import Change
from tutor.store.installation import installation_key

if TYPE_CHECKING:
    from tutor.cluster.live import Live
    from tutor.offline.api.embedded import Embedded


def running(surroundings: Surroundings) -> str:
    """The kubeconfig of the cluster that ``cluster up`` has started; empty where none runs."""
    from tutor.offline.api.client import Refused, ask
    from tutor.offline.api.folder import Folder
    from tutor.store.paths import data_directory

    folder = Folder(data_directory(surroundings.environ) / "cluster")
    note = folder.note() if folder.held else None
    try:
        answers = note is not None and ask(note, "status") is not None
    except Refused:
        answers = False
    return str(folder.kubeconfig) if answers else ""


def found(surroundings: Surroundings, own: str) -> tuple[tuple[Context, ...], list[TutorError]]:
    """Every context of every kubeconfig, judged, and the files that cannot be read.

    Args:
        surroundings: For the environment.
        own: The kubeconfig of the tutor's own cluster, which comes first; empty without one.
    """
    named = files(surroundings.environ)
    merged = load([one for one in named if not own or Path(one).resolve() != Path(own).resolve()])
    others = contexts(merged)
    if not own:
        return others, list(merged.troubles)
    mine = [one for one in contexts(load([own]), own) if one.kind is ClusterKind.OFFLINE]
    return (*mine, *others), list(merged.troubles)


def chosen(surroundings: Surroundings, asked: str) -> Context:
    """The context to use.

    Raises:
        TutorError: There is none, or none that may be used without being named.
    """
    there, troubles = found(surroundings, running(surroundings))
    try:
        return choose(there, asked)
    except TutorError as error:
        # A file that cannot be read may be why.
        if troubles and error.code.startswith(("context-unknown", "context-none")):
            raise troubles[0] from None
        if error.code == "context-not-local":
            raise _with_reasons(error, there, surroundings) from None
        raise


def _with_reasons(
    error: TutorError, there: Sequence[Context], surroundings: Surroundings
) -> TutorError:
    """The same refusal, with why the context is not taken for a local one."""
    from tutor.cli.context_words import why_not

    (place,) = (one for one in there if one.name == error.params["context"])
    why = why_not(place, surroundings.t)
    return TutorError("context-not-local-because", error.exit_code, **error.params, why=why)


class Held:
    """An offline cluster in a thread of this process, begun when it is first asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._cluster: Embedded | None = None
        self._ended = False

    def get(self) -> "Embedded":
        """The running cluster.

        Raises:
            TutorError: It does not start.
        """
        from tutor.offline.api.embedded import Embedded

        with self._lock:
            if self._ended:
                raise TutorError("cancelled", ExitCode.INTERRUPTED)
            if self._cluster is None:
                folder = tempfile.TemporaryDirectory(prefix="sts-tutor-")
                cluster = Embedded(Path(folder.name, "cluster"))
                try:
                    cluster.start()
                except (OSError, TimeoutError) as error:
                    cluster.stop()
                    folder.cleanup()
                    raw = getattr(error, "strerror", None) or str(error)
                    raise TutorError("cluster-not-started", ExitCode.CLUSTER, raw=raw) from error
                self._folder, self._cluster = folder, cluster
            return self._cluster

    def end(self) -> None:
        """Stop it, and take away its files. May be called twice."""
        with self._lock:
            self._ended = True
            cluster, self._cluster = self._cluster, None
            folder, self._folder = self._folder, None
        if cluster is not None:
            cluster.stop()
        if folder is not None:
            folder.cleanup()


@contextmanager
def _there() -> Iterator[None]:
    """Say in words that a held cluster has ended, or does not answer."""
    try:
        yield
    except TimeoutError:
        raise TutorError("cluster-no-answer", ExitCode.CLUSTER, server=OFFLINE, raw="…") from None
    except RuntimeError:
        raise TutorError("cancelled", ExitCode.INTERRUPTED) from None


class HeldClock:
    """The clock of a held cluster, as :class:`tutor.session.ports.Clock`."""

    def __init__(self, cluster: "Embedded") -> None:
        self._cluster = cluster

    @property
    def now(self) -> float:
        """The cluster's time."""
        with _there():
            return self._cluster.now

    @property
    def speed(self) -> float:
        """Cluster seconds for each real one; 0 while paused."""
        with _there():
            return 0.0 if self._cluster.paused else self._cluster.speed

    def set_speed(self, speed: float) -> None:
        """Go on at another speed; 0 pauses."""
        if not speed >= 0:
            raise ValueError(f"no speed: {speed}")
        with _there():
            if speed == 0:
                self._cluster.pause()
            else:
                self._cluster.speed = speed
                self._cluster.resume()

    def tick(self) -> bool:
        """While paused: go on until something has changed. Whether anything has."""
        with _there():
            return bool(self._cluster.step_on())


class HeldWhatIf:
    """Other futures of a held cluster, as :class:`tutor.session.ports.WhatIf`."""

    def __init__(self, cluster: "Embedded", namespace: str) -> None:
        self._cluster = cluster
        self._namespace = namespace

    def play(self, version: int, steps: Sequence[Step]) -> Sequence[Change]:
        """What would come of steps taken at a point of the past."""
        from tutor.offline.errors import ApiError
        from tutor.timeline.trial import Trial

        try:
            with _there():
                other = self._cluster.fork(version, seed=version)
        except ApiError:
            raise TutorError("past-too-far", ExitCode.CLUSTER) from None
        trial = Trial(other, self._namespace)
        for one in trial.take_all(steps or (Wait(),)):
            if one.reason:
                raise TutorError("cluster-said-no", ExitCode.CLUSTER, raw=one.reason)
            raise TutorError("manifest-broken", ExitCode.FINDINGS, line=one.line, code=one.code)
        return tuple(trial.tape().changes)


def _machine(cluster: "Embedded", node: str, down: bool) -> None:
    """Stop or start the machine of a node."""
    from tutor.offline.errors import ApiError

    try:
        with _there():
            cluster.node_down(node, down)
    except ApiError as refused:
        raise TutorError("cluster-said-no", ExitCode.CLUSTER, raw=refused.message) from None


class Stamps:
    """When the versions of a held cluster came about."""

    def __init__(self, cluster: "Embedded") -> None:
        self._cluster = cluster
        self._times: dict[int, float] = {}
        self._seen: int | None = None
        self._lock = threading.Lock()

    def __call__(self, version: int) -> float:
        """The time of a version; 0 where it is not known."""
        from tutor.offline.errors import ApiError

        with self._lock:
            if version not in self._times and (self._seen is None or version > self._seen):
                try:
                    for change in self._cluster.changes(self._seen):
                        self._times[change.version] = change.time
                        self._seen = change.version
                except (ApiError, RuntimeError, TimeoutError):
                    self._seen = version
            return self._times.get(version, 0.0)


class Offered:
    """The clusters a learner may work in, as :class:`tutor.session.ports.Clusters`.

    Args:
        surroundings: For the environment.
        asked: The context that was named on the command line; empty without one.
    """

    def __init__(self, surroundings: Surroundings, asked: str = "") -> None:
        self._surroundings = surroundings
        self._asked = asked
        self._held = Held()
        self._opened: list[Callable[[], None]] = []
        self._told: set[tuple[str, str, str]] = set()

    def offered(self) -> Sequence[Offer]:
        """The offline cluster first, then what else may be worked in without being named."""
        there, _ = found(self._surroundings, "")
        local = [one for one in there if one.verdict is Verdict.LOCAL]
        rows = [Offer(OFFLINE, ClusterKind.OFFLINE)]
        rows += [
            Offer(one.name, one.kind, evidence=one.evidence) for one in local if one.name != OFFLINE
        ]
        return rows

    def named(self, context: str) -> Offer:
        """A context that the learner named on the command line."""
        if context == OFFLINE:
            return Offer(OFFLINE, ClusterKind.OFFLINE)
        one = chosen(self._surroundings, context)
        if one.trouble is not None:
            raise one.trouble
        return Offer(one.name, one.kind, one.verdict is Verdict.LOCAL, one.evidence)

    def open(self, offer: Offer, lesson: str, typed: str = "") -> "Live":
        """Open the namespace of a lesson in a cluster; started, if it is the offline one."""
        from tutor.cluster.live import Live, Powers
        from tutor.cluster.settling import hurried

        namespace = namespace_of(lesson)
        environ = self._surroundings.environ
        if offer.kind is ClusterKind.OFFLINE:
            cluster = self._held.get()
            own = str(cluster.kubeconfig)
            (context,) = contexts(load([own]), own)
            powers = Powers(
                HeldClock(cluster),
                HeldWhatIf(cluster, namespace),
                partial(_machine, cluster),
                Stamps(cluster),
            )
            live = Live(Target(context, namespace), powers, environ, told=self._told)
        else:
            context = chosen(self._surroundings, offer.context)
            named = self._asked if self._asked == context.name else ""
            maker = Maker(installation_key(environ))
            target = Target(context, namespace, named, typed)
            live = Live(target, None, environ, maker=maker, told=self._told)
        self._opened.append(live.close)
        try:
            with hurried(live.clock):
                return live.open()
        except BaseException:
            live.close()
            raise

    def close(self) -> None:
        """End everything that was opened, and the offline cluster."""
        for close in self._opened:
            close()
        self._held.end()
