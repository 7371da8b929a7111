"""What a stage opens: its beginning, plans, questions, explanations."""

from typing import TYPE_CHECKING

from textual.widget import Widget

from tutor.i18n.text import printable
from tutor.i18n.translator import N_, Translator
from tutor.model.applying import ClusterKind, Fate, Offer, Plan
from tutor.model.course import ChoiceTask, LiveTask
from tutor.model.scenario import ANSWER, Apply, Scenario, Step
from tutor.session.api import Run, Telling
from tutor.ui import cluster_words, plan_words, stage_words, verdict_words
from tutor.ui.explain_words import of_cell, of_entry
from tutor.ui.screens.choose import Choice, Choose, TypeName
from tutor.ui.stage import Part, Stage, other_steps
from tutor.ui.widgets.checklist import Checklist
from tutor.ui.widgets.clusterview import ClusterView
from tutor.ui.widgets.timelineview import TimelineView

if TYPE_CHECKING:
    from tutor.ui.screens.stage import StageScreen

TRYING = N_("Trying it out…")
LOOKING = N_("Looking for clusters…")
_WATCH = "watch instead"
"""Not a context: no name has a space."""


def stage_for(part: Part, run: Run) -> Stage:
    """What is put on show for the step one is at."""
    task = run.task
    played = task.scenario if isinstance(task, LiveTask | ChoiceTask) else None
    if part is Part.TRIAL or played is None:
        played = Scenario("", (), (), offline_only=False, expect=())
    return Stage(part, played, Telling(), answer=run.manifest.text)


# Clusters


def open_first(screen: "StageScreen") -> None:
    """Open the cluster that was named, that was used before, or the offline one."""
    from tutor.ui.screens.stage import OFFLINE

    tutor, clusters = screen.tutor, screen.outside.clusters
    context = screen.outside.context
    if tutor.offer is not None or not context or clusters is None:
        open_offer(screen, tutor.offer or OFFLINE)
        return
    screen.errands.run(
        LOOKING, lambda: clusters.named(context), lambda one: open_offer(screen, one)
    )
    screen.heed()


def open_offer(screen: "StageScreen", offer: Offer) -> None:
    """Open a cluster; one that is not local only after its name was typed."""
    if offer.local or offer.context in screen.tutor.typed:
        _open(screen, offer, offer.context if not offer.local else "")
        return

    def question(t: Translator) -> str:
        return t(
            "The context `{context}` is not taken for a cluster of this machine. The tutor would "
            "make a namespace of its own there and work in it alone. Type the context's name to go "
            "on.",
            context=printable(offer.context).replace("`", "'"),
        )

    def typed(name: str | None) -> None:
        if name is not None:
            screen.tutor.typed.add(name)
            _open(screen, offer, name)

    screen.app.push_screen(
        TypeName(lambda t: t("A cluster elsewhere"), question, offer.context), typed
    )


def _open(screen: "StageScreen", offer: Offer, typed: str) -> None:
    if screen.work is not None:
        screen.tutor.offer = offer
        screen.work.open(offer, typed)
        screen.heed()


def ask_cluster(screen: "StageScreen") -> None:
    """Choose another cluster."""
    clusters = screen.outside.clusters
    if clusters is None:
        return
    context = screen.outside.context

    def look() -> tuple[Offer, ...]:
        named = [clusters.named(context)] if context else []
        known = clusters.offered()
        return (*known, *(one for one in named if one not in known))

    screen.errands.run(LOOKING, look, lambda offers: _choose(screen, offers))
    screen.heed()


def _choose(screen: "StageScreen", offers: tuple[Offer, ...]) -> None:
    def choices(t: Translator) -> list[Choice]:
        out = [_offer(one, t) for one in offers]
        out.append(
            (
                _WATCH,
                t("none: only show me what would happen"),
                t("the step then counts as done with the solution"),
            )
        )
        return out

    def about(t: Translator) -> str:
        return t(
            "The tutor works in a namespace of its own and touches nothing else. Contexts that are "
            "not of this machine are offered only when `--context NAME` names one."
        )

    def chosen(context: str | None) -> None:
        if context == _WATCH:
            _watch_instead(screen)
        elif context is not None:
            open_offer(screen, next(one for one in offers if one.context == context))

    at = screen.stage.where.context if screen.stage.where is not None else ""
    screen.app.push_screen(Choose(lambda t: t("Clusters"), about, choices, at), chosen)


def _offer(one: Offer, t: Translator) -> Choice:
    kind = cluster_words.kind_of_cluster(one.kind, t)
    if one.kind is ClusterKind.OFFLINE:
        return one.context, kind, t("here, without a network; time can be held")
    note = cluster_words.offered(one, t)
    return one.context, printable(one.context), note


def _watch_instead(screen: "StageScreen") -> None:
    stage = screen.stage
    if screen.work is not None:
        screen.work.leave()
    if stage.part in (Part.APPLY, Part.OBSERVE):
        screen.session.watch_instead()
    scenario, answer, teller = stage.scenario, stage.answer, stage.teller
    screen.errands.run(TRYING, lambda: teller.play(scenario, answer), screen.tried)
    screen.heed()


# Plans


def show_plan(screen: "StageScreen", plan: Plan, place: int | None) -> None:
    """The plan; what is applied is applied from there."""
    from tutor.ui.screens.plan import FORCE, PlanScreen

    def answered(said: str | None) -> None:
        if said is not None and screen.work is not None:
            screen.work.apply(plan, place, force=said == FORCE)
            screen.heed()

    screen.app.push_screen(PlanScreen(plan), answered)


def show_applied(screen: "StageScreen", plan: Plan) -> None:
    """What was applied; the whole of it only where something was not taken."""
    bad = {Fate.REFUSED, Fate.BARRED, Fate.CONFLICT}
    if any(item.fate in bad for item in plan.items):
        from tutor.ui.screens.plan import PlanScreen

        screen.app.push_screen(PlanScreen(plan, done=True))
    else:
        screen.tutor.say(plan_words.summary(plan, screen.t, done=True))


# Other futures


def ask_what_if(screen: "StageScreen") -> None:
    """Choose what else could be done at the moment that is looked at."""
    stage, work = screen.stage, screen.work
    picture = stage.picture
    if work is None or picture is None or stage.story is None:
        return
    version = stage.past
    if version is None or stage.branch is not None:
        version = stage.branch.version if stage.branch is not None else stage.story.version
    at = version
    options = other_steps(stage, picture)

    def choices(t: Translator) -> list[Choice]:
        return [
            (
                str(n),
                stage_words.step(steps[0] if steps else None, screen.command_of(_first(steps)), t),
                t("apply the manifest of this step") if isinstance(_first(steps), Apply) else "",
            )
            for n, steps in enumerate(options)
        ]

    def about(t: Translator) -> str:
        return t(
            "What would come of it is played beside, in a copy of the cluster from this moment on. "
            "Nothing really changes."
        )

    def chosen(key: str | None) -> None:
        if key is not None:
            screen.show_pane("story")
            work.what_if(at, options[int(key)])
            screen.heed()

    screen.app.push_screen(Choose(lambda t: t("What if…"), about, choices), chosen)


def _first(steps: tuple[Step, ...]) -> Step | None:
    return steps[0] if steps else None


# Explanations


def explain(screen: "StageScreen", widget: Widget | None) -> bool:
    """Explain what is under the cursor of a list; whether there was anything."""
    from tutor.ui.screens.explain import ExplainScreen

    picture, decode = screen.stage.picture, screen.outside.decode
    match widget:
        case TimelineView() if (entry := widget.entry) is not None:
            told = entry
            screen.app.push_screen(ExplainScreen(lambda t: of_entry(told, decode, t)))
        case ClusterView() if widget.cursor and picture is not None:
            key, seen = widget.cursor, picture
            screen.app.push_screen(
                ExplainScreen(lambda t: of_cell(key, seen, decode, t) or ("", ""))
            )
        case Checklist() if widget.cursor:
            explain_expectation(screen, widget.cursor)
        case _:
            return False
    return True


def explain_expectation(screen: "StageScreen", key: str) -> None:
    """What an expectation says, how it stands, and why."""
    from tutor.ui.screens.explain import ExplainScreen

    what, _, id_ = key.partition("/")
    stage, run = screen.stage, screen.run_
    if what == "step":
        _explain_step(screen, int(id_))
        return
    verdict = next((one for one in stage.verdicts if one.id == id_), None)
    if verdict is None:
        return

    def page(t: Translator) -> tuple[str, str]:
        said = run.words(t.language)
        state = verdict_words.state(verdict.state, t)
        why = verdict_words.why(verdict, t).replace("`", "'")
        lines = [f"# {said.expects.get(id_, id_)}", f"- {state}"]
        lines += [f"- `{why}`"] if why else []
        return said.title, "\n".join([lines[0], "", *lines[1:]])

    screen.app.push_screen(ExplainScreen(page))


def _explain_step(screen: "StageScreen", place: int) -> None:
    """What a suggested step does: the manifest it applies, or its command."""
    from tutor.ui.screens.explain import ExplainScreen

    if place >= len(screen.stage.steps):
        return
    step = screen.stage.steps[place]
    command = screen.command_of(step)
    stage = screen.stage

    def page(t: Translator) -> tuple[str, str]:
        said = stage_words.step(step, command, t)
        out = [f"`{said.replace('`', chr(39))}`"]
        if isinstance(step, Apply):
            text = stage.answer if step.file == ANSWER else step.text
            out.append(f"```yaml\n{printable(text).strip(chr(10))}\n```")
        return t("Commands"), "\n\n".join(out)

    screen.app.push_screen(ExplainScreen(page))
