"""One namespace of one cluster, with all that can be done in it: the port of a session.

Methods block and may be called from several threads; :meth:`Live.cancel` cuts short those under
way, :meth:`Live.close` ends everything.
"""

import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tutor.cluster import handing, namespaces
from tutor.cluster.api import Api, Refused, in_words
from tutor.cluster.cancelling import Cancel, cancelled
from tutor.cluster.cleaning import Cleaner
from tutor.cluster.emptying import Memory
from tutor.cluster.guard import OFFLINE, Target
from tutor.cluster.identity import PASSING, Maker
from tutor.cluster.kinds import KINDS
from tutor.cluster.kubectl import Kubectl, Output
from tutor.cluster.machines import cloud
from tutor.cluster.planning import Planner
from tutor.cluster.settling import Settler, hurried
from tutor.cluster.signing import sign
from tutor.cluster.steps import Hands, command
from tutor.cluster.transport import Transport, Wire
from tutor.cluster.watching import Trouble, Watcher
from tutor.model.applying import Cleaning, Fate, Leftover, Plan, Where
from tutor.model.errors import ExitCode, TutorError
from tutor.model.scenario import ANSWER, Apply, Node, Scenario, Step, Wait
from tutor.model.timeline import Change
from tutor.session.ports import Clock, Stop, WhatIf

DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"
NO_PROVISIONER = "kubernetes.io/no-provisioner"
ANSWER_FILE = "answer.yaml"
"""The learner's manifest, beside kubectl."""
_END = 2.0
"""Seconds for threads to end."""


@dataclass(frozen=True, slots=True)
class Powers:
    """What only the holder of an offline cluster can do.

    Attributes:
        clock: Its clock.
        what_if: Its other futures.
        machine: Stops (True) or starts a node's machine.
        stamp: When a version came about; 0 where that is not known.
    """

    clock: Clock | None = None
    what_if: WhatIf | None = None
    machine: Callable[[str, bool], None] | None = None
    stamp: Callable[[int], float] | None = None


@dataclass(slots=True)
class _Opened:
    """What came of opening a namespace."""

    where: Where
    made: bool


def connect(target: Target) -> tuple[Transport, str]:
    """A transport to a cluster that may be touched, and a kubeconfig for kubectl."""
    signed = sign(target)
    return Wire(target, signed), handing.kubeconfig(target, signed)


class Live:
    """One namespace of one cluster.

    Nothing is sent before :meth:`open`.

    Args:
        target: The cluster and the namespace.
        powers: Of an offline cluster that is held here.
        environ: The program's own.
        reach: Makes the transport and kubectl's kubeconfig.
        maker: Knows what this installation has made; without one, what this process has.
        told: Context, kind and name of what :meth:`reset` has told before; it is added to.

    Attributes:
        applied: Kind and name of what was applied last → the version it came to.
    """

    def __init__(
        self,
        target: Target,
        powers: Powers | None = None,
        environ: Mapping[str, str] | None = None,
        reach: Callable[[Target], tuple[Transport, str]] = connect,
        *,
        maker: Maker = PASSING,
        told: set[tuple[str, str, str]] | None = None,
    ) -> None:
        self.target = target
        self._maker = maker
        self._memory = Memory()
        self._told = set() if told is None else told
        self._powers = powers or Powers()
        self._folder = tempfile.TemporaryDirectory(prefix="sts-tutor-")
        try:
            transport, text = reach(target)
            self._kubeconfig = Path(self._folder.name, "kubeconfig")
            handing.write(self._kubeconfig, text)
        except BaseException:
            self._folder.cleanup()
            raise
        self._api = Api(target, transport)
        self._environ = os.environ if environ is None else environ
        self._work = Path(self._folder.name, "work")
        self._work.mkdir(mode=0o700)
        self._kubectl = Kubectl(target, self._kubeconfig, self._work, self._environ)
        self._lock = threading.Lock()
        self._cancel = Cancel()
        self._watchers: list[Watcher] = []
        self._closed = False
        self._opened: _Opened | None = None
        self.applied: Mapping[tuple[str, str], int] = {}

    # -- opening and closing

    def open(self) -> "Live":
        """Reach the cluster and make the namespace, where there is none; returns itself.

        Raises:
            TutorError: It cannot be reached, or the namespace is not the tutor's.
        """
        self.look()
        self.prepare()
        return self

    def look(self) -> Where:
        """Reach the cluster and see what it is; nothing is changed."""
        cancel = self._token()
        context = self.target.context
        try:
            version = self._api.ask(cancel, "GET", "/version").body
            told = str(version.get("gitVersion") or "")
            if not told:
                raise TutorError(
                    "cluster-strange", ExitCode.CLUSTER, server=context.address, raw="/version"
                )
            self._must_be_here(cancel)
            provisions = self._provisions(cancel)
        except Refused as refused:
            raise in_words(refused) from refused
        name = OFFLINE if self.target.offline else context.name
        where = Where(
            name,
            context.kind,
            self.target.namespace,
            str(self._kubeconfig),
            told,
            provisions,
            context.evidence,
            context.address,
        )
        self._opened = _Opened(where, made=False)
        return where

    def _must_be_here(self, cancel: Cancel) -> None:
        """Go no further where nobody typed the name, and the nodes are machines of a cloud."""
        target = self.target
        if target.offline or target.typed == target.context.name:
            return
        provider = cloud(self._api, cancel)
        if provider:
            raise TutorError(
                "context-leads-on",
                ExitCode.CLUSTER,
                context=target.context.name,
                server=target.context.address,
                provider=provider,
            )

    def prepare(self) -> None:
        """Make the namespace where there is none."""
        opened = self._is_open()
        if namespaces.prepare(self._api, self._token(), self.target.namespace, self._maker):
            opened.made = True

    def _provisions(self, cancel: Cancel) -> bool:
        """Whether a default class makes volumes; True where that is not ours to see."""
        try:
            rows, _ = self._api.items(cancel, KINDS["StorageClass"].path())
        except Refused as refused:
            if refused.code in (403, 404):
                return True
            raise
        return any(
            (row["metadata"].get("annotations") or {}).get(DEFAULT_CLASS) == "true"
            and row.get("provisioner") != NO_PROVISIONER
            for row in rows
        )

    def _is_open(self) -> _Opened:
        if self._opened is None:
            raise ValueError("not opened")
        return self._opened

    def _token(self) -> Cancel:
        with self._lock:
            if self._closed:
                raise cancelled()
            return self._cancel

    def cancel(self) -> None:
        """Cut short the methods under way; watches go on."""
        with self._lock:
            old, self._cancel = self._cancel, Cancel()
            if self._closed:
                self._cancel.set()
        old.set()

    def close(self) -> None:
        """End everything under way, watches too. May be called twice."""
        with self._lock:
            was, self._closed = self._closed, True
            watchers, self._watchers = self._watchers, []
        self._cancel.set()
        for watcher in watchers:
            watcher.stop()
        if was:
            return
        for watcher in watchers:
            watcher.join(_END)
        self._api.close()
        self._folder.cleanup()

    def __enter__(self) -> "Live":
        """As it is."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    # -- what it is

    @property
    def where(self) -> Where:
        """What it is."""
        return self._is_open().where

    @property
    def made(self) -> bool:
        """The namespace was made by :meth:`prepare`, and was not there before."""
        return self._is_open().made

    @property
    def clock(self) -> Clock | None:
        """Its clock; None where time is not ours to hold."""
        return self._powers.clock

    @property
    def what_if(self) -> WhatIf | None:
        """Other futures; None where the past is not kept."""
        return self._powers.what_if

    @property
    def now(self) -> float:
        """The cluster's time where that is known, else this machine's."""
        clock = self._powers.clock
        return time.time() if clock is None else clock.now

    # -- planning and applying

    @property
    def _planner(self) -> Planner:
        return Planner(self._api, self.where, self._maker)

    def plan(self, text: str) -> Plan:
        """What applying a manifest would do, as the server says."""
        self._keep_answer(text)
        return self._planner.plan(self._token(), text)

    def apply(self, plan: Plan, *, force: bool = False) -> Plan:
        """Apply what was planned, and tell what came of it, object by object."""
        planner = self._planner
        done = planner.apply(self._token(), plan, force=force)
        self.applied = planner.versions
        return done

    def _keep_answer(self, text: str) -> None:
        """Have ``kubectl apply -f answer.yaml`` find what the learner wrote."""
        with suppress(OSError):  # closed at this very moment
            (self._work / ANSWER_FILE).write_text(text, "utf-8", errors="replace")

    def _apply_text(self, text: str) -> None:
        """Apply at once.

        Raises:
            TutorError: Anything of it is refused.
        """
        done = self.apply(self.plan(text))
        for item in done.items:
            if item.fate is Fate.BARRED:
                raise TutorError(item.code, ExitCode.CLUSTER, **item.params)
            if item.fate in (Fate.REFUSED, Fate.CONFLICT):
                raise TutorError("cluster-said-no", ExitCode.CLUSTER, raw=item.reason)

    # -- steps

    def do(self, step: Step, answer: str = "") -> None:
        """Take one step of a scenario."""
        match step:
            case Apply(file, text):
                self._apply_text(answer if file == ANSWER else text)
            case Wait(seconds):
                settler = self._settler()
                if seconds is None:
                    settler.settle(self._token())
                else:
                    settler.wait(self._token(), seconds)
            case Node(holding, down):
                self._node(holding, down=down)
            case _:
                stamp = datetime.fromtimestamp(self.now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
                Hands(self._api, self.target.namespace).take(self._token(), step, stamp)

    def command(self, step: Step) -> tuple[str, ...]:
        """The step as a kubectl command line, word by word; empty for what is no command."""
        words = command(step)
        return ("kubectl", *words) if words else ()

    def _node(self, pod: str, *, down: bool) -> None:
        machine = self._powers.machine
        if machine is None:
            raise TutorError("step-node", ExitCode.CLUSTER)
        try:
            found = self._api.get(self._token(), KINDS["Pod"].path(self.target.namespace, pod))
        except Refused as refused:
            raise in_words(refused) from refused
        node = ((found or {}).get("spec") or {}).get("nodeName")
        if not isinstance(node, str) or not node:
            raise TutorError("step-no-node", ExitCode.CLUSTER, pod=pod)
        machine(node, down)

    def _settler(self) -> Settler:
        return Settler(self._api, self.target.namespace, self._powers.clock)

    # -- watching

    def watch(
        self, hear: Callable[[Sequence[Change]], None], trouble: Trouble | None = None
    ) -> Stop:
        """Hear of everything in the namespace: first of what is there, then of each change.

        Args:
            hear: Called in another thread.
            trouble: Called in another thread when the cluster is lost, with why, and with None
                when it is found again; what happened meanwhile is heard then.
        """
        watcher = Watcher(
            self._api,
            self.target.namespace,
            hear,
            lambda: self.now,
            stamp=self._powers.stamp,
            trouble=trouble,
        )
        token = self._token()
        watcher.start(token)
        with self._lock:
            gone = self._closed
            if not gone:
                self._watchers.append(watcher)
        if gone:
            watcher.stop()
            raise cancelled()
        return watcher

    # -- kubectl

    def kubectl(self, words: Sequence[str], hear: Callable[[str], None] | None = None) -> Output:
        """Run kubectl, and nothing but kubectl, against this namespace."""
        own = words[1:] if words[:1] == ["kubectl"] or words[:1] == ("kubectl",) else words
        return self._kubectl.run(self._token(), own, hear)

    # -- beginning again, and cleaning

    def reset(self, scenario: Scenario) -> Sequence[Leftover]:
        """Begin a scenario afresh: empty the namespace, apply its start, and let it settle.

        Returns what others put back, and was left alone; each thing once.
        """
        token = self._token()
        settler = self._settler()
        with hurried(self.clock):
            self._empty(token)
            for one in scenario.start:
                self._apply_text(one.text)
                settler.settle(token)
        return tuple(self._untold())

    def _untold(self) -> Iterator[Leftover]:
        for key, one in self._memory.left.items():
            told = (self.target.context.name, *key)
            if told not in self._told:
                self._told.add(told)
                yield one

    @property
    def _cleaner(self) -> Cleaner:
        return Cleaner(self._api, self.where, self._maker)

    def _empty(self, cancel: Cancel) -> None:
        """Remove everything, without the patience that Pods are given otherwise."""
        try:
            self._cleaner.empty(cancel, self.target.namespace, self._memory)
        except Refused as refused:
            raise in_words(refused) from refused

    def cleaning(self) -> Cleaning:
        """What :meth:`clean` would remove: everything the tutor made in this cluster."""
        return self._cleaner.listed(self._token())

    def clean(self, cleaning: Cleaning) -> None:
        """Remove what was listed, and wait until it is gone."""
        with hurried(self.clock):
            self._cleaner.remove(self._token(), cleaning)

    def withdraw(self) -> None:
        """Remove the namespace again, if :meth:`prepare` has made it; returns at once."""
        if self.made:
            namespace = self.target.namespace
            namespaces.remove(self._api, self._token(), namespace, self._maker, wait=False)
            self._is_open().made = False
