"""Clusters without a server: a control plane in this thread, and switches for what goes wrong."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from tutor.cluster.steps import command
from tutor.model.applying import Cleaning, ClusterKind, Fate, Item, Leftover, Offer, Plan, Where
from tutor.model.errors import TutorError
from tutor.model.scenario import Apply, Scenario, Step, Wait
from tutor.model.timeline import Change
from tutor.offline import embed
from tutor.timeline.hearing import there
from tutor.timeline.seeded import Seeded
from tutor.timeline.trial import NAMESPACE, Trial

OFFLINE = Offer("offline", ClusterKind.OFFLINE)
KIND = Offer("kind-lab", ClusterKind.KIND)
FAR = Offer("prod-eu", ClusterKind.OTHER, local=False)
TAKEN = (Item(Fate.CREATE, "StatefulSet", "web", 1), Item(Fate.CREATE, "Service", "web", 20))
REFUSED = (
    Item(
        Fate.REFUSED,
        "StatefulSet",
        "web",
        1,
        code="MSG102",
        reason="spec.template.metadata.labels: `selector` does not match template `labels`",
    ),
)
CONFLICT = (Item(Fate.CONFLICT, "StatefulSet", "web", 1, owners=(("spec.replicas", "hpa"),)),)


@dataclass
class Answer:
    """What a command said."""

    out: str
    error: str = ""
    code: int = 0


class Stopped:
    """A watch that can be ended."""

    def __init__(self) -> None:
        self.over = False

    def stop(self) -> None:
        self.over = True


class FakeClock:
    """Time that is only written down."""

    def __init__(self, tick: Callable[[], bool]) -> None:
        self.speeds: list[float] = []
        self.ticks = 0
        self._tick = tick

    @property
    def now(self) -> float:
        return 0.0

    @property
    def speed(self) -> float:
        return self.speeds[-1] if self.speeds else 1.0

    def set_speed(self, speed: float) -> None:
        self.speeds.append(speed)

    def tick(self) -> bool:
        self.ticks += 1
        return self._tick()


@dataclass
class FakeCluster:
    """One namespace. Attributes are the switches; ``did`` remembers what was asked of it."""

    offer: Offer = OFFLINE
    items: tuple[Item, ...] = TAKEN
    fails: dict[str, TutorError] = field(default_factory=dict)
    slow: set[str] = field(default_factory=set)
    missing: bool = False
    says: tuple[str, ...] = ("NAME    READY\n", "web-0   1/1\n")
    code: int = 0
    did: list[str] = field(default_factory=list)
    comes_back: tuple[Leftover, ...] = ()

    def __post_init__(self) -> None:
        offline = self.offer.kind is ClusterKind.OFFLINE
        self.clock: FakeClock | None = FakeClock(lambda: False) if offline else None
        self.what_if: FakeCluster | None = self if offline else None
        self.where = Where(
            self.offer.context, self.offer.kind, "sts-tutor-first", "/nowhere", "v1.36.2"
        )
        self.closed = threading.Event()
        self.cancelled = threading.Event()
        self.trouble: Callable[[TutorError | None], None] | None = None
        self.watches: list[Stopped] = []
        self._scenario = Scenario("", (), (), offline_only=False, expect=())
        self._hear: Callable[[Sequence[Change]], None] = lambda changes: None
        self._told = 0
        self._fresh()

    def _fresh(self) -> None:
        self._runner = embed.begin(Seeded(1))
        self._trial = Trial(self._runner)
        self._trial.take_all(self._scenario.start)
        self._trial.begin()
        self._told = 0

    def _asked(self, what: str) -> None:
        self.did.append(what)
        word = what.split(maxsplit=1)[0]
        while word in self.slow:
            if self.cancelled.wait(0.01) or self.closed.is_set():
                self.cancelled.clear()
                raise TutorError("cancelled")
        if word in self.fails:
            raise self.fails[word]

    def _tell(self) -> None:
        changes = self._trial.tape().changes
        news, self._told = changes[self._told :], len(changes)
        self._hear(news)

    def plan(self, text: str) -> Plan:
        self._asked("plan")
        return Plan(text, self.where, self.items, ("unknown field",))

    def apply(self, plan: Plan, *, force: bool = False) -> Plan:
        self._asked("apply force" if force else "apply")
        self._trial.take_all([Apply("text", plan.text)])
        self._tell()
        return plan

    def do(self, step: Step, answer: str = "") -> None:
        self._asked(f"do {type(step).__name__}")
        if isinstance(step, Wait):
            return
        self._trial.take_all([step], answer)
        self._tell()

    def command(self, step: Step) -> tuple[str, ...]:
        words = command(step)
        return ("kubectl", *words) if words else ()

    def watch(
        self,
        hear: Callable[[Sequence[Change]], None],
        trouble: Callable[[TutorError | None], None] | None = None,
    ) -> Stopped:
        self._asked("watch")
        stop = Stopped()
        self.watches.append(stop)
        self.trouble = trouble
        self._hear = lambda changes: None if stop.over else hear(changes)
        self._hear(tuple(there(self._runner.store, NAMESPACE)))
        return stop

    def kubectl(self, words: Sequence[str], hear: Callable[[str], None] | None = None) -> Answer:
        if self.missing:
            raise TutorError("kubectl-missing")
        if hear is not None:
            for piece in self.says:
                hear(piece)
        self._asked(f"kubectl {' '.join(words)}")
        step = next((s for s in self._scenario.steps if self.command(s)[1:] == tuple(words)), None)
        if step is not None:
            self._trial.take_all([step])
            self._tell()
        return Answer("".join(self.says), "", self.code)

    def reset(self, scenario: Scenario) -> tuple[Leftover, ...]:
        self._asked("reset")
        self._scenario = scenario
        self._fresh()
        left, self.comes_back = self.comes_back, ()
        return left

    def play(self, version: int, steps: Sequence[Step]) -> Sequence[Change]:
        self._asked(f"what-if {len(steps)}")
        other = Trial(embed.begin(Seeded(2)))
        other.take_all(self._scenario.start)
        other.begin()
        other.take_all(steps)
        return tuple(
            replace(one, version=version + n) for n, one in enumerate(other.tape().changes, 1)
        )

    def cleaning(self) -> Cleaning:
        return Cleaning(self.where, (), ())

    def clean(self, cleaning: Cleaning) -> None:
        self._asked("clean")

    def cancel(self) -> None:
        self.did.append("cancel")
        self.cancelled.set()

    def close(self) -> None:
        self.closed.set()


class FakeClusters:
    """The clusters there are; each ``open`` is remembered."""

    def __init__(self, cluster: FakeCluster | None = None) -> None:
        self.cluster = cluster or FakeCluster()
        self.opened: list[tuple[str, str, str]] = []
        self.fails: TutorError | None = None
        self.gate = threading.Event()
        self.gate.set()

    def offered(self) -> Sequence[Offer]:
        return (OFFLINE, KIND)

    def named(self, context: str) -> Offer:
        for one in (OFFLINE, KIND, FAR):
            if one.context == context:
                return one
        raise TutorError("context-unknown", context=context)

    def open(self, offer: Offer, lesson: str, typed: str = "") -> FakeCluster:
        self.gate.wait(10)
        self.opened.append((offer.context, lesson, typed))
        if self.fails is not None:
            raise self.fails
        if offer.context != self.cluster.offer.context:
            self.cluster = FakeCluster(offer)
        return self.cluster
