"""A quiz in lines."""

from collections.abc import Callable

from tutor.i18n.errors import error_text
from tutor.model.course import Topic
from tutor.model.errors import TutorError
from tutor.session.api import Asked, Quiz, Session
from tutor.ui import lesson_words, made_words
from tutor.ui.plain import questions
from tutor.ui.plain.talk import Said, Talk

_QUIZ = ("again", "home", "lang", "help", "quit")
Anywhere = Callable[[Said, tuple[str, ...]], bool]
"""Does what words do that work everywhere; False when the learner quits."""


def ask_questions(
    session: Session,
    talk: Talk,
    topic: Topic | None,
    count: int,
    anywhere: Anywhere,
    *,
    made: int = 0,
) -> bool:
    """Ask one round of questions.

    Args:
        session: Keeps the answers.
        talk: With the learner.
        topic: Ask of this part of the course alone.
        count: How many questions of lessons at most.
        anywhere: Does what words do that work everywhere.
        made: How many more are made up.

    Returns:
        False when the learner quits.
    """
    try:
        quiz = Quiz(session, topic, count, made=made)
    except TutorError as error:
        talk.say(error_text(error, talk.t))
        return True
    while (asked := quiz.round.current) is not None:
        _show(talk, quiz, asked)
        while quiz.round.marked is None:
            talk.gap()
            language = talk.language
            said = talk.ask(talk.t("Type the numbers of your answer, or a command (help)."))
            picked = questions.numbers(said, asked.choices)
            if picked is not None:
                _answer(talk, quiz, asked, picked)
            elif said.word == "home":
                return True
            elif said.word == "again":
                _show(talk, quiz, asked)
            elif not anywhere(said, _QUIZ):
                return False
            elif talk.language != language:
                _show(talk, quiz, asked)
        quiz.advance()
    talk.gap()
    talk.markdown(lesson_words.quiz_result(quiz.round, talk.t))
    return True


def _show(talk: Talk, quiz: Quiz, asked: Asked) -> None:
    t, question = talk.t, asked.question
    said = made_words.said(asked, t)
    talk.gap()
    talk.say(
        t("question {number} of {total}", number=quiz.round.at + 1, total=len(quiz.round.asked))
        + f": {said.title}"
    )
    talk.gap()
    talk.markdown(said.prompt)
    questions.show(talk, question.task, asked.choices, said.choices)


def _answer(talk: Talk, quiz: Quiz, asked: Asked, picked: tuple[str, ...]) -> None:
    t, question = talk.t, asked.question
    try:
        marked = quiz.answer(picked).marked
    except ValueError:
        talk.say(t("These numbers are no answer here."))
        return
    said = made_words.said(asked, t)
    talk.gap()
    if marked is not None:
        talk.say(t("Right.") if marked.right else lesson_words.wrong(question.task, marked, t))
        questions.explain(
            talk,
            asked.choices,
            said.choices,
            marked,
            said.explanations,
            form=question.task.form,
        )
