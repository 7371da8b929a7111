"""What is wrong with a lesson's files, as data. ``tutor.authoring.wording`` has the words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tutor.model.errors import ExitCode, TutorError
from tutor.model.findings import Param


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one place of a lesson's files.

    Attributes:
        code: What it is, stable (``field-missing``).
        file: The file, as ``lessons/ja/start/x.md`` or ``fixtures/start/x/lesson.yaml``.
        line: From 1; 0 for the file as a whole.
        column: From 1, in characters; 0 for the line as a whole.
        params: What the message names.
    """

    code: str
    file: str
    line: int = 0
    column: int = 0
    params: Mapping[str, Param] = field(default_factory=dict, hash=False)


def refuse(problems: Iterable[Problem]) -> None:
    """Raise the first problem, if there is one.

    Raises:
        TutorError: ``lesson-invalid`` with ``problem``, ``file``, ``line`` and the problem's own
            parameters.
    """
    for problem in problems:
        raise TutorError(
            "lesson-invalid",
            ExitCode.INPUT,
            **{
                **problem.params,
                "problem": problem.code,
                "file": problem.file,
                "line": problem.line,
            },
        )
