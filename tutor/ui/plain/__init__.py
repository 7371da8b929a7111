"""The line mode: the same lessons as lines and answers.

For screen readers, dumb terminals and pipes: no cursor control, no colours, nothing drawn twice.
Imports nothing of the terminal toolkit.
"""

from typing import TextIO

from tutor.i18n.errors import error_text
from tutor.model.errors import ExitCode
from tutor.ui.outside import Outside, Start
from tutor.ui.plain.home import Course
from tutor.ui.plain.talk import InputEnded, Talk


def run(
    outside: Outside,
    start: Start | None,
    source: TextIO,
    target: TextIO,
    *,
    width: int | None = None,
    fallback: str = "en",
) -> int:
    """Talk with the learner until they leave.

    Args:
        outside: What it works with; without a language the learner is asked for one.
        start: Where to begin.
        source: Where answers come from, usually standard input.
        target: Where lines go, usually standard output.
        width: Cells to write in; by default what the terminal has, as it changes.
        fallback: The language to speak where none is known.

    Returns:
        The exit code. The end of the input is a way to leave, not an error.
    """
    talk = Talk(
        source,
        target,
        outside.language or fallback,
        width=width,
        ascii_drawings=outside.borders == "ascii",
    )
    outside.bell.listen(lambda error: talk.say(error_text(error, talk.t)))
    try:
        Course(outside, talk).run(start or Start())
    except InputEnded:
        if outside.forgets is not None:
            talk.say(talk.t("The input has ended. Nothing was saved."))
        elif outside.keeps():
            talk.say(talk.t("The input has ended. Everything is kept."))
    except KeyboardInterrupt:
        talk.gap()
        if outside.forgets is not None:
            talk.say(talk.t("Stopped. Nothing was saved."))
        elif outside.keeps():
            talk.say(talk.t("Stopped. Everything is kept."))
        return ExitCode.INTERRUPTED
    finally:
        outside.bell.listen(None)
    return ExitCode.OK
