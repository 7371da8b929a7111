"""What became of an expectation, and of a prediction, in words."""

from collections.abc import Callable, Iterator, Mapping

from tutor.i18n.text import printable
from tutor.i18n.translator import N_, Translator
from tutor.model.scenario import Fact
from tutor.model.timeline import Entry, What
from tutor.model.verdicts import Comparison, Sighting, State, Verdict, Why
from tutor.ui import happening_words

MARKS = {State.OPEN: "○", State.HOLDS: "✓", State.MET: "✓", State.BROKEN: "✗"}
STYLES = {State.OPEN: "quiet", State.HOLDS: "good", State.MET: "good", State.BROKEN: "bad"}
_STATES = {
    State.OPEN: N_("not yet"),
    State.HOLDS: N_("so it is now"),
    State.MET: N_("has come about"),
    State.BROKEN: N_("can no longer come about"),
}
_WHYS = {
    Why.AGAIN: N_("{object} was gone, and is there anew"),
    Why.NOT_AGAIN: N_("{object} has not been replaced yet"),
    Why.SAME: N_("{object} is still the one it was"),
    Why.ANOTHER: N_("{object} is another one than before"),
    Why.GONE: N_("{object} is gone"),
    Why.ABSENT: N_("{object} is not there yet"),
    Why.NOT_WAITING: N_("{object} waits for nothing"),
    Why.WAITING: N_("{object} waits for {found}"),
}


def state(value: State, t: Translator) -> str:
    """Where an expectation stands."""
    return t(_STATES[value])


def fact(one: Fact, t: Translator) -> str:
    """A fact as a sentence, as if it had happened."""
    params: dict[str, str | int] = {"reason": one.reason} if one.reason else {}
    what, target = one.what, one.target
    if what is What.SAID:
        subject = happening_words.subject(target.kind, target.name, t)
        return t("{subject}: Event {reason}", subject=subject, reason=printable(one.reason))
    return happening_words.sentence(
        Entry(0.0, 0, what, target.kind, target.name or "…", "", params), t
    )


def why(verdict: Verdict, t: Translator) -> str:
    """What an expectation's state rests on, in one sentence without its full stop."""
    facts = verdict.facts
    match verdict.why:
        case Why.CAME:
            return t(" → ").join(_seen(one, t) for one in facts)
        case Why.TO_COME:
            return t("still to come: {fact}", fact=_seen(facts[-1], t)) if facts else ""
        case Why.TOO_EARLY if len(facts) > 1:
            return t(
                "it came the other way round: {second}, and only then {first}",
                first=_seen(facts[-2], t),
                second=_seen(facts[-1], t),
            )
        case Why.NOT_SEEN:
            return t("has not happened")
        case Why.SEEN:
            return t("has happened: {fact}", fact=_seen(facts[0], t)) if facts else ""
        case Why.VALUE:
            return _value(verdict, t)
    template = _WHYS.get(verdict.why)
    if template is None:
        return ""
    return t(template, object=_object(verdict.object, t), found=printable(verdict.found))


def _value(verdict: Verdict, t: Translator) -> str:
    about, found, needed = _object(verdict.object, t), verdict.found, verdict.needed
    if not found:
        return t("{object}: there is nothing; {needed} is asked for", object=about, needed=needed)
    if verdict.state.good or not needed:
        return t("{object}: {found}", object=about, found=printable(found))
    return t(
        "{object}: {found}; {needed} is asked for",
        object=about,
        found=printable(found),
        needed=printable(needed),
    )


def _object(written: str, t: Translator) -> str:
    kind, slash, name = written.partition("/")
    return happening_words.subject(kind, name, t) if slash else printable(kind)


def _seen(one: Sighting, t: Translator) -> str:
    return happening_words.sentence(one.entry, t) if one.entry else fact(one.fact, t)


def compared(
    comparison: Comparison, says: Mapping[str, str], begin: float, t: Translator, *, order: bool
) -> list[str]:
    """A prediction beside what was played: paragraphs of Markdown.

    Args:
        comparison: The two.
        says: Choice to its words, plain.
        begin: The time that counts as zero.
        t: The language.
        order: An order was asked for.
    """
    if comparison.differs is None:
        out = [t("**It went as you predicted.**")]
    else:
        out = [t("**It went otherwise than you predicted.**")]
        tell = _out_of_order if order else _untrue
        out += tell(comparison, lambda choice: says.get(choice, choice), t)
    came = [
        t(
            "{time} {choice}",
            time=f"`{happening_words.moment(entry.at - begin)}`",
            choice=says.get(choice, choice),
        )
        for choice, entry in comparison.entries
    ]
    if came:
        out.append("\n".join(f"- {line}" for line in came))
    return out


def _out_of_order(
    comparison: Comparison, says: Callable[[str], str], t: Translator
) -> Iterator[str]:
    """The first difference."""
    at, given, happened = comparison.differs or 0, comparison.given, comparison.happened
    if at < len(given) and at < len(happened):
        yield t(
            "The first difference is at place {place}: you said “{given}”, "
            "and it was “{happened}”.",
            place=at + 1,
            given=says(given[at]),
            happened=says(happened[at]),
        )
    elif at < len(given):
        yield t("You said “{given}”, and that did not happen.", given=says(given[at]))
    elif at < len(happened):
        yield t("“{happened}” happened as well.", happened=says(happened[at]))


def _untrue(comparison: Comparison, says: Callable[[str], str], t: Translator) -> Iterator[str]:
    """What was said and is not so, and what is so and was not said."""
    for choice in comparison.given:
        if choice not in comparison.happened:
            yield t("Wrong: “{given}”.", given=says(choice))
    for choice in comparison.happened:
        if choice not in comparison.given:
            yield t("Also right, and not chosen: “{happened}”.", happened=says(choice))
