"""What is said about a lesson or a quiz as it stands, on the screen and in lines."""

from tutor.i18n.text import sentences
from tutor.i18n.translator import N_, Translator
from tutor.model.course import HINTS, ChoiceTask, LiveTask, ReadTask, WriteTask
from tutor.model.findings import Finding
from tutor.model.progress import Status
from tutor.model.scenario import ANSWER, Apply
from tutor.session.api import Marked, Round, Run
from tutor.ui import words
from tutor.ui.commands import Scope, shown

SHOW_SOLUTION = (
    N_("Show a solution"),
    N_(
        "You may look at a solution at any time. This step is then marked **done with the "
        "solution**. Solve it once more from the beginning without looking, and the mark goes."
    ),
    N_("Show it"),
    N_("Not yet"),
)


def place(run: Run, t: Translator) -> str:
    """Where in the lesson one is, and how the step stands."""
    return t(
        "step {number} of {total}, {status}",
        number=run.position + 1,
        total=len(run.lesson.tasks),
        status=words.status(run.here.status, t),
    )


def text(run: Run, t: Translator) -> str:
    """Title and prose of the step, as Markdown."""
    said = run.words(t.language)
    if isinstance(run.task, WriteTask):  # the room beside an editor is scarce
        return said.prompt
    how_to = f"\n\n{how(run, t)}" if isinstance(run.task, ChoiceTask) else ""
    if isinstance(run.task, LiveTask):
        how_to = f"\n\n{expects(run, t)}"
    return f"# {said.title}\n\n{said.prompt}{how_to}"


def expects(run: Run, t: Translator) -> str:
    """What must come about in a cluster, and how to begin."""
    task, said = run.task, run.words(t.language)
    if not isinstance(task, LiveTask):
        return ""
    listed = "\n".join(f"- {said.expects.get(one.id, one.id)}" for one in task.scenario.expect)
    out = [f"## {t('What must come about')}", listed]
    if task.scenario.offline_only:
        out.append(t("This step needs the offline cluster."))
    if not run.manifest.own and any(
        isinstance(step, Apply) and step.file == ANSWER for step in task.scenario.steps
    ):
        out.append(t("Your own YAML does not pass yet, so a solution is applied in its place."))
    return "\n\n".join(out)


def plays(run: Run) -> bool:
    """Whether there is something to play in a cluster now."""
    task = run.task
    if isinstance(task, LiveTask):
        return True
    return isinstance(task, ChoiceTask) and task.scenario is not None and run.marked is not None


def act(run: Run, t: Translator) -> str:
    """The button, and the key, that does what the step is about."""
    if run.open_for_answer:
        return t("Answer")
    if isinstance(run.task, LiveTask):
        return t("Open the cluster")
    return t("Play it") if isinstance(run.task, ChoiceTask) else t("Go to the editor")


def how(run: Run, t: Translator) -> str:
    """How the question is answered."""
    task = run.task
    return words.how_to_answer(task.form, t) if isinstance(task, ChoiceTask) else ""


def verdict(run: Run, t: Translator) -> str:
    """What became of the answer, or of the text, in a line or two."""
    task = run.task
    if isinstance(task, ReadTask):
        return ""
    if isinstance(task, LiveTask):
        return _live_verdict(run, t)
    if not isinstance(task, ChoiceTask):
        return _write_verdict(run, t)
    if run.marked is None:
        return ""
    if run.marked.right:
        return t("**Right.** Your prediction holds.") if task.predict else t("**Right.**")
    if task.predict:
        said = t("**It goes differently.** Compare your prediction with what happens.")
    else:
        said = t("**Not yet.** Look at what you chose, and try again.")
    return sentences((said, words.tally(task, run.marked, t)), t.language)


def wrong(task: ChoiceTask, marked: Marked, t: Translator, *, bold: bool = False) -> str:
    """What is said over the explanations of a wrong answer."""
    head = t("**Not right.**") if bold else t("Not right.")
    return sentences((head, words.tally(task, marked, t), t("Here is why:")), t.language)


def _live_verdict(run: Run, t: Translator) -> str:
    match run.here.status:
        case Status.SOLVED:
            return t("**Done.** You saw it happen.")
        case Status.SOLVED_WITH_SOLUTION:
            return t("**Done, watched only.** Do it in a cluster once, and the mark goes.")
    return ""


def _write_verdict(run: Run, t: Translator) -> str:
    match run.here.status:
        case Status.SOLVED:
            return t("**Done.** Everything that this step needs is there.")
        case Status.SOLVED_WITH_SOLUTION:
            return t(
                "**Done with the solution.** Start over and solve it without looking, and the "
                "mark goes."
            )
        case _ if run.here.solution_shown:
            return t("The solution was shown; this step will be marked done with the solution.")
        case _:
            return ""


def after(run: Run, t: Translator) -> str:
    """Hints that are open, then the debrief once the step is done."""
    parts = [hints(run, t)]
    debrief = run.words(t.language).debrief
    if run.debrief_open and debrief:
        parts.insert(0, f"## {t('What to take with you')}\n\n{debrief}")
    return "\n\n".join(part for part in parts if part)


def hints(run: Run, t: Translator) -> str:
    """The hints that are open."""
    opened = run.words(t.language).hints[: run.here.hints]
    return "\n\n".join(
        f"## {t('Hint {number}/{total}', number=number, total=HINTS)}\n\n{hint}"
        for number, hint in enumerate(opened, 1)
    )


def onward(run: Run, t: Translator) -> str:
    """The button that goes on."""
    tasks = run.lesson.tasks
    if run.position + 1 == len(tasks):
        return t("Finish the lesson")
    following = run.lesson.words[t.language].tasks[tasks[run.position + 1].id]
    return t("Next: {title}", title=following.title)


def summary(
    run: Run,
    blocking: tuple[Finding, ...],
    others: tuple[Finding, ...],
    looked: bool,
    t: Translator,
) -> str:
    """The head of the list of findings."""
    if not looked:
        return t("Findings")
    counted = words.counted((*blocking, *others), t)
    if run.grade is None:
        if not blocking and not run.here.status.done:
            key = shown("check", Scope.LESSON)
            return t(
                "Nothing is missing: {key} checks it. {found}", key=key, found=counted
            ).rstrip()
        return t("Found: {found}", found=counted) if counted else t("Nothing found")
    if blocking:
        return t.n(
            "Not yet: {count} thing is still needed",
            "Not yet: {count} things are still needed",
            len(blocking),
        )
    return t("Checked: {found}", found=counted) if counted else t("Checked: nothing found")


def nothing_found(run: Run, looked: bool, t: Translator) -> str:
    """Said in the list of findings where there is none."""
    if not looked:
        return t("Looking at your text…")
    if run.here.status.done:
        return t("This step is done. {key} goes on.", key=shown("next", Scope.LESSON))
    return t(
        "Nothing is missing any more. {key} checks it and finishes this step.",
        key=shown("check", Scope.LESSON),
    )


def quiz_result(round_: Round, t: Translator) -> str:
    """The end of a round, as Markdown."""
    if not round_.asked:
        return t("There are no questions here yet.")
    out = [
        t.n(
            "# {score} of {count} right",
            "# {score} of {count} right",
            len(round_.asked),
            score=round_.score,
        )
    ]
    if round_.wrong:
        out.append(t("These come again sooner:"))
        out.append(
            "\n".join(
                "- "
                + t(
                    "{text} ({note})",
                    text=q.lesson.words[t.language].tasks[q.task.id].title,
                    note=q.lesson.titles[t.language].title,
                )
                for q in round_.wrong
            )
        )
    elif round_.score == len(round_.asked):
        out.append(t("All of them. They come again later."))
    return "\n\n".join(out)
