"""A plan in words: what applying a manifest would do, or did, object by object."""

from collections.abc import Callable
from dataclasses import dataclass

from tutor.i18n.errors import MESSAGES, error_text
from tutor.i18n.pages import page
from tutor.i18n.text import printable, without_marks
from tutor.i18n.translator import N_, Translator
from tutor.model.applying import Fate, FieldChange, Item, Plan
from tutor.model.errors import TutorError

_FATES = {
    Fate.CREATE: N_("is created"),
    Fate.CHANGE: N_("changes"),
    Fate.SAME: N_("stays as it is"),
    Fate.REFUSED: N_("is refused"),
    Fate.BARRED: N_("is not let through"),
    Fate.CONFLICT: N_("belongs in part to others"),
}
MARKS = {
    Fate.CREATE: "+",
    Fate.CHANGE: "~",
    Fate.SAME: "=",
    Fate.REFUSED: "✗",
    Fate.BARRED: "✗",
    Fate.CONFLICT: "!",
}
STYLES = {
    Fate.CREATE: "good",
    Fate.CHANGE: "note",
    Fate.SAME: "quiet",
    Fate.REFUSED: "bad",
    Fate.BARRED: "bad",
    Fate.CONFLICT: "warn",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One object of a plan in words.

    Attributes:
        head: What becomes of which object.
        details: What changes, why not, who owns what; each a paragraph.
    """

    item: Item
    head: str
    details: tuple[str, ...]

    @property
    def mark(self) -> str:
        """A mark beside the words, so that nothing depends on colour."""
        return MARKS[self.item.fate]

    @property
    def style(self) -> str:
        """How it is set."""
        return STYLES[self.item.fate]


def tell(item: Item, t: Translator) -> Told:
    """One object: what becomes of it, and the details."""
    name = f"{printable(item.kind)} {printable(item.name)}"
    head = t(
        "{object} {fate} ({place})",
        object=name,
        fate=t(_FATES[item.fate]),
        place=t("line {line}", line=item.line),
    )
    details = [change(one, t) for one in item.changes]
    details += [
        t("{path} is owned by {owner}", path=printable(path), owner=printable(owner))
        for path, owner in item.owners
    ]
    if item.reason:
        details.append(t("The server says: {reason}", reason=printable(item.reason)))
    if item.forbidden:
        details.append(
            t(
                "No Pod of it will be created: this namespace enforces Pod Security, which "
                "forbids: {what}",
                what=printable(item.forbidden),
            )
        )
    meaning = explanation(item, t)
    if meaning:
        details.append(meaning)
    return Told(item, head, tuple(details))


def change(one: FieldChange, t: Translator) -> str:
    """One field that differs."""
    path, before, after = map(printable, (one.path, one.before, one.after))
    if not one.before:
        return t("{path}: {after} (new)", path=path, after=after)
    if not one.after:
        return t("{path}: {before} is removed", path=path, before=before)
    return f"{path}: {before} → {after}"


def explanation(item: Item, t: Translator) -> str:
    """What a code says, in one line; nothing where there is none."""
    if item.code in MESSAGES:
        return error_text(TutorError(item.code, **item.params), t)
    if not item.code:
        return ""
    try:
        title = page(item.code, t.language).title
    except KeyError:
        return ""
    return t("{code}: {text}", code=item.code, text=printable(without_marks(title)))


def summary(plan: Plan, t: Translator, *, done: bool) -> str:
    """The whole plan in one sentence."""
    counts = {fate: sum(item.fate is fate for item in plan.items) for fate in Fate}
    stopped = counts[Fate.REFUSED] + counts[Fate.BARRED] + counts[Fate.CONFLICT]
    if not plan.items:
        return t("There is nothing in this text to apply.")
    if stopped:
        return (
            t.n(
                "{count} object would not be taken, so nothing is applied.",
                "{count} objects would not be taken, so nothing is applied.",
                stopped,
            )
            if not done
            else t.n(
                "{count} object was not taken.",
                "{count} objects were not taken.",
                stopped,
            )
        )
    if plan.changes_nothing:
        return t("Everything is there already, just so: nothing changes.")
    said: dict[Fate, Callable[[int], str]] = {
        Fate.CREATE: lambda n: t.n("{count} to create", "{count} to create", n),
        Fate.CHANGE: lambda n: t.n("{count} to change", "{count} to change", n),
        Fate.SAME: lambda n: t.n("{count} unchanged", "{count} unchanged", n),
    }
    if done:
        said |= {
            Fate.CREATE: lambda n: t.n("{count} created", "{count} created", n),
            Fate.CHANGE: lambda n: t.n("{count} changed", "{count} changed", n),
        }
    return t(", ").join(say(counts[fate]) for fate, say in said.items() if counts[fate])
