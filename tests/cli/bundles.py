"""An operator's bundle, as releases publish them: 60 documents, most of them nothing of ours."""

from collections.abc import Iterator
from itertools import count, islice

KINDS = ("Cluster", "Backup", "ScheduledBackup", "Pooler", "Publication", "Subscription")

CRD = """\
# Source: config/crd/bases/{plural}.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  annotations:
    controller-gen.kubebuilder.io/version: v0.16.5
  name: {plural}.db.example.com
spec:
  group: db.example.com
  names: {{kind: {kind}, listKind: {kind}List, plural: {plural}, singular: {singular}}}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {{status: {{}}}}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          apiVersion: {{type: string}}
          kind: {{type: string}}
          metadata: {{type: object}}
          spec:
            type: object
            required: [replicas]
            x-kubernetes-preserve-unknown-fields: true
            properties:
              replicas: {{type: integer, minimum: 1, default: 3}}
              volumeClaimTemplates: {{type: array, items: {{type: object}}}}
              storage:
                anyOf: [{{type: integer}}, {{type: string}}]
                pattern: ^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))$
                x-kubernetes-int-or-string: true
"""
CUSTOM = """\
apiVersion: db.example.com/v1
kind: {kind}
metadata: {{name: sample-{number}}}
spec:
  replicas: three
  replica: 3
  storage: 1GB
  volumeClaimTemplates: {{size: 1Gi}}
"""
ROLE = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {{name: db-{number}}}
rules:
- apiGroups: [apps]
  resources: [statefulsets, statefulsets/status]
  verbs: ["*"]
- nonResourceURLs: [/metrics]
  verbs: [get]
"""
BINDING = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {{name: db-{number}}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: db-{number}}}
subjects: [{{kind: ServiceAccount, name: db-operator, namespace: db-system}}]
"""
FIXED = (
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: db-system, labels: {control-plane: db}}\n",
    "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: db-operator, namespace: db-system}\n",
    """\
apiVersion: v1
kind: ConfigMap
metadata: {name: db-default, namespace: db-system}
data:
  queries: |
    backends:
      query: "SELECT 1"
---
apiVersion: v1
kind: Service
metadata: {name: db-webhook, namespace: db-system}
spec:
  ports: [{port: 443, targetPort: 9443}]
  selector: {app.kubernetes.io/name: db-operator}
""",
    """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: db-operator, namespace: db-system}
spec:
  replicas: 1
  selector: {matchLabels: {app.kubernetes.io/name: db-operator}}
  template:
    metadata: {labels: {app.kubernetes.io/name: db-operator}}
    spec:
      containers:
      - args: [controller, --leader-elect]
        command: [/manager]
        env:
        - name: OPERATOR_NAMESPACE
          valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
        image: registry.example/db-operator:1.25.0
        livenessProbe: {httpGet: {path: /readyz, port: 9443, scheme: HTTPS}}
        name: manager
        ports: [{containerPort: 9443, name: webhook-server, protocol: TCP}]
        resources: {limits: {cpu: 100m, memory: 200Mi}}
        securityContext:
          allowPrivilegeEscalation: false
          capabilities: {drop: [ALL]}
          seccompProfile: {type: RuntimeDefault}
        volumeMounts: [{mountPath: /run/secrets, name: certificates}]
      serviceAccountName: db-operator
      terminationGracePeriodSeconds: 10
      volumes:
      - name: certificates
        secret: {defaultMode: 420, optional: true, secretName: db-webhook}
""",
    """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: db-validating}
webhooks:
- admissionReviewVersions: [v1]
  clientConfig: {service: {name: db-webhook, namespace: db-system, path: /validate}}
  failurePolicy: Fail
  name: v.db.example.com
  rules:
  - {apiGroups: [db.example.com], apiVersions: [v1], operations: [CREATE], resources: [clusters]}
  sideEffects: None
""",
    """\
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: db, namespace: db-system}
spec: {selector: {matchLabels: {app: db}}, endpoints: [{port: metrics}]}
""",
    """\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: db-webhook, namespace: db-system}
spec: {dnsNames: [db-webhook.db-system.svc], secretName: db-webhook, issuerRef: {name: self}}
""",
    """\
apiVersion: apps.kruise.io/v1beta1
kind: StatefulSet
metadata: {name: sample}
spec: {reserveOrdinals: [1], scaleStrategy: {maxUnavailable: 1}}
""",
)


def operator_bundle(documents: int = 60) -> str:
    """The bundle, with so many documents that are not empty."""
    made = "---\n" + "---\n".join(islice(_documents(), documents))
    return made.replace("---\n", "---\n# a comment and nothing else\n---\n", 1)


def _documents() -> Iterator[str]:
    for part in FIXED:
        yield from part.split("---\n")
    for number in count():
        kind = f"{KINDS[number % len(KINDS)]}{number}"
        name = kind.lower()
        yield CRD.format(kind=kind, plural=f"{name}s", singular=name)
        yield CUSTOM.format(kind=kind, number=number)
        yield ROLE.format(number=number)
        yield BINDING.format(number=number)
