"""Every scenario of every lesson, through the real client: it comes to what the play comes to."""

import threading
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest

from tests.cluster.test_live import target
from tests.waiting import at_rest, until
from tutor.cli.clusters import HeldClock, Stamps
from tutor.cluster.live import Live, Powers
from tutor.course.loader import load, locate
from tutor.model.course import ChoiceTask, Lesson, LiveTask, WriteTask
from tutor.model.scenario import Scenario, Wait
from tutor.model.timeline import Change
from tutor.offline.api.embedded import Embedded
from tutor.timeline.judging import judge
from tutor.timeline.tape import Tape
from tutor.timeline.trial import play

SPEED = 50.0
"""At full speed nothing leaps while nothing happens; at this one a minute is soon over."""


def scenarios() -> Iterator[tuple[str, Lesson, Scenario]]:
    for lesson in load(*locate()).lessons:
        found: dict[str, Scenario] = {}
        for task in lesson.tasks:
            if isinstance(task, LiveTask | ChoiceTask) and task.scenario is not None:
                found[task.scenario.id] = task.scenario
        yield from ((f"{lesson.id}#{name}", lesson, one) for name, one in found.items())


class Recorder:
    """Hears a watch into a tape."""

    def __init__(self) -> None:
        self.tape: Tape | None = None
        self.heard = 0
        self._lock = threading.Lock()

    def hear(self, changes: Sequence[Change]) -> None:
        with self._lock:
            self.tape = Tape.starting(changes) if self.tape is None else self.tape.after(changes)
            self.heard += 1

    def wait(self, looks: int) -> Tape:
        """Until nothing was heard for so many looks."""
        until(lambda: self.tape)
        at_rest(lambda: self.heard, looks)
        assert self.tape is not None
        return self.tape


@pytest.mark.parametrize(
    ("lesson", "scenario"),
    [(lesson, scenario) for _, lesson, scenario in scenarios()],
    ids=[name for name, _, _ in scenarios()],
)
def test_a_cluster_comes_to_what_the_play_comes_to(
    lesson: Lesson, scenario: Scenario, offline: Embedded
) -> None:
    answer = next(
        (task.solutions[0].text for task in lesson.tasks if isinstance(task, WriteTask)), ""
    )
    recorder = Recorder()
    offline.speed = SPEED
    powers = Powers(HeldClock(offline), machine=offline.node_down, stamp=Stamps(offline))
    with Live(target(offline, lesson.id), powers) as live:
        live.open()
        live.reset(scenario)
        live.watch(recorder.hear)
        recorder.wait(30)
        steps = scenario.steps
        for step, following in pairwise((*steps, None)):
            assert step is not None
            live.do(step, answer)
            if not isinstance(step, Wait) and not isinstance(following, Wait):
                live.do(Wait())
        tape = recorder.wait(50)
    played = play(scenario, answer).tape
    seen = {one.id: (one.state, one.why) for one in judge(scenario.expect, tape)}
    assert seen == {one.id: (one.state, one.why) for one in judge(scenario.expect, played)}
    assert tape.entries
