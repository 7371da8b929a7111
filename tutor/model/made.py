"""Questions made up for a quiz, as data: a situation with numbers in it, and what it asks."""

import enum
from dataclasses import dataclass

from tutor.model.course import ChoiceTask


class Asks(enum.StrEnum):
    """What is asked of a situation."""

    GOING = "going"
    """In which order Pods go when the set is scaled down."""
    REPLACED = "replaced"
    """Which Pods an update with a partition replaces."""
    TURNS = "turns"
    """In which order an update replaces Pods."""
    STUCK = "stuck"
    """Which Pods run on when an update cannot pull its image."""
    LEFT = "left"
    """Which claims are left after scaling down."""
    NAMES = "names"
    """Which Pods there are when the ordinals begin elsewhere."""


@dataclass(frozen=True, slots=True)
class Situation:
    """A StatefulSet, and what is done to it.

    Attributes:
        replicas: Pods at the beginning.
        to: Pods it is scaled to; the same where it is not scaled.
        start: The first ordinal.
        partition: Of the update.
        deletes: ``whenScaled`` is Delete; else Retain.
    """

    asks: Asks
    replicas: int
    to: int
    start: int = 0
    partition: int = 0
    deletes: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """A question made up. Its answers are kept nowhere: it does not come again.

    Attributes:
        task: Choices and what is right. The choices are names: of Pods, or of claims.
    """

    situation: Situation
    task: ChoiceTask
