"""A question in lines: its choices by number, the answer by numbers."""

import re
from collections.abc import Mapping, Sequence

from tutor.model.course import ChoiceTask, Form
from tutor.session.api import Marked
from tutor.ui import words
from tutor.ui.layout import flow
from tutor.ui.markdown import inline, plain
from tutor.ui.plain.talk import Said, Talk


def show(talk: Talk, task: ChoiceTask, shown: Sequence[str], says: Mapping[str, str]) -> None:
    """The choices, numbered, and how to answer."""
    talk.gap()
    talk.listed((f"{n}.", _words(says[c], talk)) for n, c in enumerate(shown, 1))
    talk.gap()
    talk.say(words.how_to_answer(task.form, talk.t))


def numbers(said: Said, shown: Sequence[str]) -> tuple[str, ...] | None:
    """The choices a line of numbers names; None when it is no line of numbers."""
    if not re.fullmatch(r"[\d\s,.]+", said.line):
        return None
    picked = [int(digits) for digits in re.findall(r"\d+", said.line)]
    if not all(1 <= number <= len(shown) for number in picked):
        return ()
    return tuple(dict.fromkeys(shown[number - 1] for number in picked))


def explain(
    talk: Talk,
    shown: Sequence[str],
    says: Mapping[str, str],
    marked: Marked,
    why: Mapping[str, str],
    *,
    form: Form,
) -> None:
    """What the answer made of each choice that is explained now, in words."""
    for number, choice in enumerate(shown, 1):
        if choice not in why:
            continue
        given = marked.given
        place = given.index(choice) + 1 if form is Form.ORDER and choice in given else 0
        verdict = words.verdict(marked.verdict(choice), place, talk.t, form)
        text = talk.t("{choice}: {verdict}.", choice=_words(says[choice], talk), verdict=verdict)
        talk.listed([(f"{number}.", text)])
        talk.listed([("  ", _words(why[choice], talk))])


def _words(markdown: str, talk: Talk) -> str:
    runs = inline(markdown, talk.language)
    return " ".join(plain(line) for line in flow(runs, 10_000, ticks=True))
