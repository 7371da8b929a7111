"""The forms findings are written in, each against its own rules."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.cli.report import Checked, Report, github, sarif, text
from tutor.cli.report import json as as_json
from tutor.i18n.linebreak import cell_width
from tutor.i18n.translator import translator
from tutor.manifest.documents import Manifest
from tutor.manifest.reader import read
from tutor.model.findings import Finding, Severity, Span
from tutor.rules.engine import check

SET = """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  replica: 3
  serviceName: web
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
"""


def report(*texts: str, language: str = "en", names: tuple[str, ...] = ()) -> Report:
    names = names or tuple(f"file{i}.yaml" for i in range(len(texts)))
    manifests = [read(source, name) for source, name in zip(texts, names, strict=True)]
    found = check(manifests)
    files = tuple(Checked(m, tuple(f for f in found if f.file == m.file)) for m in manifests)
    return Report(files, found, language, {})


def made(source: str, span: Span, **params: str) -> Report:
    """A report of one finding at a place of a text."""
    finding = Finding("SCH101", Severity.ERROR, 1, "spec", span, {"found": "x", **params}, "", "f")
    return Report((Checked(Manifest(source, (), (), "f"), (finding,)),), (finding,), "en", {})


def excerpt(source: str, span: Span, width: int = 0, **params: str) -> tuple[str, str]:
    style = text.Style(width=width)
    lines = list(text.render(made(source, span, **params), translator("en"), style))
    at = next(i for i, line in enumerate(lines) if "^" in line)
    return lines[at - 1], lines[at]


# Text


@pytest.mark.parametrize(
    ("line", "column", "end", "shown", "caret"),
    [
        ("  replica: 3", 3, 10, "1 |   replica: 3", "  |   ^^^^^^^"),
        ("\treplica: 3", 2, 9, "1 | \treplica: 3", "  | \t^^^^^^^"),
        ("名前: あ", 5, 6, "1 | 名前: あ", "  |       ^^"),
        ("a:　b", 3, 4, "1 | a:　b", "  |   ^^"),
        ("a: b", 5, 5, "1 | a: b", "  |     ^"),
        ("a: b", 9, 12, "1 | a: b", "  |     ^"),
        ("a: \x07b", 5, 6, "1 | a: \\x07b", "  |        ^"),
        ("e\u0301: b", 5, 6, "1 | e\u0301: b", "  |    ^"),
    ],
)
def test_the_caret_stands_below_what_it_is_about(
    line: str, column: int, end: int, shown: str, caret: str
) -> None:
    assert excerpt(line, Span(1, column, 1, end)) == (shown, caret)


def test_the_gutter_grows_with_the_number() -> None:
    source = "\n" * 99 + "a: b"
    assert excerpt(source, Span(100, 1, 100, 2)) == ("100 | a: b", "    | ^")


def test_of_several_lines_the_first_is_shown() -> None:
    assert excerpt("a:\n  b\n", Span(1, 1, 2, 4)) == ("1 | a:", "  | ^^")


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
def test_any_line_ending(ending: str) -> None:
    source = f"a: b{ending}c: d{ending}"
    assert excerpt(source, Span(2, 4, 2, 5)) == ("2 | c: d", "  |    ^")


def test_a_line_separator_of_unicode_ends_no_line() -> None:
    shown, caret = excerpt("a\u2028b: c\nd: e\n", Span(2, 1, 2, 2))
    assert (shown, caret) == ("2 | d: e", "  | ^")


def test_a_hidden_value_is_not_shown() -> None:
    shown, caret = excerpt("password: hunter2", Span(1, 11, 1, 18), hidden="data")
    assert (shown, caret) == ("1 | password: …", "  |           ^")


def test_a_place_outside_the_text_has_no_excerpt() -> None:
    lines = list(text.render(made("a: b\n", Span(9, 1, 9, 2)), translator("en"), text.Style()))
    assert not any("^" in line for line in lines)


@given(
    st.text(st.characters(exclude_characters="\r\n"), max_size=300),
    st.integers(1, 300),
    st.integers(0, 300),
    st.sampled_from([0, 20, 40, 80]),
)
def test_any_line_keeps_its_caret_within(line: str, start: int, size: int, width: int) -> None:
    shown, caret = excerpt(line, Span(1, start, 1, start + size), width)
    assert caret.count("^") >= 1
    assert cell_width(shown.expandtabs()) >= 0
    if width and "\t" not in line and size <= 5 and start + size <= len(line) + 1:
        assert cell_width(shown) <= width
        assert cell_width(caret) <= width


def test_colours_only_when_welcome() -> None:
    painted = "\n".join(text.render(report(SET), translator("en"), text.Style(color=True)))
    assert "\x1b[31m" in painted
    assert "\x1b[" not in "\n".join(text.render(report(SET), translator("en"), text.Style()))


@pytest.mark.parametrize("width", [0, 40, 80])
def test_the_place_stands_out_however_narrow_it_is(width: int) -> None:
    style = text.Style(color=True, width=width)
    first = next(text.render(report(SET), translator("en"), style))
    assert first.startswith("\x1b[1mfile0.yaml:5:3\x1b[0m: \x1b[31merror SCH101\x1b[0m:")


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("width", [40, 80])
def test_a_terminal_is_not_overrun(language: str, width: int) -> None:
    style = text.Style(width=width)
    for line in text.render(report(SET, language=language), translator(language), style):
        assert cell_width(line) <= width
        assert not line.lstrip().startswith(("。", "、"))


def test_names_are_no_escape_sequences() -> None:
    found = report(SET, names=("a\x1b[31m.yaml",))
    assert "\x1b" not in "\n".join(text.render(found, translator("en"), text.Style()))


# JSON


def test_json_has_exactly_its_fields() -> None:
    found = json.loads("".join(as_json.render(report(SET, "kind: [\n"))))
    assert list(found) == ["version", "files"]
    assert found["version"] == 1
    fields = ["code", "severity", "message", "document", "path"]
    fields += ["line", "column", "endColumn", "help"]
    for file in found["files"]:
        assert list(file) == ["file", "findings"]
        assert file["findings"]
        for finding in file["findings"]:
            assert list(finding) == fields
            assert finding["severity"] in ("error", "warning", "advice")
            assert finding["document"] >= 1
            assert finding["line"] >= 1
            assert 1 <= finding["column"] <= finding["endColumn"]
            assert finding["help"] == f"sts-tutor explain {finding['code']}"
    assert found["files"][0]["findings"][0] == {
        "code": "SCH101",
        "severity": "error",
        "message": "Write `replicas` instead of `replica`. There is no field `replica`, so the API "
        "server refuses the object.",
        "document": 1,
        "path": "spec.replica",
        "line": 5,
        "column": 3,
        "endColumn": 10,
        "help": "sts-tutor explain SCH101",
    }


def test_columns_are_characters() -> None:
    source = SET.replace("  replica: 3", '  "レプリカ🙂": 3')
    (finding, *_) = json.loads("".join(as_json.render(report(source))))["files"][0]["findings"]
    assert (finding["column"], finding["endColumn"]) == (3, 10)


def test_ascii_only_says_the_same() -> None:
    found = report(SET, language="ja")
    plain, escaped = ("".join(as_json.render(found, ascii_only=only)) for only in (False, True))
    assert escaped.isascii()
    assert json.loads(plain) == json.loads(escaped)


# GitHub


def test_an_annotation() -> None:
    first, *_ = github.render(report(SET))
    assert first == (
        "::error file=file0.yaml,line=5,endLine=5,col=3,endColumn=10,"
        "title=SCH101 A field that does not exist here::spec.replica: Write `replicas` instead of "
        "`replica`. There is no field `replica`, so the API server refuses the object."
    )


def test_a_title_has_no_marks() -> None:
    assert Report((), (), "en", {}).title("STS107") == "clusterIP is not spelt None"
    assert Report((), (), "ja", {}).title("STS107").count("`") == 0


def test_levels() -> None:
    found = {line.partition(" ")[0] for line in github.render(report(SET))}
    assert found == {"::error", "::warning", "::notice"}
    advice = made("a", Span(1, 1, 1, 2)).findings[0]
    kind = Finding(advice.code, Severity.ADVICE, 1, "", advice.span, advice.params)
    (line,) = github.render(Report((), (kind,), "en", {}))
    assert line.startswith("::notice line=1,")


def test_escapes() -> None:
    name = "a,b:c%d.yaml"
    (first, *_) = github.render(report(SET, names=(name,)))
    assert first.startswith("::error file=a%2Cb%3Ac%25d.yaml,line=5")
    finding = made("a", Span(1, 1, 1, 2), found="50%").findings[0]
    (line,) = github.render(Report((), (finding,), "en", {}))
    assert "50%25" in line
    assert "\n" not in line


@given(st.text(max_size=20), st.text(max_size=20))
def test_an_annotation_is_one_line(name: str, found: str) -> None:
    finding = made("a", Span(1, 1, 1, 2), found=found).findings[0]
    named = Finding(
        finding.code, finding.severity, 1, "spec", finding.span, finding.params, file=name
    )
    (line,) = github.render(Report((), (named,), "en", {}))
    assert line.splitlines() == [line]
    properties = line.removeprefix("::error ").partition("::")[0]
    assert all("=" in part for part in properties.split(","))


# SARIF


@cache
def schema() -> Any:
    return json.loads((Path(__file__).parent / "schemas/sarif-2.1.0-rtm.5.json").read_text())


def log(found: Report) -> Any:
    whole = json.loads("".join(sarif.render(found)))
    jsonschema.Draft4Validator(schema()).validate(whole)
    return whole


@pytest.mark.parametrize("language", ["en", "ja"])
def test_sarif_is_valid(language: str) -> None:
    found = log(report(SET, "kind: [\n", "a: 1\n", language=language))
    (run,) = found["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["tool"]["driver"]["language"][:2] == language
    assert run["invocations"][0]["executionSuccessful"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted({rule["id"] for rule in rules})
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
    first = run["results"][0]
    assert (first["ruleId"], first["level"]) == ("YAML101", "error") or first["level"] == "error"


def test_a_place_in_sarif() -> None:
    results = log(report(SET))["runs"][0]["results"]
    (result,) = [r for r in results if r["ruleId"] == "SCH101"]
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "file0.yaml"},
        "region": {"startLine": 5, "startColumn": 3, "endLine": 5, "endColumn": 10},
    }
    assert location["logicalLocations"] == [
        {"fullyQualifiedName": "StatefulSet/web: spec.replica", "kind": "member"}
    ]
    rule = log(report(SET))["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert rule["shortDescription"]["text"] == "A field that does not exist here"
    assert rule["help"]["markdown"]


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("a/b.yaml", "a/b.yaml"),
        ("./b.yaml", "b.yaml"),
        ("日本 語.yaml", "%E6%97%A5%E6%9C%AC%20%E8%AA%9E.yaml"),
        ("/srv/b.yaml", "file:///srv/b.yaml"),
        ("-", "stdin"),
    ],
)
def test_names_in_sarif_are_uris(name: str, uri: str) -> None:
    run = log(report(SET, names=(name,)))["runs"][0]
    assert run["artifacts"] == [{"location": {"uri": uri}}]
    location = run["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"] == {"uri": uri}


def test_files_that_could_not_be_read_are_in_sarif() -> None:
    run = log(report(SET)._replace(unread=("gone.yaml",)))["runs"][0]
    assert not run["invocations"][0]["executionSuccessful"]


def test_an_empty_place_in_sarif_has_no_end() -> None:
    (result,) = log(made("a", Span(1, 2, 1, 2)))["runs"][0]["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 1, "startColumn": 2}
