"""Feedback on an answer, read the right way round: what was missed, what was rightly left out."""

import pytest

from tutor.i18n.translator import Translator, translator
from tutor.model.course import ChoiceTask, Form
from tutor.quiz.marking import mark
from tutor.ui import lesson_words, words

EN, JA = translator("en"), translator("ja")


def task(form: Form, answer: tuple[str, ...]) -> ChoiceTask:
    return ChoiceTask("q", False, form, ("a", "b", "c", "d", "e"), answer)


@pytest.mark.parametrize(
    ("t", "hit", "wrong", "missed", "left"),
    [
        (EN, "correctly chosen", "chosen, but wrong", "missed: this is true", "correctly left out"),
        (JA, "選んで正解", "選んだが誤り", "選び忘れ: これも正しい", "選ばなくて正解"),
    ],
    ids=["en", "ja"],
)
def test_each_choice_of_many(t: Translator, hit: str, wrong: str, missed: str, left: str) -> None:
    marked = mark(task(Form.MANY, ("a", "b")), ("a", "c"))
    said = [words.verdict(value, 0, t) for _, value in marked.verdicts]
    assert said == [hit, missed, wrong, left, left]


def test_how_many_are_right_is_said_of_many_and_of_an_order_only() -> None:
    many, order = task(Form.MANY, ("a", "b")), task(Form.ORDER, ("a", "b", "c"))
    one = task(Form.ONE, ("a",))
    assert words.tally(many, mark(many, ("a", "c")), EN) == "3 of 5 choices are right."
    assert words.tally(order, mark(order, ("a", "c", "b")), EN) == "1 of 3 places are right."
    assert words.tally(one, mark(one, ("b",)), EN) == ""


def test_what_belongs_in_an_order_is_told_so() -> None:
    order = task(Form.ORDER, ("a", "b", "c"))
    marked = mark(order, ("a", "b", "d"))
    said = words.verdict(marked.verdict("c"), 0, EN, Form.ORDER)
    assert said == "missed: this belongs in the order"
    assert words.verdict(marked.verdict("b"), 2, EN, Form.ORDER) == "place 2 is right"


@pytest.mark.parametrize(
    ("t", "said"),
    [
        (EN, "Not right. 3 of 5 choices are right. Here is why:"),
        (JA, "不正解です。5個の選択肢のうち、3個が正しい解答です。理由は次のとおりです。"),
    ],
    ids=["en", "ja"],
)
def test_the_head_of_the_explanations(t: Translator, said: str) -> None:
    many = task(Form.MANY, ("a", "b"))
    assert lesson_words.wrong(many, mark(many, ("a", "c")), t) == said
