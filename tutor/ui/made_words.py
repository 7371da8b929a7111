"""The words of questions in a quiz: those of a lesson, or sentences around made-up numbers."""

from collections.abc import Callable

from tutor.i18n.translator import N_, Translator
from tutor.model.course import TaskWords
from tutor.model.made import Asks, Made
from tutor.session.api import Asked

TITLES = {
    Asks.GOING: N_("Scaling down"),
    Asks.REPLACED: N_("An update with a partition"),
    Asks.TURNS: N_("A rolling update"),
    Asks.STUCK: N_("An update that sticks"),
    Asks.LEFT: N_("Claims after scaling down"),
    Asks.NAMES: N_("Ordinals that begin elsewhere"),
}
_PROMPTS = {
    Asks.GOING: N_(
        "The StatefulSet `web` runs {replicas} Pods, all Ready. It is scaled to {to}. In which "
        "order do Pods go?"
    ),
    Asks.REPLACED: N_(
        "The StatefulSet `web` runs {replicas} Pods. Its partition is {partition}, and the image "
        "of its template changes. Which Pods get the new image?"
    ),
    Asks.TURNS: N_(
        "The StatefulSet `web` runs {replicas} Pods, all Ready. Its partition is {partition}, and "
        "the image of its template changes. In which order are Pods replaced?"
    ),
    Asks.STUCK: N_(
        "The StatefulSet `web` runs {replicas} Pods, all Ready. Its partition is {partition}. The "
        "image of its template becomes one that does not exist. Which Pods go on running?"
    ),
    Asks.LEFT: N_(
        "The StatefulSet `web` runs {replicas} Pods, each with a claim from the template `data`. "
        "`whenScaled` is `{policy}`. It is scaled to {to}. Which claims are left?"
    ),
    Asks.NAMES: N_(
        "The StatefulSet `web` has `replicas: {replicas}` and `ordinals.start: {start}`. Which "
        "Pods does it make?"
    ),
}


def said(asked: Asked, t: Translator) -> TaskWords:
    """The words of the question that is asked."""
    question = asked.question
    return of(question, t) if isinstance(question, Made) else question.words(t.language)


def of(made: Made, t: Translator) -> TaskWords:
    """The words of a made-up question."""
    situation = made.situation
    policy = "Delete" if situation.deletes else "Retain"
    numbers = {
        "replicas": situation.replicas,
        "to": situation.to,
        "start": situation.start,
        "partition": situation.partition,
        "policy": policy,
    }
    explain = _EXPLAINED[situation.asks]
    return TaskWords(
        title=t(TITLES[situation.asks]),
        prompt=t(_PROMPTS[situation.asks], **numbers),
        choices={choice: choice for choice in made.task.choices},
        explanations={choice: explain(made, choice, t) for choice in made.task.choices},
        checks={},
        expects={},
        hints=(),
        debrief="",
    )


def _ordinal(choice: str) -> int:
    return int(choice.rpartition("-")[2])


def _going(made: Made, choice: str, t: Translator) -> str:
    before = made.task.answer.index(choice)
    if not before:
        return t("It has the highest ordinal: it goes first.")
    return t("It goes once `{other}` is gone.", other=made.task.answer[before - 1])


def _turn(made: Made, choice: str, t: Translator) -> str:
    before = made.task.answer.index(choice)
    if not before:
        return t("It has the highest ordinal: an update begins there.")
    return t("Its turn comes once `{other}` is Ready again.", other=made.task.answer[before - 1])


def _replaced(made: Made, choice: str, t: Translator) -> str:
    partition = made.situation.partition
    if choice in made.task.answer:
        return t("Its ordinal is not below the partition, {partition}.", partition=partition)
    return t("Its ordinal is below the partition, {partition}: it stays.", partition=partition)


def _stuck(made: Made, choice: str, t: Translator) -> str:
    situation = made.situation
    last = situation.replicas - 1
    if choice not in made.task.answer:
        return t("The update begins with it, and its new image cannot be pulled.")
    if _ordinal(choice) < situation.partition:
        return t("Its ordinal is below the partition: the update does not concern it.")
    return t("The update waits for `{other}` and does not touch it.", other=f"web-{last}")


def _left(made: Made, choice: str, t: Translator) -> str:
    if _ordinal(choice) < made.situation.to:
        return t("Its Pod runs on.")
    if made.situation.deletes:
        return t("Its Pod goes, and `whenScaled: Delete` lets the claim go with it.")
    return t("Its Pod goes; the claim, and what is stored in it, waits for the Pod's return.")


def _name(made: Made, choice: str, t: Translator) -> str:
    start = made.situation.start
    last = start + made.situation.replicas - 1
    return t("The ordinals run from {start} to {last}.", start=start, last=last)


_EXPLAINED: dict[Asks, Callable[[Made, str, Translator], str]] = {
    Asks.GOING: _going,
    Asks.REPLACED: _replaced,
    Asks.TURNS: _turn,
    Asks.STUCK: _stuck,
    Asks.LEFT: _left,
    Asks.NAMES: _name,
}
