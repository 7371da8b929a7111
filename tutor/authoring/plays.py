"""The scenarios of a lesson, played: what they expect comes about, predictions come true."""

from collections.abc import Iterator, Sequence

from tutor.course.problems import Problem
from tutor.course.scenarios import answers
from tutor.model.course import ChoiceTask, Example, LiveTask, Task, WriteTask
from tutor.model.findings import Param
from tutor.model.scenario import Scenario
from tutor.model.verdicts import State, Verdict
from tutor.timeline.judging import compare, fact_words, judge
from tutor.timeline.tape import Tape
from tutor.timeline.trial import Played, needs_offline, play

_NO_ANSWER = Example("", "")


def play_problems(tasks: Sequence[Task], folder: str) -> Iterator[Problem]:
    """What does not come out as the lesson says, with every solution of the task to write.

    Args:
        tasks: The tasks of a lesson.
        folder: Of its truth, for the problems (``fixtures/start/x``).
    """
    solutions = [one for task in tasks if isinstance(task, WriteTask) for one in task.solutions]
    plays: dict[str, list[tuple[str, Played]]] = {}
    for task in tasks:
        if not isinstance(task, LiveTask | ChoiceTask) or task.scenario is None:
            continue
        scenario = task.scenario
        if scenario.id not in plays:
            if needs_offline(scenario) and not scenario.offline_only:
                about: dict[str, Param] = {"found": scenario.id}
                yield Problem("offline-only", f"{folder}/scenario.yaml", params=about)
            given = solutions if answers(scenario) else [_NO_ANSWER]
            plays[scenario.id] = [(_shown(one), play(scenario, one.text)) for one in given]
            for answer, played in plays[scenario.id]:
                yield from _played(scenario, answer, played, f"{folder}/scenario.yaml")
        if isinstance(task, ChoiceTask):
            for _, played in plays[scenario.id]:
                yield from _predicted(task, played, f"{folder}/lesson.yaml")


def _shown(answer: Example) -> str:
    return f"solutions/{answer.name}.yaml" if answer.name else "scenario.yaml"


def _played(scenario: Scenario, answer: str, played: Played, file: str) -> Iterator[Problem]:
    about: dict[str, Param] = {"answer": answer, "scenario": scenario.id}
    if played.refused:
        first = played.refused[0]
        raw = first.reason or first.code
        yield Problem("play-refused", file, params={**about, "object": first.object, "raw": raw})
        return
    if not played.settled:
        yield Problem("play-restless", file, params=about)
    for verdict in judge(scenario.expect, played.tape):
        if not verdict.state.good:
            broken = verdict.state is State.BROKEN
            code = "expectation-broken" if broken else "expectation-open"
            yield Problem(code, file, params={**about, **_reason(verdict)})
    before = judge(scenario.expect, Tape(played.tape.start))
    if before and all(verdict.state.good for verdict in before):
        yield Problem("expectation-early", file, params={"scenario": scenario.id})


def _reason(verdict: Verdict) -> dict[str, Param]:
    facts = [fact_words(seen.fact) for seen in verdict.facts]
    return {
        "found": verdict.id,
        "why": verdict.why.value,
        "fact": facts[-1] if facts else "",
        "first": facts[0] if facts else "",
        "object": verdict.object,
        "value": verdict.found,
        "needed": verdict.needed,
    }


def _predicted(task: ChoiceTask, played: Played, file: str) -> Iterator[Problem]:
    if played.refused:
        return
    found = compare(task.form, task.choices, task.means, task.answer, played.tape)
    if found.differs is not None:
        about: dict[str, Param] = {"task": task.id, "needed": found.given, "found": found.happened}
        yield Problem("prediction-differs", file, params=about)
