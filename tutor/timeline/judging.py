"""Whether what was expected came about, and whether a prediction was right: with the reason.

Everything is judged on a tape that began with the learner's turn, at any moment of it; so the same
functions serve while something goes on and when all is over.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest

from tutor.model.checks import Target
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
from tutor.model.timeline import Entry, What
from tutor.model.verdicts import Comparison, Sighting, State, Verdict, Why
from tutor.timeline.reading import uid
from tutor.timeline.tape import Tape
from tutor.timeline.values import holds, needed
from tutor.timeline.waiting import waits


def judge(
    expected: Iterable[Expectation], tape: Tape, now: float | None = None
) -> tuple[Verdict, ...]:
    """Where every expectation stands.

    Args:
        expected: What is expected.
        tape: What happened since the turn began.
        now: The time to reckon with; that of the last change by default.
    """
    return tuple(verdict(one, tape, now) for one in expected)


def verdict(expected: Expectation, tape: Tape, now: float | None = None) -> Verdict:
    """Where one expectation stands; see :func:`judge`."""
    own, condition = expected.id, expected.condition
    match condition:
        case Order(facts):
            return _order(own, facts, tape)
        case Happened(fact):
            return _order(own, [fact], tape)
        case Never(fact):
            return _never(own, fact, tape)
        case Again(target):
            return _again(own, target, tape)
        case Same(target):
            return _same(own, target, tape)
        case Finally():
            ok, found = holds(condition, tape.now)
            state = State.HOLDS if ok else State.OPEN
            about = name_of(condition.target)
            return Verdict(own, state, Why.VALUE, (), about, found, needed(condition))
        case Waits():
            return _waits(own, condition, tape, now)


def firsts(facts: Iterable[Fact], entries: Iterable[Entry]) -> list[int | None]:
    """The place of the first entry that tells of each fact; None where none does."""
    wanted = list(facts)
    found: list[int | None] = [None] * len(wanted)
    left = len(wanted)
    for place, entry in enumerate(entries):
        if not left:
            break
        for index, fact in enumerate(wanted):
            if found[index] is None and tells(entry, fact):
                found[index] = place
                left -= 1
    return found


def tells(entry: Entry, fact: Fact) -> bool:
    """Whether an entry tells of a fact."""
    return (
        entry.what is fact.what
        and entry.kind == fact.target.kind
        and fact.target.name in ("", entry.name)
        and fact.reason in ("", entry.params.get("reason"))
    )


def name_of(target: Target) -> str:
    """``Pod/web-0``, or ``Pod``."""
    return f"{target.kind}/{target.name}" if target.name else target.kind


def fact_words(fact: Fact) -> str:
    """A fact as ``scenario.yaml`` writes it."""
    return f"{name_of(fact.target)} {fact.what} {fact.reason}".rstrip()


def compare(
    form: Form,
    choices: Sequence[str],
    means: Mapping[str, Condition],
    given: Sequence[str],
    tape: Tape,
) -> Comparison:
    """A prediction beside what happened.

    Args:
        form: Of the question.
        choices: Its choices.
        means: What each says; a choice that says nothing of what can be seen is not compared.
        given: What the learner chose.
        tape: What happened, from the learner's turn to its end.
    """
    facts = {
        choice: condition.fact
        for choice in choices
        if isinstance(condition := means.get(choice), Happened)
    }
    places = firsts(facts.values(), tape.entries)
    came = {choice: at for choice, at in zip(facts, places, strict=True) if at is not None}
    if form is Form.ORDER:
        happened = sorted(came, key=lambda choice: came[choice])
        shown = list(given)
    else:
        happened = [one for one in choices if one in means and _holds(means[one], tape)]
        shown = [one for one in choices if one in means and one in given]
    pairs = enumerate(zip_longest(shown, happened))
    differs = next((place for place, (one, other) in pairs if one != other), None)
    entries = tuple((choice, tape.entries[at]) for choice, at in came.items())
    return Comparison(tuple(shown), tuple(happened), differs, entries)


def _holds(condition: Condition, tape: Tape) -> bool:
    return verdict(Expectation("", condition), tape).state.good


def _order(own: str, facts: Sequence[Fact], tape: Tape) -> Verdict:
    """Facts in their order: met, on the way, or one came before its time."""
    places = firsts(facts, tape.entries)
    seen = tuple(
        Sighting(fact, None if place is None else tape.entries[place])
        for fact, place in zip(facts, places, strict=True)
    )
    for later, place in enumerate(places):
        if place is None:
            continue
        for earlier, before in enumerate(places[:later]):
            if before is None or before > place:
                return Verdict(own, State.BROKEN, Why.TOO_EARLY, (seen[earlier], seen[later]))
    if None in places:
        return Verdict(own, State.OPEN, Why.TO_COME, seen[: places.index(None) + 1])
    return Verdict(own, State.MET, Why.CAME, seen)


def _never(own: str, fact: Fact, tape: Tape) -> Verdict:
    (place,) = firsts([fact], tape.entries)
    if place is None:
        return Verdict(own, State.HOLDS, Why.NOT_SEEN, (Sighting(fact, None),))
    return Verdict(own, State.BROKEN, Why.SEEN, (Sighting(fact, tape.entries[place]),))


def _lives(target: Target, tape: Tape) -> list[str]:
    """The uids that objects of a name had, from the beginning on, each once."""
    found = [uid(one) for one in tape.start.named(target.kind, target.name)]
    found += [
        entry.uid
        for entry in tape.entries
        if entry.what is What.CREATED and tells(entry, Fact(target, What.CREATED))
    ]
    return list(dict.fromkeys(found))


def _again(own: str, target: Target, tape: Tape) -> Verdict:
    lives, about = _lives(target, tape), name_of(target)
    if len(lives) > 1:
        return Verdict(own, State.MET, Why.AGAIN, (), about)
    return Verdict(own, State.OPEN, Why.NOT_AGAIN, (), about)


def _same(own: str, target: Target, tape: Tape) -> Verdict:
    lives, about = _lives(target, tape), name_of(target)
    there = {uid(one) for one in tape.now.named(target.kind, target.name)}
    if not lives:
        return Verdict(own, State.OPEN, Why.ABSENT, (), about)
    if lives[0] in there:
        return Verdict(own, State.HOLDS, Why.SAME, (), about)
    why = Why.ANOTHER if there else Why.GONE
    return Verdict(own, State.BROKEN, why, (), about)


def _waits(own: str, condition: Waits, tape: Tape, now: float | None) -> Verdict:
    about = f"Pod/{condition.pod}"
    reasons = [one.because for one in waits(tape.now, now) if one.pod == condition.pod]
    if condition.because in reasons:
        return Verdict(own, State.HOLDS, Why.WAITING, (), about, condition.because)
    found = reasons[0] if reasons else ""
    why = Why.WAITING if reasons else Why.NOT_WAITING
    return Verdict(own, State.OPEN, why, (), about, found, condition.because)
