import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rules.shared import EXAMPLES, VARIANTS, check_file
from tutor.i18n import pages
from tutor.model.course import LANGUAGES
from tutor.model.findings import Finding, Severity
from tutor.rules.catalogue import Rule, rule, rules

RULES = {r.code: r for r in rules()}

# Mistakes of people that no manifest shows, and what they are instead.
NOT_IN_A_MANIFEST = {
    "M08": "a negative answer kept by the cluster's DNS",
    "M11": "a broken Pod that waits for someone to delete it",
    "M14": "a wrong idea of what Parallel means for updates",
    "M15": "a wrong idea of the order in which deleted Pods come back",
    "M19": "the output of kubectl rollout status",
    "M20": "what happens at replicas 0 during a partitioned rollout",
    "M22": "the command that deletes the set",
    "M23": "a Pod that is not healthy",
    "M27": "a password inside an old volume",
    "M36": "where the scheduler puts Pods and volumes",
    "M41": "what someone deleted",
    "M42": "what someone deleted",
    "M46": "a lost node",
    "M47": "a lost node",
}


def variant_file(code: str, variant: str) -> Path:
    if variant == RULES[code].variants[0]:
        return EXAMPLES / f"{code}.wrong.yaml"
    return VARIANTS / f"{code}.{variant}.yaml"


def older(path: Path) -> Path:
    return path.with_name(path.name.replace(".wrong", "").replace(".yaml", ".old.yaml"))


def version_for(this: Rule, variant: str) -> str:
    """The default version, or one that the rule or its variant speaks of."""
    spoken = {("STS401", "history"): "1.32", ("STS205", "gated"): "1.37"}
    return spoken.get((this.code, variant), this.until)


def cases() -> Iterator[tuple[str, str]]:
    for code, this in RULES.items():
        for variant in this.variants:
            yield code, variant


def shown(code: str, variant: str) -> list[Finding]:
    path = variant_file(code, variant)
    findings = check_file(path, older(path), version_for(RULES[code], variant))
    return [f for f in findings if (f.code, f.variant) == (code, variant)]


def placeholders(template: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(template) if field is not None}


@pytest.mark.parametrize(("code", "variant"), list(cases()))
def test_every_variant_is_found_in_a_manifest(code: str, variant: str) -> None:
    findings = shown(code, variant)
    assert findings
    for finding in findings:
        assert finding.path, "a rule points at a place"
        assert finding.line >= 1


@pytest.mark.parametrize(("code", "variant"), list(cases()))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_variant_has_its_message(code: str, variant: str, language: str) -> None:
    template = pages.page(code, language).messages[variant]
    for finding in shown(code, variant):
        assert placeholders(template) <= finding.params.keys()
        text = pages.message(finding, language)
        assert text.count("`") % 2 == 0
        assert "``" not in text, "an empty parameter leaves an empty code span"
        assert len(text) < 400


@pytest.mark.parametrize("code", RULES)
def test_the_right_example_is_clean(code: str) -> None:
    path = EXAMPLES / f"{code}.right.yaml"
    old = EXAMPLES / f"{code}.old.yaml"
    findings = check_file(path, old)
    assert code not in {f.code for f in findings}
    assert [f for f in findings if f.severity is not Severity.ADVICE] == []


@pytest.mark.parametrize("code", RULES)
def test_a_rule_that_compares_has_an_older_version_and_no_other_has(code: str) -> None:
    assert (EXAMPLES / f"{code}.old.yaml").is_file() == RULES[code].compares


@pytest.mark.parametrize("code", RULES)
def test_pages_are_whole_and_agree(code: str) -> None:
    japanese, english = (pages.page(code, language) for language in ("ja", "en"))
    for page in (japanese, english):
        assert tuple(page.sections) == pages.SECTIONS
        assert all(page.sections.values())
        assert set(page.messages) == set(RULES[code].variants)
    assert japanese.title != english.title
    for variant, template in english.messages.items():
        assert placeholders(template) == placeholders(japanese.messages[variant]), variant


@pytest.mark.parametrize("code", RULES)
def test_japanese_pages_follow_the_style(code: str) -> None:
    page = pages.page(code, "ja")
    prose = "\n".join([page.title, *page.messages.values(), *page.sections.values()])
    prose = re.sub(r"```.*?```|`[^`]*`", "`x`", prose, flags=re.DOTALL)
    wrong = re.search(
        r"ポッド|ユーザ(?!ー)|クラスタ(?!ー)|サーバ(?!ー)|あなた|することができ|(?<!も)ので、"
        r"|[（）：；]|[ぁ-んァ-ヶ一-龠] [A-Za-z]|[A-Za-z] [ぁ-んァ-ヶ一-龠]",
        prose,
    )
    assert wrong is None, wrong


@pytest.mark.parametrize("code", RULES)
def test_a_rule_says_where_it_comes_from(code: str) -> None:
    this = RULES[code]
    assert re.fullmatch(r"STS[1-4]\d\d", code)
    assert len(this.source) > 10
    assert all(re.fullmatch(r"M(0[1-9]|[1-4]\d|5[0-6])", m) for m in this.mistakes)
    assert all(re.fullmatch(r"|1\.\d+", v) for v in (this.since, this.until))
    assert len(set(this.variants)) == len(this.variants) >= 1
    assert set(this.after) <= RULES.keys()
    assert code not in this.after


def test_every_mistake_a_manifest_shows_has_a_rule() -> None:
    known = {f"M{n:02}" for n in range(1, 57)}
    ruled = {m for this in RULES.values() for m in this.mistakes}
    assert ruled.isdisjoint(NOT_IN_A_MANIFEST)
    assert ruled | NOT_IN_A_MANIFEST.keys() == known


def test_no_page_and_no_example_without_a_rule() -> None:
    for language in LANGUAGES:
        assert {c for c in pages.codes(language) if c.startswith("STS")} == RULES.keys()
    names = [*EXAMPLES.glob("STS*.yaml"), *VARIANTS.glob("*.yaml")]
    expected = {EXAMPLES / f"{code}.right.yaml" for code in RULES}
    for code, variant in cases():
        expected |= {variant_file(code, variant), older(variant_file(code, variant))}
    assert set(names) <= expected


def test_a_code_is_given_once() -> None:
    code = next(iter(RULES))
    with pytest.raises(ValueError, match=code):
        rule(code, Severity.ADVICE, source="here")(lambda this, objects: iter(()))


def test_there_are_enough_rules() -> None:
    assert len(RULES) >= 50
