"""Findings with their words: what both the screens and the line mode say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tutor.i18n.pages import fill, message, page
from tutor.i18n.text import printable
from tutor.model.findings import Finding
from tutor.ui.markdown import inline, plain


@dataclass(frozen=True, slots=True)
class Told:
    """A finding with its words.

    Attributes:
        title: A few words.
        message: What was found, what is needed and why; Markdown.
        blocking: It keeps the step from being done.
    """

    finding: Finding
    title: str
    message: str
    blocking: bool


def tell(
    blocking: Sequence[Finding],
    others: Sequence[Finding],
    language: str,
    checks: Mapping[str, str] | None = None,
) -> tuple[Told, ...]:
    """Findings in words, the blocking ones first.

    Args:
        blocking: What keeps the step from being done.
        others: The rest.
        language: The language.
        checks: A lesson's own words for its declared checks: id to why it is needed.
    """
    return tuple(
        _one(finding, language, checks or {}, needed)
        for needed, findings in ((True, blocking), (False, others))
        for finding in findings
    )


def _one(finding: Finding, language: str, checks: Mapping[str, str], blocking: bool) -> Told:
    try:
        said = message(finding, language)
        title = plain(
            inline(fill(page(finding.code, language).title, finding.params, language), language)
        )
    except KeyError:  # a page that is missing or incomplete must not stop a learner
        said, title = f"`{finding.path}`" if finding.path else finding.code, finding.code
    why = checks.get(str(finding.params.get("check", "")), "")
    if why:
        said = f"{said}{'' if language == 'ja' else ' '}{why}"
    return Told(finding, printable(title), printable(said), blocking)
