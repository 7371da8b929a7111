"""What became of expectations and predictions, judged on recordings of a real control plane."""

import pytest

from tests.timeline.recordings import changes, full
from tutor.model.checks import Operator, Target
from tutor.model.course import Form
from tutor.model.scenario import (
    Again,
    Condition,
    Expectation,
    Fact,
    Finally,
    Happened,
    Never,
    Order,
    Same,
    Waits,
)
from tutor.model.timeline import What
from tutor.model.verdicts import State, Verdict, Why
from tutor.timeline.judging import compare, fact_words, judge, verdict
from tutor.timeline.tape import Tape


def tape(recording: str, start: int = 0, end: int | None = None) -> Tape:
    """A recording; what came before ``start`` was there when the turn began."""
    heard = changes(full(recording))
    return Tape.starting(heard[:start]).after(heard[start:end])


def fact(text: str) -> Fact:
    about, what, *reason = text.split(" ")
    kind, _, name = about.partition("/")
    return Fact(Target(kind, name), What(what), " ".join(reason))


def order(*texts: str) -> Order:
    return Order(tuple(fact(text) for text in texts))


def judged(condition: Condition, on: Tape) -> Verdict:
    return verdict(Expectation("x", condition), on)


def turn(recording: str, about: str, what: What) -> int:
    """How many changes there were before the one that something was told of."""
    whole = tape(recording)
    version = next(
        e.version for e in whole.entries if f"{e.kind}/{e.name}" == about and e.what is what
    )
    return version - 1


def test_an_order_is_met_once_all_of_it_came() -> None:
    wanted = order("Pod/web-0 ready", "Pod/web-1 created", "Pod/web-1 ready")
    found = judged(wanted, tape("a01"))
    assert (found.state, found.why) == (State.MET, Why.CAME)
    assert [seen.entry.name for seen in found.facts if seen.entry] == ["web-0", "web-1", "web-1"]


def test_an_order_is_open_until_then_and_tells_what_is_still_to_come() -> None:
    wanted = order("Pod/web-0 ready", "Pod/web-1 created", "Pod/web-1 ready")
    found = judged(wanted, tape("a01", end=turn("a01", "Pod/web-1", What.READY)))
    assert (found.state, found.why) == (State.OPEN, Why.TO_COME)
    assert fact_words(found.facts[-1].fact) == "Pod/web-1 ready"
    assert judged(wanted, tape("a01", end=0)).state is State.OPEN


def test_an_order_the_other_way_round_is_broken_at_once() -> None:
    wanted = order("Pod/web-1 created", "Pod/web-0 ready")
    before = turn("a01", "Pod/web-1", What.CREATED)
    found = judged(wanted, tape("a01", end=before))
    assert (found.state, found.why) == (State.BROKEN, Why.TOO_EARLY)
    assert [fact_words(seen.fact) for seen in found.facts] == [
        "Pod/web-1 created",
        "Pod/web-0 ready",
    ]
    assert judged(wanted, tape("a01")).state is State.BROKEN


def test_only_what_came_since_the_turn_began_counts() -> None:
    wanted = Happened(fact("Pod/web-0 ready"))
    assert judged(wanted, tape("a13")).state is State.MET
    late = turn("a13", "Pod/web-1", What.TERMINATING)
    assert judged(wanted, tape("a13", start=late)).state is State.OPEN


def test_what_must_never_happen() -> None:
    wanted = Never(fact("Pod/web-1 created"))
    before = turn("a01", "Pod/web-1", What.CREATED)
    assert judged(wanted, tape("a01", end=before)).state is State.HOLDS
    found = judged(wanted, tape("a01"))
    assert (found.state, found.why) == (State.BROKEN, Why.SEEN)
    assert found.facts[0].entry is not None


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("Pod trouble", State.MET),
        ("Pod/web-2 trouble ImagePullBackOff", State.MET),
        ("Pod/web-2 trouble CrashLoopBackOff", State.OPEN),
        ("Pod/web-1 trouble", State.OPEN),
        ("StatefulSet/web said SuccessfulCreate", State.MET),
        ("StatefulSet/web said FailedCreate", State.OPEN),
        ("DNS/web-0.web resolves", State.MET),
    ],
)
def test_facts_are_as_narrow_as_they_are_written(text: str, state: State) -> None:
    assert judged(Happened(fact(text)), tape("b06")).state is state


def test_an_object_made_anew() -> None:
    late = turn("a13", "Pod/web-1", What.TERMINATING)
    one, other = Again(Target("Pod", "web-1")), Again(Target("Pod", "web-0"))
    assert judged(one, tape("a13", start=late)).state is State.MET
    assert judged(other, tape("a13", start=late)).state is State.OPEN
    gone = turn("a13", "Pod/web-1", What.GONE) + 1
    assert judged(one, tape("a13", start=late, end=gone)).why is Why.NOT_AGAIN


def test_an_object_that_stays_the_same() -> None:
    late = turn("a13", "Pod/web-1", What.TERMINATING)
    claim, pod = Target("PersistentVolumeClaim", "data-web-1"), Target("Pod", "web-1")
    assert judged(Same(claim), tape("a13", start=late)).why is Why.SAME
    found = judged(Same(pod), tape("a13", start=late))
    assert (found.state, found.why) == (State.BROKEN, Why.ANOTHER)
    gone = turn("a13", "Pod/web-1", What.GONE) + 1
    assert judged(Same(pod), tape("a13", start=late, end=gone)).why is Why.GONE
    assert judged(Same(Target("Pod", "web-9")), tape("a13")).why is Why.ABSENT


@pytest.mark.parametrize(
    ("condition", "good", "found"),
    [
        (Finally(Target("Pod"), "", Operator.COUNT, 3), True, "3"),
        (Finally(Target("Pod"), "", Operator.COUNT, 2), False, "3"),
        (Finally(Target("Pod", "web-1"), "", Operator.PRESENT, True), True, "1"),
        (Finally(Target("Pod", "web-9"), "", Operator.ABSENT, True), True, "0"),
        (Finally(Target("Pod"), "status.phase", Operator.EQUALS, "Running"), True, "Running"),
        (
            Finally(Target("Pod"), "metadata.name", Operator.EQUALS, "web-0"),
            False,
            "web-1",
        ),
        (
            Finally(Target("Pod"), "spec.containers[name=app].image", Operator.MATCHES, "^nginx"),
            True,
            "nginx:1.25",
        ),
        (Finally(Target("Pod"), "spec.containers[*].image", Operator.COUNT, 1), True, "1"),
        (
            Finally(
                Target("PersistentVolumeClaim"),
                "spec.resources.requests.storage",
                Operator.EQUALS,
                "1024Mi",
            ),
            True,
            "1Gi",
        ),
        (Finally(Target("Pod"), "spec.hostNetwork", Operator.ABSENT, True), True, ""),
        (Finally(Target("Node"), "spec.unschedulable", Operator.ABSENT, True), True, ""),
        (Finally(Target("Node"), "spec.podCIDR", Operator.EQUALS, "x"), False, ""),
        (Finally(Target("StatefulSet", "web"), "spec.replicas", Operator.IN, [1, 3]), True, "3"),
    ],
)
def test_what_holds_at_the_end(condition: Finally, good: bool, found: str) -> None:
    seen = judged(condition, tape("a01"))
    assert (seen.state.good, seen.found) == (good, found)
    assert seen.why is Why.VALUE


def test_what_a_pod_waits_for() -> None:
    stuck = tape("a03", end=turn("a03", "Pod/web-1", What.CHANGED))
    assert judged(Waits("web-2", "web-1"), stuck).state is State.HOLDS
    other = judged(Waits("web-2", "web-0"), stuck)
    assert (other.state, other.why, other.found) == (State.OPEN, Why.WAITING, "web-1")
    assert judged(Waits("web-0", "web-1"), tape("a01")).why is Why.NOT_WAITING


def test_verdicts_for_good_stay() -> None:
    """Once met or broken, an expectation is so at every later moment."""
    heard = changes(full("b01"))
    expected = [
        Expectation("order", order("Pod/web-2 terminating", "Pod/web-1 terminating")),
        Expectation("wrong", order("Pod/web-0 terminating", "Pod/web-1 terminating")),
        Expectation("again", Again(Target("Pod", "web-0"))),
        Expectation("never", Never(fact("StatefulSet/web rolled"))),
    ]
    on, last = Tape.starting(), dict.fromkeys((one.id for one in expected), State.OPEN)
    for change in heard:
        on = on.after([change])
        for seen in judge(expected, on):
            if last[seen.id] in {State.MET, State.BROKEN}:
                assert seen.state is last[seen.id]
            last[seen.id] = seen.state
    assert last == {
        "order": State.MET,
        "wrong": State.BROKEN,
        "again": State.MET,
        "never": State.BROKEN,
    }


MEANS: dict[str, Condition] = {
    "zero": Happened(fact("Pod/web-0 ready")),
    "one": Happened(fact("Pod/web-1 created")),
    "never": Happened(fact("Pod/web-7 created")),
}


def test_a_right_order() -> None:
    found = compare(Form.ORDER, ["one", "zero", "never"], MEANS, ["zero", "one"], tape("a01"))
    assert (found.happened, found.differs) == (("zero", "one"), None)
    assert [choice for choice, _ in found.entries] == ["one", "zero"]


@pytest.mark.parametrize(
    ("given", "differs"),
    [(["one", "zero"], 0), (["zero", "never"], 1), (["zero", "one", "never"], 2), (["zero"], 1)],
)
def test_the_first_difference_of_an_order(given: list[str], differs: int) -> None:
    found = compare(Form.ORDER, ["one", "zero", "never"], MEANS, given, tape("a01"))
    assert found.differs == differs


def test_choices_that_hold() -> None:
    means: dict[str, Condition] = {
        "three": Finally(Target("Pod"), "", Operator.COUNT, 3),
        "two": Finally(Target("Pod"), "", Operator.COUNT, 2),
        "named": Happened(fact("DNS/web-0.web resolves")),
    }
    choices = ["two", "named", "three"]
    right = compare(Form.MANY, choices, means, ["three", "named"], tape("a01"))
    assert (right.given, right.happened, right.differs) == (
        ("named", "three"),
        ("named", "three"),
        None,
    )
    wrong = compare(Form.ONE, choices, means, ["two"], tape("a01"))
    assert wrong.differs == 0
