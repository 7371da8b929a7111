"""Scenarios, and manifests of any kind, played on a control plane of their own, at full speed.

What a lesson says will happen is played in its tests with this; so is what a wrong manifest would
do. The same scenario and seed give the same tape.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tutor.model.scenario import Apply, Mark, Node, Scenario, Step, Wait
from tutor.offline import embed
from tutor.offline.controllers.kubelet import knobs
from tutor.offline.objects import dig
from tutor.offline.runner import Runner
from tutor.offline.store import Change
from tutor.timeline import sets
from tutor.timeline.hands import Hands, Refused
from tutor.timeline.hearing import heard, there
from tutor.timeline.reading import mapping
from tutor.timeline.seeded import Seeded
from tutor.timeline.tape import Tape

NAMESPACE = "default"
QUIET = 30.0
"""Seconds of the cluster's time without a change after which nothing more is waited for."""
LIMIT = 3600.0
"""Most seconds of the cluster's time after one step."""
MOST = 3_000
"""Most changes after one step: something that goes round in circles is not followed for ever."""


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


def needs_offline(scenario: Scenario) -> bool:
    """Whether it relies on what no real cluster has: machines to stop, Pods that act a part."""
    return any(
        isinstance(step, Node)
        or (isinstance(step, Mark) and any(key.startswith(knobs.PREFIX) for key in step.values))
        or (isinstance(step, Apply) and knobs.PREFIX in step.text)
        for step in (*scenario.start, *scenario.steps)
    )


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
        self._tape = Tape.starting(there(runner.store, namespace))
        self._news: list[Change] = []
        runner.store.listen(self._news.append)
        self.settled = True

    def begin(self) -> None:
        """From here on the tape runs: what was before is only there."""
        self._tape = Tape(self.tape().now)

    def tape(self) -> Tape:
        """What happened since it was made, or since :meth:`begin`."""
        self._tape = self._tape.after(heard(self._news, self._namespace))
        self._news.clear()
        return self._tape

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
            self.settled = self._settle()
        else:
            runner.advance(runner.clock.now + seconds)

    def _settle(self) -> bool:
        """Go on until nothing happens any more; whether that came to be."""
        runner = self._runner
        end, left = runner.clock.now + LIMIT, MOST
        while left > 0 and runner.clock.now < end:
            happened = embed.next_changes(runner, QUIET)
            if not happened and (slow := self._slow()):
                happened = embed.next_changes(runner, slow)
            if not happened:
                return True
            left -= len(happened)
        return False

    def _slow(self) -> float:
        """How long something may be on its way, as far as the objects themselves say it.

        They may say 68 years: it is not waited for longer than anything else.
        """
        longest = 0.0
        for set_ in self._runner.store.list("statefulsets.apps", self._namespace):
            template = mapping(set_, "spec", "template")
            slow = max(knobs.ready_seconds(template), knobs.stop_seconds(template))
            longest = max(longest, sets.delay(set_) + slow)
        for pod in self._runner.store.list("pods", self._namespace):
            wait = dig(pod, "metadata", "deletionGracePeriodSeconds", default=0)
            longest = max(longest, knobs.ready_seconds(pod), knobs.stop_seconds(pod), float(wait))
        return min(longest, LIMIT) if longest > QUIET / 2 else 0.0
