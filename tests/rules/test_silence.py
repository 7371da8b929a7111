"""Good manifests as people really write them: no errors, no warnings, little advice."""

import pytest

from tutor.manifest.reader import read
from tutor.model.findings import Finding, Severity
from tutor.rules import engine

ENSEMBLE = """
apiVersion: v1
kind: Service
metadata:
  name: zk-hs
  labels: {app: zk}
spec:
  ports:
  - {port: 2888, name: server}
  - {port: 3888, name: leader-election}
  clusterIP: None
  selector: {app: zk}
---
apiVersion: v1
kind: Service
metadata:
  name: zk-cs
  labels: {app: zk}
spec:
  ports: [{port: 2181, name: client}]
  selector: {app: zk}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: zk-pdb}
spec:
  selector: {matchLabels: {app: zk}}
  maxUnavailable: 1
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: zk}
spec:
  selector: {matchLabels: {app: zk}}
  serviceName: zk-hs
  replicas: 3
  updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 0}}
  podManagementPolicy: OrderedReady
  template:
    metadata: {labels: {app: zk}}
    spec:
      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
          - labelSelector: {matchExpressions: [{key: app, operator: In, values: [zk]}]}
            topologyKey: kubernetes.io/hostname
      containers:
      - name: kubernetes-zookeeper
        imagePullPolicy: Always
        image: registry.k8s.io/kubernetes-zookeeper:1.0-3.4.10
        resources: {requests: {memory: 1Gi, cpu: "0.5"}}
        ports:
        - {containerPort: 2181, name: client}
        - {containerPort: 2888, name: server}
        - {containerPort: 3888, name: leader-election}
        command: [sh, -c, "start-zookeeper --servers=3 --data_dir=/var/lib/zookeeper/data"]
        readinessProbe: {exec: {command: [sh, -c, zookeeper-ready 2181]}, timeoutSeconds: 5}
        volumeMounts: [{name: datadir, mountPath: /var/lib/zookeeper}]
      securityContext: {runAsUser: 1000, fsGroup: 1000}
  volumeClaimTemplates:
  - metadata: {name: datadir}
    spec:
      accessModes: [ReadWriteOnce]
      storageClassName: standard
      resources: {requests: {storage: 10Gi}}
"""

CHART = """
# Source: shop/templates/db.yaml
apiVersion: v1
kind: Service
metadata:
  name: release-db-headless
  namespace: shop
  labels:
    app.kubernetes.io/name: db
    app.kubernetes.io/instance: release
    app.kubernetes.io/managed-by: Helm
    helm.sh/chart: db-1.2.3
spec:
  type: ClusterIP
  clusterIP: None
  publishNotReadyAddresses: true
  ports: [{name: tcp-db, port: 5432, targetPort: tcp-db}]
  selector:
    app.kubernetes.io/name: db
    app.kubernetes.io/instance: release
    app.kubernetes.io/component: primary
---
apiVersion: v1
kind: Service
metadata: {name: release-db, namespace: shop}
spec:
  type: LoadBalancer
  ports: [{name: tcp-db, port: 5432, targetPort: tcp-db}]
  selector: {app.kubernetes.io/instance: release, app.kubernetes.io/component: primary}
---
apiVersion: v1
kind: Service
metadata: {name: release-db-0, namespace: shop}
spec:
  type: NodePort
  ports: [{name: tcp-db, port: 5432, targetPort: tcp-db}]
  selector: {statefulset.kubernetes.io/pod-name: release-db-0}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: release-db, namespace: shop}
spec:
  replicas: 2
  serviceName: release-db-headless
  selector:
    matchLabels:
      app.kubernetes.io/name: db
      app.kubernetes.io/instance: release
      app.kubernetes.io/component: primary
  template:
    metadata:
      labels:
        app.kubernetes.io/name: db
        app.kubernetes.io/instance: release
        app.kubernetes.io/component: primary
        helm.sh/chart: db-1.2.3
      annotations: {checksum/config: 0123abcd}
    spec:
      securityContext: {fsGroup: 1001}
      containers:
      - name: db
        image: docker.io/library/postgres:16.4
        env:
        - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
        - {name: MEMBERS, value: "release-db-0.release-db-headless.shop.svc.cluster.local:5432"}
        - {name: ADVERTISED_HOST, value: "$(POD_NAME).release-db-headless"}
        - {name: POSTGRES_LISTEN_ADDRESS, value: 10.0.0.4}
        - {name: PGDATA, value: /var/lib/postgresql/data/pgdata}
        envFrom: [{configMapRef: {name: release-db}}]
        ports: [{name: tcp-db, containerPort: 5432}]
        readinessProbe: {exec: {command: [pg_isready]}}
        volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec:
      accessModes: [ReadWriteOnce]
      storageClassName: standard
      resources: {requests: {storage: 8Gi}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: release-db, namespace: shop}
data: {setting: "1"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: release-web, namespace: shop}
spec:
  selector: {matchLabels: {app.kubernetes.io/name: web}}
  template:
    metadata: {labels: {app.kubernetes.io/name: web}}
    spec:
      containers:
      - name: web
        image: shop/web
        args: [--db=release-db-0.release-db-headless, --node=release-db-1]
"""

OPERATOR = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: databases.example.com}
spec:
  group: example.com
  names: {kind: Database, plural: databases}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              serviceName: {type: string}
              replicas: {type: integer, default: 0}
---
apiVersion: example.com/v1
kind: Database
metadata: {name: db}
spec: {serviceName: none, replicas: 2, clusterIP: none, volumeClaimTemplates: [{size: 1GB}]}
---
apiVersion: apps.kruise.io/v1beta1
kind: StatefulSet
metadata: {name: advanced}
spec: {serviceName: missing, replicas: -1}
---
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: hello}
spec: {template: {spec: {containers: [{image: hello}]}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: operator, labels: {app: operator}}
spec:
  replicas: 2
  selector: {matchLabels: {app: operator}}
  template:
    metadata: {labels: {app: operator}}
    spec:
      hostname: operator
      containers: [{name: manager, image: operator, args: [--leader-elect, --peer=10.1.2.3]}]
---
apiVersion: v1
kind: Service
metadata: {name: operator-webhook}
spec:
  ports: [{port: 443, targetPort: webhook}]
  selector: {app: operator}
---
apiVersion: v1
kind: Service
metadata: {name: operator-peers}
spec:
  clusterIP: None
  ports: [{port: 443}]
  selector: {app: somewhere-else}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: operator}
spec: {maxUnavailable: 0, selector: {matchLabels: {app: operator}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: operator}
spec: {maxReplicas: 4, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: operator}}
"""

PATCHES = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec: {replicas: 5}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  template:
    spec:
      containers: [{name: db, image: db, $patch: replace}]
---
$patch: delete
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: old}
spec: {serviceName: old}
---
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [base]
"""


def findings(text: str) -> list[Finding]:
    return list(engine.check([read(text)]))


@pytest.mark.parametrize("text", [ENSEMBLE, CHART, OPERATOR, PATCHES])
def test_good_manifests_get_no_error_and_no_warning(text: str) -> None:
    assert [f for f in findings(text) if f.severity is not Severity.ADVICE] == []


@pytest.mark.parametrize("text", [OPERATOR, PATCHES])
def test_what_is_no_matter_of_a_statefulset_gets_nothing(text: str) -> None:
    assert findings(text) == []


@pytest.mark.parametrize("text", [ENSEMBLE, CHART])
def test_advice_is_rare(text: str) -> None:
    assert [f.code for f in findings(text)] == []
