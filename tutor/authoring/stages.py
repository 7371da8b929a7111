"""The order in which a lesson is made, and so in which its problems are told."""

import enum


class Stage(enum.IntEnum):
    """A stage of the work on a lesson."""

    TRUTH = 1
    """``lesson.yaml``, and the files beside it."""
    ANSWERS = 2
    """The starter, the solutions, the mistakes."""
    WORDS = 3
    """Every word in both languages."""
    STYLE = 4
    """How the words are written, and drawings."""
    PAIR = 5
    """Each language checked against the other."""


_STAGES: dict[Stage, tuple[str, ...]] = {
    Stage.TRUTH: (
        "id-not-folder",
        "topic-unknown",
        "task-kind",
        "task-needed",
        "quiz-many",
        "second-write",
        "file-missing",
        "mistake-undeclared",
        "one-operator",
        "order-taken",
        "requires-unknown",
        "requires-later",
        "rule-unknown",
        "scenario-unknown",
        "scenario-unplayed",
        "scenario-steps",
        "scenario-apply-first",
        "scenario-expect",
        "step-kind",
        "condition-kind",
        "answer-unwritten",
        "offline-only",
        "stray-file",
    ),
    Stage.ANSWERS: (
        "starter-passes",
        "solutions-few",
        "solution-fails",
        "solution-warns",
        "solutions-alike",
        "mistakes-few",
        "mistake-codes",
        "mistakes-alike",
        "check-untested",
        "removal-passes",
        "play-refused",
        "play-restless",
        "expectation-open",
        "expectation-broken",
        "expectation-early",
        "prediction-differs",
    ),
    Stage.WORDS: (
        "words-missing",
        "no-front-matter",
        "prose-without-section",
        "section-unknown",
        "section-empty",
        "section-missing",
    ),
    Stage.STYLE: (
        "style-control",
        "style-term",
        "style-leave-out",
        "style-width",
        "style-space",
        "style-parenthesis",
        "title-wide",
        "fence-language",
        "fence-broken",
        "block-wide",
        "drawing-character",
        "drawing-loose",
    ),
    Stage.PAIR: ("fences-differ", "placeholders-differ", "stale"),
}
_BY_CODE = {code: stage for stage, codes in _STAGES.items() for code in codes}


def stage_of(code: str, file: str) -> Stage:
    """The stage a problem belongs to; problems of reading belong to their file's."""
    return _BY_CODE.get(code, Stage.WORDS if file.endswith(".md") else Stage.TRUTH)
