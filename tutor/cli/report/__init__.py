"""What a check found, and the forms it is told in: text, JSON, SARIF, annotations of GitHub."""

from collections.abc import Mapping
from typing import NamedTuple

from tutor.i18n.pages import message, page
from tutor.i18n.text import printable, without_marks
from tutor.manifest.documents import Document, Manifest
from tutor.model.findings import Finding, format_path

STDIN = "-"


class Checked(NamedTuple):
    """One file and what was found in it, what matters most first."""

    manifest: Manifest
    findings: tuple[Finding, ...]

    @property
    def name(self) -> str:
        """The name the user gave, ``-`` for standard input."""
        return self.manifest.file


class Report(NamedTuple):
    """A whole check.

    Attributes:
        files: In the order they were named.
        findings: Those of all files, what matters most first.
        language: What messages are written in.
        reasons: A lesson's words for its declared checks: id to why it is needed.
        unread: Names of files that could not be read.
    """

    files: tuple[Checked, ...]
    findings: tuple[Finding, ...]
    language: str
    reasons: Mapping[str, str]
    unread: tuple[str, ...] = ()

    def message(self, finding: Finding) -> str:
        """What a finding says, in one line that is safe to print; Markdown code spans in it."""
        try:
            said = message(finding, self.language)
        except KeyError:  # a page that is missing must not stop a check
            said = finding.code
        why = self.reasons.get(str(finding.params.get("check", "")), "")
        if why:
            said = f"{said}{'' if self.language == 'ja' else ' '}{why}"
        return printable(" ".join(said.split()))

    def title(self, code: str) -> str:
        """The title of a code's page, in plain text: neither GitHub nor SARIF reads marks here."""
        try:
            return without_marks(page(code, self.language).title)
        except KeyError:
            return code

    def document(self, finding: Finding) -> Document | None:
        """The object a finding is about, if it could be read."""
        for checked in self.files:
            if checked.name != finding.file:
                continue
            for document in checked.manifest.documents:
                prefix = format_path(document.prefix)
                if document.index == finding.document and finding.path.startswith(prefix):
                    return document
        return None


def lines_of(text: str) -> list[str]:
    """The lines of a file as findings count them: ended by LF, CR LF or CR, and nothing else."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def help_of(finding: Finding) -> str:
    """Where to read on."""
    return f"sts-tutor explain {finding.code}"
