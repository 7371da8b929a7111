"""Scenarios, and manifests of any kind, played on a control plane of their own, at full speed.

What a lesson says will happen is played in its tests with this; so is what a wrong manifest would
do. The same scenario and seed give the same tape.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tutor.model.scenario import Apply, Scenario, Step, Wait
from tutor.offline import embed
from tutor.offline.controllers.kubelet import knobs
from tutor.offline.objects import dig
from tutor.offline.runner import Runner
from tutor.timeline import sets
from tutor.timeline.hands import Hands, Refused
from tutor.timeline.hearing import heard
from tutor.timeline.reading import mapping
from tutor.timeline.seeded import Seeded
from tutor.timeline.tape import Tape

NAMESPACE = "default"
QUIET = 30.0
"""Seconds of the cluster's time without a change after which nothing more is waited for."""
LIMIT = 3600.0
"""Most seconds of the cluster's time for one step."""


@dataclass(frozen=True, slots=True)
class Played:
    """What came of it.

    Attributes:
        tape: From the learner's turn on.
        refused: What was not done, of the start (steps counted from 0) and of the turn.
        in_start: How many of these belong to the start.
        settled: In the end nothing happened any more.
    """

    tape: Tape
    refused: tuple[Refused, ...] = ()
    in_start: int = 0
    settled: bool = True


def play(scenario: Scenario, answer: str = "", seed: int = 1) -> Played:
    """Play a scenario from its start to its end.

    Args:
        scenario: The scenario.
        answer: The learner's manifest, for steps that apply it.
        seed: Of the objects' uids; nothing else depends on it.
    """
    trial = Trial(embed.begin(Seeded(seed)))
    start = trial.take_all(scenario.start, answer)
    trial.begin()
    refused = trial.take_all(scenario.steps, answer)
    return Played(trial.tape(), start + refused, len(start), trial.settled)


def try_out(text: str, previous: str = "", seed: int = 1) -> Played:
    """What applying a manifest would come to.

    Args:
        text: The manifest.
        previous: One that is applied, and at rest, before.
        seed: Of the objects' uids.
    """
    start = (Apply("previous", previous),) if previous else ()
    scenario = Scenario("", start, (Apply("text", text),), offline_only=False, expect=())
    return play(scenario, seed=seed)


class Trial:
    """An offline cluster that a scenario is played on.

    Args:
        runner: The cluster, in the hands of the caller alone.
        namespace: Where in it.

    Attributes:
        settled: After the last step nothing happened any more.
    """

    def __init__(self, runner: Runner, namespace: str = NAMESPACE) -> None:
        self._runner = runner
        self._namespace = namespace
        self._hands = Hands(runner, namespace)
        self._since = runner.store.version
        self._start = Tape.starting(heard(runner.history(), namespace))
        self.settled = True

    def begin(self) -> None:
        """From here on the tape runs: what was before is only there."""
        self._start = Tape.starting(heard(self._runner.history(), self._namespace))
        self._since = self._runner.store.version

    def tape(self) -> Tape:
        """What happened since it began, or since :meth:`begin`."""
        return self._start.after(heard(self._runner.history(self._since), self._namespace))

    def take_all(self, steps: Sequence[Step], answer: str = "") -> tuple[Refused, ...]:
        """Take steps, each after what the one before caused is over, unless the steps say else."""
        refused: list[Refused] = []
        for place, step in enumerate(steps):
            refused += (replace(one, step=place) for one in self._hands.take(step, answer))
            following = steps[place + 1] if place + 1 < len(steps) else None
            if isinstance(step, Wait):
                self._wait(step.seconds)
            elif not isinstance(following, Wait):
                self._wait(None)
        return tuple(refused)

    def _wait(self, seconds: float | None) -> None:
        runner = self._runner
        if seconds is None:
            self.settled = runner.settle(self._quiet(), LIMIT)
        else:
            runner.advance(runner.clock.now + seconds)

    def _quiet(self) -> float:
        """Long enough that nothing can be on its way that its own objects announce."""
        longest = 0.0
        for set_ in self._runner.store.list("statefulsets.apps", self._namespace):
            template = mapping(set_, "spec", "template")
            slow = max(knobs.ready_seconds(template), knobs.stop_seconds(template))
            longest = max(longest, sets.delay(set_) + slow)
        for pod in self._runner.store.list("pods", self._namespace):
            wait = dig(pod, "metadata", "deletionGracePeriodSeconds", default=0)
            longest = max(longest, knobs.ready_seconds(pod), knobs.stop_seconds(pod), float(wait))
        return QUIET + longest
