"""What became of what a scenario expects, and of what a learner predicted, as data."""

import enum
from dataclasses import dataclass

from tutor.model.scenario import Fact
from tutor.model.timeline import Entry


class State(enum.StrEnum):
    """Where an expectation stands."""

    OPEN = "open"
    """It has not come about yet."""
    HOLDS = "holds"
    """It is so as things stand; it may still become otherwise."""
    MET = "met"
    """It has come about, for good."""
    BROKEN = "broken"
    """It can not come about any more."""

    @property
    def good(self) -> bool:
        """It is so now."""
        return self in {State.HOLDS, State.MET}


class Why(enum.StrEnum):
    """What an expectation's state rests on; ``facts``, ``found`` and ``needed`` name it."""

    CAME = "came"
    """All facts came, in the order asked for."""
    TO_COME = "to-come"
    """The last of ``facts`` has not come."""
    TOO_EARLY = "too-early"
    """Of the two ``facts`` the second came before the first."""
    NOT_SEEN = "not-seen"
    """What must not happen has not happened."""
    SEEN = "seen"
    """What must not happen has happened: ``facts``."""
    AGAIN = "again"
    """The object was gone and is there anew."""
    NOT_AGAIN = "not-again"
    """The object was not gone, or is not back."""
    SAME = "same"
    """The object is still the one it was."""
    ANOTHER = "another"
    """An object of that name is there, but another one."""
    GONE = "gone"
    """The object is gone."""
    ABSENT = "absent"
    """There is no such object yet."""
    VALUE = "value"
    """The object, or one of them, has the value ``found`` where ``needed`` is asked for."""
    WAITING = "waiting"
    """The Pod waits for ``found``."""
    NOT_WAITING = "not-waiting"
    """The Pod waits for nothing."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A fact, and the entry that told of it the first time; None while none has."""

    fact: Fact
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where one expectation stands.

    Attributes:
        id: Of the expectation.
        object: What it is about, ``Pod/web-0`` or ``Pod``; empty where the facts say it.
        found: What is there, as YAML on one line; empty for nothing.
        needed: What is asked for; empty where the expectation says it.
    """

    id: str
    state: State
    why: Why
    facts: tuple[Sighting, ...] = ()
    object: str = ""
    found: str = ""
    needed: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A prediction beside what was played.

    Attributes:
        given: What the learner chose; of an order, in the learner's order.
        happened: Of an order, the choices as they came, those that never came left out;
            otherwise the choices that hold, in the order they were given in the lesson.
        differs: The first place where the two differ, from 0; None where they agree.
        entries: Choice to the entry that told of it, for those that came.
    """

    given: tuple[str, ...]
    happened: tuple[str, ...]
    differs: int | None
    entries: tuple[tuple[str, Entry], ...] = ()
