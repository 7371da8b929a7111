"""What the API server refuses of a StatefulSet and of a claim."""

from tutor.decoder.message import Message, Speaker, message

_API_APPS = "pkg/apis/apps/validation/validation.go"
_API_CORE = "pkg/apis/core/validation/validation.go"

STATEFULSET: tuple[Message, ...] = (
    message(
        "MSG101",
        Speaker.API,
        r"updates to statefulset spec for fields other than (?P<fields>.{1,300}?)"
        r" (?:are|is) forbidden",
        "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', "
        "'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', "
        "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
        _API_APPS,
        "STS401",
        "STS402",
        until="1.36",
    ),
    message(
        "MSG114",
        Speaker.API,
        # The selector is fixed of other kinds, too; the other fields are a StatefulSet's alone.
        r"(?:(?<![\w.])(?P<field>spec\.(?:serviceName|volumeClaimTemplates|podManagementPolicy))"
        r'|statefulsets?(?:\.apps)? "[^"]{1,253}+" (?:is invalid|was not valid):'
        r"(?:(?!is invalid|was not valid).){0,400}?(?P<field_2>spec\.selector))"
        r": (?:(?:Invalid value|Forbidden): "
        r"(?:(?!is invalid|was not valid|: Invalid value).){0,1500}?)?"
        r"(?<=: )field is immutable",
        'The StatefulSet "web" is invalid: spec.serviceName: Invalid value: "other": field is '
        "immutable",
        _API_APPS,
        "STS401",
        "STS402",
        since="1.37",
    ),
    message(
        "MSG102",
        Speaker.API,
        r"`?selector`? does not match template `?labels`?",
        'spec.template.metadata.labels: Invalid value: {"app":"other"}: '
        "`selector` does not match template `labels`",
        _API_APPS,
        "STS201",
    ),
    message(
        "MSG103",
        Speaker.API,
        r"spec\.selector: Required value|empty selector is invalid for (?:statefulset|deployment)",
        "spec.selector: Invalid value: {}: empty selector is invalid for statefulset",
        _API_APPS,
        "STS202",
    ),
    message(
        "MSG104",
        Speaker.API,
        r'podManagementPolicy: Invalid value: "?(?P<found>[^":]{0,80})"?: must be'
        r'|podManagementPolicy: Unsupported value: "(?P<found_2>[^"]{0,80})"',
        "spec.podManagementPolicy: Invalid value: \"Random\": must be 'OrderedReady' or 'Parallel'",
        _API_APPS,
        "STS204",
    ),
    message(
        "MSG105",
        Speaker.API,
        r"updateStrategy: Invalid value: .{0,200}?must be 'RollingUpdate'",
        'spec.updateStrategy: Invalid value: {"Type":"Recreate","RollingUpdate":null}: must be '
        "'RollingUpdate' or 'OnDelete'",
        _API_APPS,
        "STS205",
    ),
    message(
        "MSG106",
        Speaker.API,
        r"only allowed for updateStrategy 'RollingUpdate'",
        'spec.updateStrategy.rollingUpdate: Invalid value: {"Partition":1,"MaxUnavailable":null}: '
        "only allowed for updateStrategy 'RollingUpdate'",
        _API_APPS,
        "STS206",
    ),
    message(
        "MSG107",
        Speaker.API,
        r'restartPolicy: Unsupported value: "(?P<found>[^"]{0,80})"',
        'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
        _API_APPS,
        "STS215",
    ),
    message(
        "MSG108",
        Speaker.API,
        r"activeDeadlineSeconds in \w+ is not Supported",
        "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in "
        "StatefulSet is not Supported",
        _API_APPS,
        "STS216",
    ),
    message(
        "MSG109",
        Speaker.API,
        r'maxUnavailable: Invalid value: "?(?P<found>[^": ]{1,40})"?: '
        r"(?:cannot be 0|must not be greater than 100%|must be greater than|a valid percent)",
        "spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: 0: cannot be 0",
        _API_APPS,
        "STS209",
    ),
    message(
        "MSG110",
        Speaker.API,
        r'metadata\.name: Invalid value: "(?P<found>[^"]*)": '
        r"(?:must not contain dots|a (?:lowercase )?(?:DNS|RFC)|must be no more than \d+)",
        'StatefulSet.apps "web.one" is invalid: metadata.name: Invalid value: "web.one": must '
        "not contain dots",
        _API_APPS,
        "STS111",
    ),
    message(
        "MSG111",
        Speaker.API,
        r'spec\.serviceName: Invalid value: "(?P<found>[^"]*)"(?!: field is immutable)',
        'spec.serviceName: Invalid value: "Web_X": a lowercase RFC 1123 label must consist of '
        "lower case alphanumeric characters or '-'",
        _API_APPS,
        "STS109",
        since="1.33",
    ),
    message(
        "MSG112",
        Speaker.STATEFULSET,
        r'metadata\.labels: Invalid value: "(?P<found>[^"]*)": must be no more than 63'
        r" (?:characters|bytes)",
        'create Pod mysql-0 in StatefulSet mysql failed error: Pod "mysql-0" is invalid: '
        'metadata.labels: Invalid value: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
        '-5d9f6c7b8d": must be no more than 63 bytes',
        "pkg/controller/history/controller_history.go",
        "STS112",
    ),
    message(
        "MSG113",
        Speaker.KUBECTL,
        r'missing required field "serviceName"|missing propert(?:y|ies):? [\'"]?serviceName',
        "error validating data: ValidationError(StatefulSet.spec): missing required field "
        '"serviceName" in io.k8s.api.apps.v1.StatefulSetSpec',
        "api/openapi-spec",
        "STS108",
        until="1.32",
    ),
)

CLAIMS: tuple[Message, ...] = (
    message(
        "MSG121",
        Speaker.API,
        r'volumeMounts\[\d+\]\.name: Not found: "(?P<found>[^"]*)"',
        'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "data"',
        _API_CORE,
        "STS302",
    ),
    message(
        "MSG122",
        Speaker.API,
        r"at least 1 access mode is required",
        "spec.volumeClaimTemplates[0].spec.accessModes: Required value: at least 1 access mode "
        "is required",
        _API_CORE,
        "STS305",
    ),
    message(
        "MSG123",
        Speaker.API,
        r'accessModes(?:\[\d+\])?: Unsupported value: "?(?P<found>[^":]{0,80})"?',
        'spec.volumeClaimTemplates[0].spec.accessModes: Unsupported value: "RWO": supported '
        'values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
        _API_CORE,
        "STS306",
    ),
    message(
        "MSG124",
        Speaker.API,
        r"may not use ReadWriteOncePod with other access modes",
        "spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes",
        _API_CORE,
        "STS307",
    ),
    message(
        "MSG125",
        Speaker.API,
        r"quantities must match the regular expression|unable to parse quantity's suffix|"
        r'(?:\[storage\]|requests[\w.\[\]]{0,40}+): Invalid value: "?[^":]{0,40}"?: must be greater'
        r" than(?: or equal to)? (?:zero|0)",
        'StatefulSet in version "v1" cannot be handled as a StatefulSet: quantities must match '
        "the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        "staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go",
        "STS310",
    ),
    message(
        "MSG126",
        Speaker.API,
        r"is immutable after creation except resources\.requests",
        'PersistentVolumeClaim "data-web-0" is invalid: spec: Forbidden: spec is immutable after '
        "creation except resources.requests and volumeAttributesClassName for bound claims",
        _API_CORE,
    ),
    message(
        "MSG127",
        Speaker.API,
        r"field can ?not be less than (?P<needed>status\.capacity|previous value)",
        "spec.resources.requests.storage: Forbidden: field can not be less than status.capacity",
        _API_CORE,
        "STS403",
    ),
    message(
        "MSG128",
        Speaker.API,
        r"only dynamically provisioned pvc can be resized and the storageclass",
        'persistentvolumeclaims "data-web-0" is forbidden: only dynamically provisioned pvc can '
        "be resized and the storageclass that provisions the pvc must support resize",
        "plugin/pkg/admission/storage/persistentvolume/resize/admission.go",
    ),
    message(
        "MSG129",
        Speaker.API,
        r'mountPath: Invalid value: "(?P<found>[^"]*)": must be unique',
        'spec.template.spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/data": '
        "must be unique",
        _API_CORE,
        "STS326",
    ),
)
