"""What a lesson plays in a cluster: steps to take, and what must come of them.

The same scenario is played offline in the tests, in the learner's offline cluster, and in a real
one. It holds no words.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tutor.model.checks import Operator, Target
from tutor.model.timeline import What

ANSWER = "answer"
"""In place of a file: what the learner wrote in the lesson's write task."""


class Cascade(enum.StrEnum):
    """What becomes of the objects that a deleted one owns."""

    BACKGROUND = "background"
    FOREGROUND = "foreground"
    ORPHAN = "orphan"


@dataclass(frozen=True, slots=True)
class Apply:
    """Apply a manifest: :data:`ANSWER`, or the text of a file beside the scenario.

    Attributes:
        file: Its name, for display; ``answer`` for the learner's.
        text: Its content; empty for the learner's.
    """

    file: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """``kubectl scale``."""

    target: Target
    replicas: int


@dataclass(frozen=True, slots=True)
class Remove:
    """``kubectl delete``.

    Attributes:
        grace: Seconds; None for the object's own, 0 by force.
    """

    target: Target
    cascade: Cascade = Cascade.BACKGROUND
    grace: int | None = None


@dataclass(frozen=True, slots=True)
class Patch:
    """``kubectl patch --type merge``."""

    target: Target
    merge: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Image:
    """``kubectl set image``."""

    target: Target
    container: str
    image: str


@dataclass(frozen=True, slots=True)
class Restart:
    """``kubectl rollout restart``."""

    target: Target


@dataclass(frozen=True, slots=True)
class Undo:
    """``kubectl rollout undo``."""

    target: Target


@dataclass(frozen=True, slots=True)
class Mark:
    """``kubectl label`` or ``kubectl annotate``.

    Attributes:
        part: ``labels`` or ``annotations``.
        values: None removes a key.
    """

    target: Target
    part: str
    values: Mapping[str, str | None] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Node:
    """Stop or start the machine of a node; offline only.

    Attributes:
        holding: The Pod that runs on it when the step is taken.
    """

    holding: str
    down: bool


@dataclass(frozen=True, slots=True)
class Wait:
    """Let the cluster go on.

    Attributes:
        seconds: Of the cluster's time; None until nothing happens any more.
    """

    seconds: float | None = None


Step: TypeAlias = Apply | Scale | Remove | Patch | Image | Restart | Undo | Mark | Node | Wait


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that can happen: ``Pod/web-1 ready``, ``DNS/web-0.web resolves``.

    Attributes:
        reason: Narrower, for :attr:`What.TROUBLE` and :attr:`What.SAID`: ``ImagePullBackOff``.
    """

    target: Target
    what: What
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """Facts come in this order, each by its first time."""

    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Happened:
    """A fact comes about."""

    fact: Fact


@dataclass(frozen=True, slots=True)
class Never:
    """A fact does not come about."""

    fact: Fact


@dataclass(frozen=True, slots=True)
class Again:
    """An object is gone and made anew under the same name."""

    target: Target


@dataclass(frozen=True, slots=True)
class Same:
    """An object is the same before and after, by its uid."""

    target: Target


@dataclass(frozen=True, slots=True)
class Finally:
    """What holds of the objects at the end; as a declared check, without ``same-as``."""

    target: Target
    path: str
    operator: Operator
    value: object = None


@dataclass(frozen=True, slots=True)
class Waits:
    """At the end a Pod waits for something."""

    pod: str
    because: str


Condition: TypeAlias = Order | Happened | Never | Again | Same | Finally | Waits


@dataclass(frozen=True, slots=True)
class Expectation:
    """A condition with the id its words have in the lesson's Markdown."""

    id: str
    condition: Condition


@dataclass(frozen=True, slots=True)
class Scenario:
    """One thing to play.

    Attributes:
        start: Manifests applied, and settled, before the learner's turn.
        steps: The learner's turn, as the lesson suggests it.
        offline_only: It needs something that a real cluster offers no way to do.
        expect: What must come of it.
    """

    id: str
    start: tuple[Apply, ...]
    steps: tuple[Step, ...]
    offline_only: bool
    expect: tuple[Expectation, ...]
