"""What a session does in a cluster: told, judged, kept, and played for those who have none."""

import random
from pathlib import Path

import pytest

from tests.course.played import add_plays
from tutor.course.loader import load
from tutor.model.course import ChoiceTask, LiveTask
from tutor.model.progress import Did, Status, replay
from tutor.model.scenario import Scenario
from tutor.model.timeline import Change, What
from tutor.model.verdicts import State
from tutor.session.api import MemoryStore, Session, Telling
from tutor.session.live import REST, REST_OF_REAL, rest
from tutor.timeline.tape import Tape
from tutor.timeline.trial import play

SOLUTION = (
    Path(__file__).parents[1] / "course/sample/fixtures/start/first/solutions/01-below.yaml"
).read_text("utf-8")
TELLING = Telling()


@pytest.fixture
def session(copy: Path) -> Session:
    add_plays(copy)
    course = load(copy / "lessons", copy / "fixtures")
    return Session(course, MemoryStore(), now=lambda: 1.0, chance=random.Random(1))


def scenario_of(session: Session, task_id: str) -> Scenario:
    assert session.run is not None
    task = session.run.lesson.task(task_id)
    assert isinstance(task, LiveTask | ChoiceTask)
    assert task.scenario is not None
    return task.scenario


def whole(scenario: Scenario) -> Tape:
    found = play(scenario, SOLUTION)
    assert not found.refused
    return found.tape


def again(tape: Tape, changes: list[Change]) -> Tape:
    """The same start, with other changes."""
    return Tape(tape.start).after(changes)


def test_a_task_is_solved_when_all_that_is_expected_has_come_about(session: Session) -> None:
    session.open("start/first", "try-it")
    assert session.applied().here.status is Status.STARTED
    scenario = scenario_of(session, "try-it")
    run = session.observed(TELLING.judge(scenario.expect, whole(scenario)))
    assert run.here.status is Status.SOLVED
    assert run.debrief_open
    assert (run.here.attempts, run.here.right) == (1, True)


def test_what_did_not_come_about_is_kept_as_what_the_learner_is_stuck_on(session: Session) -> None:
    session.open("start/first", "try-it")
    scenario = scenario_of(session, "try-it")
    tape = whole(scenario)
    half = again(tape, [one for one in tape.changes if one.name != "web-2"])
    run = session.observed(TELLING.judge(scenario.expect, half))
    assert run.here.status is Status.STARTED
    assert run.here.stuck_on == {"expect:three": 1}
    run = session.observed(TELLING.judge(scenario.expect, tape))
    assert run.here.status is Status.SOLVED
    assert run.here.attempts == 2


def test_nothing_expected_is_nothing_solved(session: Session) -> None:
    session.open("start/first", "try-it")
    assert session.observed(()).here.status is Status.STARTED


def test_who_has_no_cluster_goes_on_with_help(session: Session) -> None:
    session.open("start/first", "kill-one")
    run = session.watch_instead()
    assert run.here.status is Status.SOLVED_WITH_SOLUTION
    assert session.watch_instead().progress == run.progress
    scenario = scenario_of(session, "kill-one")
    better = session.observed(TELLING.judge(scenario.expect, whole(scenario)))
    assert better.here.status is Status.SOLVED


def test_only_tasks_in_a_cluster_are_solved_by_one(session: Session) -> None:
    session.open("start/first", "fix")
    before = session.progress
    session.applied()
    session.observed(())
    session.watch_instead()
    assert session.progress == before


def test_progress_is_what_the_events_make_of_it(session: Session) -> None:
    store = session._store
    assert isinstance(store, MemoryStore)
    session.open("start/first", "kill-one")
    session.applied()
    scenario = scenario_of(session, "kill-one")
    session.observed(TELLING.judge(scenario.expect, whole(scenario)))
    assert replay(store.events) == session.progress
    assert [event.did for event in store.events][-3:] == [Did.APPLIED, Did.OBSERVED, Did.SOLVED]


def test_the_whole_lesson_is_done_with_its_live_tasks(session: Session) -> None:
    run = session.open("start/first")
    for task in run.lesson.tasks:
        session.go(task.id)
        if isinstance(task, LiveTask):
            tape = whole(task.scenario)
            session.observed(TELLING.judge(task.scenario.expect, tape))
        elif isinstance(task, ChoiceTask):
            session.answer(task.answer)
        elif task.id == "fix":
            session.write(SOLUTION)
            session.check()
    assert session.run is not None
    assert session.run.lesson_progress.status is Status.SOLVED


def test_the_learners_manifest_counts_once_it_passes(session: Session) -> None:
    run = session.open("start/first", "fix")
    assert not run.manifest.own
    assert run.manifest.text == SOLUTION
    own = SOLUTION.replace("nginx:1.27", "nginx:1.28")
    assert session.write(own.replace("replicas: 3", "replicas: 2")).manifest.text == SOLUTION
    found = session.write(own).manifest
    assert (found.text, found.own) == (own, True)


# -- when it is finished


def test_it_is_finished_when_it_has_come_to_rest(session: Session) -> None:
    session.open("start/first", "kill-one")
    expected = scenario_of(session, "kill-one").expect
    tape = whole(scenario_of(session, "kill-one"))
    assert not TELLING.finished(expected, tape, 0.0)
    assert TELLING.finished(expected, tape, REST)
    assert not TELLING.finished(expected, tape, REST, real=True)
    assert TELLING.finished(expected, tape, REST_OF_REAL, real=True)


def test_nothing_is_finished_before_anything_has_happened(session: Session) -> None:
    session.open("start/first", "kill-one")
    kept = scenario_of(session, "kill-one").expect[1:]
    start = Tape(whole(scenario_of(session, "kill-one")).start)
    assert all(one.state.good for one in TELLING.judge(kept, start))
    assert not TELLING.finished(kept, start, 1e9)


def test_what_can_not_become_otherwise_is_finished_at_once(session: Session) -> None:
    session.open("start/first", "kill-one")
    again_ = scenario_of(session, "kill-one").expect[:1]
    assert TELLING.finished(again_, whole(scenario_of(session, "kill-one")), 0.0)


def test_a_set_whose_pods_take_time_to_be_available_needs_more_rest(session: Session) -> None:
    slow = SOLUTION.replace("  replicas: 3\n", "  replicas: 3\n  minReadySeconds: 7\n")
    session.open("start/first", "kill-one")
    tape = play(scenario_of(session, "try-it"), slow).tape
    assert rest(tape) == REST + 7


# -- other futures


def test_a_branch_shares_its_past_and_nothing_else(session: Session) -> None:
    session.open("start/first", "kill-one")
    tape = whole(scenario_of(session, "kill-one"))
    changes = list(tape.changes)
    at = changes[2].version
    branch = TELLING.branch(tape, at, changes[10:12])
    assert list(branch.changes) == [*changes[:3], *changes[10:12]]
    assert list(tape.changes) == changes
    assert TELLING.picture(branch, at) == TELLING.picture(tape, at)


def test_a_prediction_beside_what_is_played(session: Session) -> None:
    session.open("start/first", "what-stays")
    assert session.run is not None
    task = session.run.task
    assert isinstance(task, ChoiceTask)
    tape = whole(scenario_of(session, "what-stays"))
    assert TELLING.compare(task, ["claim"], tape).differs is None
    wrong = TELLING.compare(task, ["pod"], tape)
    assert (wrong.happened, wrong.differs) == (("claim",), 0)


def test_a_scenario_is_played_without_a_cluster(session: Session) -> None:
    session.open("start/first", "try-it")
    found = TELLING.play(scenario_of(session, "try-it"), SOLUTION)
    assert found.refused == ()
    verdicts = TELLING.judge(scenario_of(session, "try-it").expect, found.tape)
    assert [one.state for one in verdicts] == [State.MET, State.HOLDS]


def test_a_wrong_manifest_shows_its_consequence() -> None:
    found = TELLING.try_out(SOLUTION.replace("serviceName: web", "serviceName: wbe"))
    assert not [e for e in found.tape.entries if e.what is What.RESOLVES and "." in e.name]
    refused = TELLING.try_out(SOLUTION.replace("replicas: 3", "replicas: -3"))
    assert refused.refused[0].startswith("StatefulSet/web: StatefulSet.apps")
    assert TELLING.try_out("a: [").broken[1] == 1
