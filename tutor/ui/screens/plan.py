"""The plan: what applying would do, before anything is done."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll

from tutor.i18n.linebreak import cell_width
from tutor.i18n.text import printable
from tutor.i18n.translator import Translator
from tutor.model.applying import Fate, Plan
from tutor.ui import cluster_words, plan_words
from tutor.ui.commands import Command, Scope
from tutor.ui.explain_words import of_item
from tutor.ui.screens.base import TutorScreen, bindings
from tutor.ui.widgets.planview import PlanView
from tutor.ui.widgets.prose import Prose
from tutor.ui.widgets.push import Push

APPLY, FORCE = "apply", "force"


class PlanScreen(TutorScreen[str]):
    """Ends with :data:`APPLY`, :data:`FORCE` to take fields over from others, or None."""

    SCOPES = (Scope.PLAN,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.PLAN)
    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    PlanScreen {
        & #plan { padding: 1 2 0 2; }
        & PlanView { margin-top: 1; }
        & #warnings { margin-top: 1; }
        & Horizontal { height: auto; dock: bottom; padding: 0 2 1 2; margin-bottom: 1; }
    }
    """

    def __init__(self, plan: Plan, *, done: bool = False) -> None:
        """Show a plan.

        Args:
            plan: As the server says it.
            done: It is what was applied, not what would be.
        """
        super().__init__()
        self._plan = plan
        self._done = done

    def body(self) -> ComposeResult:
        """The plan in a sentence, object by object, and the buttons."""
        with VerticalScroll(id="plan", can_focus=False):
            yield Prose(id="summary")
            yield PlanView()
            yield Prose(id="warnings")
        with Horizontal():
            yield Push(id="apply")
            yield Push(id="back")

    async def begin(self) -> None:
        """What can be done next has the keyboard."""
        self.redraw()
        apply = self.query_one("#apply", Push)
        self.set_focus(apply if apply.display else self.query_one("#back"))

    def draw(self) -> None:
        """In the learner's language."""
        t, plan = self.t, self._plan
        here = cluster_words.where(plan.where, t)
        title = t("Applied") if self._done else t("The plan")
        self.title_is(title, here)
        said = [plan_words.summary(plan, t, done=self._done)]
        if cell_width(here) + cell_width(title) > self.size.width - 4:
            said.insert(0, f"`{here}`")
        if not self._done and (why := cluster_words.why_local(plan.where, t)):
            said.append(why.replace("`", "'"))
        if not self._done and plan.possible and not plan.changes_nothing:
            said.append(t("Nothing has been changed yet."))
        self.query_one("#summary", Prose).show("\n\n".join(said), t.language)
        self.query_one(PlanView).show(plan, t)
        warnings = self.query_one("#warnings", Prose)
        warnings.display = bool(plan.warnings)
        listed = "\n".join(f"- `{printable(one).replace('`', chr(39))}`" for one in plan.warnings)
        warnings.show(f"{t('The server warns:')}\n\n{listed}", t.language)
        apply = self.query_one("#apply", Push)
        apply.display = bool(self._answer)
        apply.label = t("Apply it") if self._answer == APPLY else t("Take the fields over")
        self.query_one("#back", Push).label = t("On") if self._done else t("Back")

    @property
    def _answer(self) -> str:
        """What going on would mean; empty where it cannot go on."""
        if self._done:
            return ""
        if self._plan.possible:
            return APPLY
        stopped = {item.fate for item in self._plan.items} & {
            Fate.REFUSED,
            Fate.BARRED,
            Fate.CONFLICT,
        }
        return FORCE if stopped == {Fate.CONFLICT} else ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """It is applied only where it can be."""
        return bool(self._answer) if action == "apply" else True

    def label(self, command: Command) -> str:
        """Taking over is not applying."""
        if command.id == "apply" and self._answer == FORCE:
            return self.t("Take over")
        return super().label(command)

    def action_apply(self) -> None:
        """Apply it."""
        if self._answer:
            self.dismiss(self._answer)

    def action_explain(self) -> None:
        """Explain the object under the cursor."""
        from tutor.ui.screens.explain import ExplainScreen

        cursor = self.query_one(PlanView).cursor
        if cursor:
            item = self._plan.items[int(cursor)]

            def page(t: Translator) -> tuple[str, str]:
                return of_item(item, t)

            self.app.push_screen(ExplainScreen(page))

    def on_rows_chosen(self) -> None:
        """Enter explains."""
        self.action_explain()

    def on_push_pressed(self, event: Push.Pressed) -> None:
        """Apply, or back."""
        self.dismiss(self._answer if event.push.id == "apply" else None)

    async def action_back(self) -> None:
        """Nothing is applied."""
        self.dismiss(None)
