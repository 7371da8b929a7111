import pytest

from tests.rules.manifests import deployment, service, together, workload
from tests.rules.shared import found, rule_findings


def with_env(name: str, value: str, **more: str) -> str:
    return workload(container=f"env: [{{name: {name}, value: '{value}'}}]", **more)


def names(text: str) -> list[str]:
    return [code for code in found(text) if code.startswith("STS113")]


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("PRIMARY_HOST", "web-0.nginx", []),
        ("PRIMARY_HOST", "web-0.nginx.default", []),
        ("PRIMARY_HOST", "web-0.nginx.default.svc.cluster.local", []),
        ("PRIMARY_HOST", "web-0.nginx.default.svc.cluster.local.", []),
        ("PRIMARY_URL", "http://web-2.nginx:8080/x", []),
        ("PRIMARY_HOST", "web-0", ["STS113:short"]),
        ("PEERS", "web-0,web-1", ["STS113:short"]),
        ("URL", "postgres://user@web-0/db", ["STS113:short"]),
        ("URL", "http://web-0:80", ["STS113:short"]),
        ("ANYTHING", "web-0:2379", ["STS113:short"]),
        ("PRIMARY_HOST", "web-0.web", ["STS113:service"]),
        ("URL", "http://web-0.web.default.svc", ["STS113:service"]),
        ("PRIMARY_HOST", "web-3.nginx", ["STS113:ordinal"]),
        ("PEERS", "web-1.nginx,web-2.nginx,web-3.nginx", ["STS113:ordinal"]),
        ("PRIMARY_HOST", "nginx.web-0", ["STS113:swapped"]),
        # Not host names, or not of this set.
        ("NODE_NAME", "web-0", []),
        ("INITIAL_CLUSTER", "web-0=http://web-0.nginx:2380", []),
        ("CONFIG", "/etc/web-0.conf", []),
        ("CONFIG", "web-0.yaml", []),
        ("SCRIPT", "[[ $HOSTNAME == web-0 ]]", []),
        ("PRIMARY_HOST", "web-0.example.com", []),
        ("PRIMARY_HOST", "web-0.nginx.example.com", []),
        ("PRIMARY_HOST", "other-0.nginx", []),
        ("PRIMARY_HOST", "my-web-0", []),
        ("PRIMARY_HOST", "web-0a", []),
        ("IMAGE", "registry/web-0:1.2", []),
        ("PRIMARY_HOST", "$(POD_NAME).nginx", []),
    ],
)
def test_names_of_pods(variable: str, value: str, expected: list[str]) -> None:
    assert names(together(service(), with_env(variable, value))) == expected


def test_arguments_and_commands_of_any_workload_are_read() -> None:
    for field in ("args", "command"):
        client = deployment(container=f"{field}: [sh, -c, 'psql -h x; curl http://web-9.nginx']")
        findings = rule_findings(together(service(), workload(), client))
        assert [(f.code, f.document) for f in findings] == [("STS113", 3)]
        assert findings[0].path == f"spec.template.spec.containers[0].{field}[2]"


def test_one_finding_for_one_kind_of_slip_in_one_value() -> None:
    value = "web-0.web:80,web-1.web:80,web-2.web:80"
    assert names(together(service(), with_env("PEERS", value))) == ["STS113:service"]


def test_the_whole_name_is_put_right() -> None:
    text = together(service(), with_env("URL", "http://web-0.web.default.svc.cluster.local"))
    (finding,) = rule_findings(text)
    assert finding.params["needed"] == "web-0.nginx.default.svc.cluster.local"


def test_a_service_of_the_pods_name_resolves() -> None:
    own = service("web-0", spec="", selector="statefulset.kubernetes.io/pod-name: web-0")
    assert names(together(service(), own, with_env("PRIMARY_HOST", "web-0"))) == []


def test_search_domains_and_host_aliases_make_short_names_work() -> None:
    for pod in (
        "dnsConfig: {searches: [nginx.default.svc.cluster.local]}",
        "hostAliases: [{ip: 10.0.0.1, hostnames: [web-0]}]",
    ):
        assert names(together(service(), with_env("PRIMARY_HOST", "web-0", pod=pod))) == []


def test_a_mistyped_service_name_is_the_cause_and_told_alone() -> None:
    text = together(
        service(),
        workload(
            spec="serviceName: ngnix\nreplicas: 3",
            container="env: [{name: PRIMARY_HOST, value: web-0.nginx}]",
        ),
    )
    assert found(text) == ["STS101:nearest"]


def test_across_namespaces_the_namespace_is_part_of_the_name() -> None:
    prod = together(service(namespace="prod"), workload(namespace="prod"))
    client = workload(
        "client",
        kind="Deployment",
        namespace="shop",
        spec="",
        selector="app: c",
        labels="app: c",
        container="args: [--host=web-0.nginx]",
    )
    assert found(together(prod, client)) == ["STS113:namespace"]
    assert found(together(prod, client.replace("web-0.nginx", "web-0.nginx.prod"))) == []


def test_no_ordinal_is_known_under_an_autoscaler_or_without_numbers() -> None:
    for count in ("replicas: three", "replicas: 0", "minReadySeconds: 0"):
        spec = f"serviceName: nginx\n{count}"
        text = together(
            service(),
            workload(spec=spec, container="env: [{name: X, value: 'http://web-7.nginx'}]"),
        )
        assert names(text) == []


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("SEED_NODES", "10.244.1.5", ["STS114"]),
        ("JOIN", "192.168.4.7:7000", ["STS114"]),
        ("PEERS", "web-0.nginx,172.17.0.4", ["STS114"]),
        ("DB_HOST", "10.1.2.3", []),
        ("CLUSTER_CIDR", "10.244.0.0/16", []),
        ("CLUSTER_CIDR", "10.244.0.0", []),
        ("CLUSTER_DNS", "10.96.0.10", []),
        ("PEERS", "203.0.113.7", []),
        ("PEERS", "10.999.0.1", []),
        ("CLUSTER_VERSION", "1.10.0.1.2", []),
        ("PEERS", "10.0.0.0/8", []),
        ("PEERS", "127.0.0.1", []),
    ],
)
def test_addresses_of_members(variable: str, value: str, expected: list[str]) -> None:
    text = together(service(), with_env(variable, value))
    assert [code for code in found(text) if code == "STS114"] == expected


def test_the_address_of_a_service_stays() -> None:
    fixed = service("fixed", spec="clusterIP: 10.96.0.20", selector="app: other")
    assert found(together(service(), fixed, with_env("PEERS", "10.96.0.20"))) == []


def test_peers_behind_a_probe() -> None:
    peers = "env: [{name: PEERS, value: 'web-0.nginx,web-1.nginx,web-2.nginx'}]"
    published = "clusterIP: None\npublishNotReadyAddresses: true"
    assert found(together(service(), workload(container=peers))) == ["STS115"]
    assert found(together(service(spec=published), workload(container=peers))) == []
    unprobed = workload(container=peers).replace(
        "        readinessProbe: {tcpSocket: {port: 80}}\n", ""
    )
    assert "STS115" not in found(together(service(), unprobed))
    one = "env: [{name: PRIMARY, value: web-0.nginx}]"
    assert found(together(service(), workload(container=one))) == []
