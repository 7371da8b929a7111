"""What tests of rules share."""

from pathlib import Path

from tutor.manifest.reader import read
from tutor.model.findings import Finding
from tutor.rules import engine
from tutor.rules.objects import DEFAULT_VERSION

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "tutor" / "rules" / "examples"
VARIANTS = Path(__file__).parent / "variants"


def check_file(path: Path, old: Path | None = None, version: str = "") -> tuple[Finding, ...]:
    """All findings on a file, compared with an older version of it if there is one."""
    previous = None
    if old is not None and old.is_file():
        previous = read(old.read_text(encoding="utf-8")).documents
    return engine.check(
        [read(path.read_text(encoding="utf-8"))], previous=previous, version=version
    )


def rule_findings(text: str, version: str = DEFAULT_VERSION) -> tuple[Finding, ...]:
    """The catalogue's findings on a text."""
    return engine.evaluate(read(text).documents, version=version)


def found(text: str, version: str = DEFAULT_VERSION) -> list[str]:
    """Codes and variants found in a text: ``STS101``, ``STS102:address``."""
    return [name(f) for f in rule_findings(text, version)]


def changed(old: str, new: str, version: str = DEFAULT_VERSION) -> list[str]:
    """Codes and variants found when ``new`` is applied over ``old``."""
    findings = engine.evaluate_change(read(old).documents, read(new).documents, version=version)
    return [name(f) for f in findings]


def name(finding: Finding) -> str:
    """Code and variant of a finding."""
    return f"{finding.code}:{finding.variant}" if finding.variant else finding.code
