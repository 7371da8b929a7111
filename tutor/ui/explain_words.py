"""The page of a finding's code, as Markdown."""

from tutor.i18n.pages import SECTIONS, page
from tutor.i18n.translator import N_, Translator
from tutor.ui import words
from tutor.ui.outside import Examples
from tutor.ui.told import Told

_HEADS = {
    "What": N_("What it is"),
    "Why": N_("Why it matters"),
    "Fix": N_("What to do"),
    "Versions": N_("Kubernetes versions"),
}


def page_of(told: Told, examples: Examples, t: Translator) -> str:
    """The page as Markdown: the finding first, then what its code means."""
    finding = told.finding
    try:
        sections = page(finding.code, t.language).sections
    except KeyError:  # a page that is missing must not stop a learner
        sections = {}
    where = [words.severity(finding.severity, t), words.lines_of(finding, t)]
    where += [f"`{finding.path}`"] * bool(finding.path)
    out = [f"## {told.title}", t(", ").join(where), told.message]
    out += [f"### {t(_HEADS[name])}\n\n{sections[name]}" for name in SECTIONS if name in sections]
    pair = examples(finding.code)
    if pair is not None:
        wrong, right = (text.strip("\n") for text in pair)
        out.append(f"### {t('Like this it is wrong')}\n\n```yaml\n{wrong}\n```")
        out.append(f"### {t('Like this it is right')}\n\n```yaml\n{right}\n```")
    return "\n\n".join(out)
