from functools import partial

import pytest

from tests.rules.manifests import deployment, service, together, workload
from tests.work import growth, steps
from tutor.manifest.documents import Document
from tutor.manifest.reader import read
from tutor.model.findings import Finding, Severity, Span
from tutor.rules import engine
from tutor.rules.catalogue import Rule, rules


def documents(text: str) -> tuple[Document, ...]:
    return read(text).documents


def test_the_gravest_comes_first_then_the_place() -> None:
    text = together(
        service(spec="type: NodePort", ports="[{name: http, port: 80, targetPort: none}]"),
        workload(pod="hostname: x", image="nginx"),
    )
    found = engine.evaluate(documents(text))
    assert [f.code for f in found] == ["STS103", "STS119", "STS116", "STS410"]
    assert [f.severity.rank for f in found] == sorted(f.severity.rank for f in found)


def test_what_cannot_be_read_comes_before_what_is_wrong() -> None:
    text = together(
        service(spec="type: ExternalName\nexternalName: a.b"),
        workload(spec="serviceName: nginx\nreplica: 3"),
    )
    found = engine.check([read(text)])
    assert [f.code[:3] for f in found if f.severity is Severity.ERROR] == ["SCH", "STS"]


def test_a_rule_adds_nothing_where_the_schema_has_found_an_error() -> None:
    text = together(service(spec="clusterIP: [None]"), workload())
    assert "STS102" in {f.code for f in engine.evaluate(documents(text))}
    assert {f.code[:3] for f in engine.check([read(text)])} == {"SCH"}


def test_only_errors_silence_a_rule() -> None:
    (finding,) = engine.evaluate(documents(workload()))
    for severity, expected in ((Severity.ERROR, 0), (Severity.WARNING, 1)):
        known = Finding("SCH101", severity, 1, "spec.serviceName", Span(1, 1, 1, 2))
        assert len(engine.evaluate(documents(workload()), known=[known])) == expected
    elsewhere = Finding("SCH101", Severity.ERROR, 2, "spec.serviceName", finding.span)
    assert engine.evaluate(documents(workload()), known=[elsewhere]) == (finding,)


def test_a_consequence_is_not_told_beside_its_cause() -> None:
    text = workload(spec="serviceName: a.b")
    assert [f.code for f in engine.evaluate(documents(text))] == ["STS109"]
    assert [f.code for f in engine.evaluate(documents(text), version="1.32")] == ["STS101"]


def test_a_cause_in_one_item_of_a_list_does_not_silence_another() -> None:
    text = "apiVersion: v1\nkind: List\nitems:\n" + "".join(
        "- "
        + workload(name, spec=spec, selector=f"app: {name}", labels=f"app: {name}")
        .replace("\n", "\n  ")
        .rstrip(" ")
        for name, spec in (("a", "serviceName: x.y"), ("b", "serviceName: z"))
    )
    found = engine.evaluate(documents(text))
    assert [(f.code, f.path) for f in found] == [
        ("STS109", "items[0].spec.serviceName"),
        ("STS101", "items[1].spec.serviceName"),
    ]


@pytest.mark.parametrize(
    ("since", "until", "version", "expected"),
    [
        ("", "", "1.10", True),
        ("1.33", "", "1.32", False),
        ("1.33", "", "1.33", True),
        ("1.33", "", "v1.34.2", True),
        ("1.9", "", "1.10", True),
        ("", "1.32", "1.33", False),
        ("", "1.32", "1.32.9", True),
    ],
)
def test_versions(since: str, until: str, version: str, expected: bool) -> None:
    this = Rule(
        "STS999", Severity.ADVICE, "", (), since, until, ("",), (), False, lambda r, o: iter(())
    )
    assert engine.holds(this, version) is expected


@pytest.mark.parametrize("version", ["", "latest", "1.x", "one"])
def test_a_version_is_numbers(version: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        engine.evaluate([], version=version)


def test_checking_includes_syntax_and_schema() -> None:
    manifest = read("kind: StatefulSet\napiVersion: apps/v1\nmetadata: {name: [}\n")
    assert engine.check([manifest])[0].code.startswith("YAML")


def test_findings_do_not_depend_on_the_order_of_files() -> None:
    one, two = read(service(spec=""), "a.yaml"), read(workload(), "b.yaml")
    assert engine.check([one, two]) == engine.check([two, one])


def bundle(count: int) -> str:
    """Objects of many kinds with a slip here and there."""
    parts = []
    for n in range(count):
        labels = f"app: a{n}, part: shared"
        peers = f"env: [{{name: PEERS, value: 'a{n}-0.s{n}:80,a{n}-9.s{n}:80'}}]"
        parts += [
            service(f"s{n}", selector=labels, spec="clusterIP: None" if n % 7 else ""),
            workload(
                f"a{n}",
                spec=f"serviceName: {f's{n}' if n % 5 else f'x{n}'}\nreplicas: 3",
                selector=labels,
                labels=labels,
                container=peers,
            ),
            deployment(f"d{n}", labels=f"app: d{n}, part: shared"),
        ]
    return together(*parts)


def test_work_grows_with_the_size_and_no_faster() -> None:
    def work(count: int) -> int:
        read_in = documents(bundle(count))
        for document in read_in:
            document.data  # noqa: B018  (reading plain data is not the rules' work)
        return steps(partial(engine.evaluate, read_in))

    assert growth(work, 80) < 1.25


def test_rules_are_in_the_order_of_their_codes() -> None:
    codes = [r.code for r in rules()]
    assert codes == sorted(codes)
