"""What the API server refuses of any object, and what it asks to be written otherwise."""

from tutor.decoder.message import FIELD, NAME, Message, Speaker, message

_API_CORE = "pkg/apis/core/validation/validation.go"
_KUBECTL = "staging/src/k8s.io/kubectl"
_JSON = "staging/src/k8s.io/apimachinery/pkg/runtime/serializer/json/json.go"
_ERRORS = "staging/src/k8s.io/apimachinery/pkg/api/errors/errors.go"

ANY: tuple[Message, ...] = (
    message(
        "MSG131",
        Speaker.API,
        r'unknown field "(?P<field>[^"]{1,200})"'
        r'|(?<![\w.\[\]="])(?P<field_2>\.[\w.\[\]="]{1,200}+): field not declared in schema',
        'StatefulSet in version "v1" cannot be handled as a StatefulSet: strict decoding error: '
        'unknown field "spec.servicename"',
        _JSON,
        "SCH101",
    ),
    message(
        "MSG132",
        Speaker.API,
        r"cannot unmarshal (?P<found>\w{1,40}) into Go (?:struct field (?P<field>\S{1,200})|value)"
        r" of type (?P<needed>\S{1,100})"
        r'|invalid type for (?P<field_2>[\w.]{1,200}+): got "(?P<found_2>\w{1,40})", expected'
        r' "(?P<needed_2>\w{1,40})"',
        'StatefulSet in version "v1" cannot be handled as a StatefulSet: json: cannot unmarshal '
        "string into Go struct field StatefulSetSpec.spec.replicas of type int32",
        _JSON,
    ),
    message(
        "MSG133",
        Speaker.KUBECTL,
        r'no (?:matches for )?kind "(?P<kind>[^"]{1,100})" (?:in|is registered for) version '
        r'"(?P<version>[^"]{1,100})"'
        r"|the API version in the data \((?P<version_2>[^)]{1,100})\) does not match",
        'error: resource mapping not found for name: "web" namespace: "" from "web.yaml": no '
        'matches for kind "StatefulSet" in version "apps/v1beta2"',
        f"{_KUBECTL}/pkg/cmd/util",
    ),
    message(
        "MSG134",
        Speaker.KUBECTL,
        r"(?:error converting YAML to JSON|of type \w{1,60}\)|error parsing [^ ]{1,200}): yaml: "
        r"(?:line (?P<line>\d+): )?(?P<raw>[^(]{0,80})",
        "error: error parsing web.yaml: error converting YAML to JSON: yaml: line 20: did not "
        "find expected key",
        "sigs.k8s.io/yaml",
    ),
    message(
        "MSG135",
        Speaker.KUBECTL,
        r"error validating data: \[?(?P<field>apiVersion|kind) not set"
        r"|Object '(?P<field_2>Kind|apiVersion)' is missing in",
        'error: error validating "web.yaml": error validating data: apiVersion not set',
        f"{_KUBECTL}/pkg/validation/schema.go",
    ),
    message(
        "MSG223",
        Speaker.API,
        r"Timeout: request did not complete within (?:the )?(?:requested|allotted) timeout"
        r"(?: - context deadline exceeded)?",
        "Error from server (Timeout): Timeout: request did not complete within requested timeout - "
        "context deadline exceeded",
        "staging/src/k8s.io/apiserver/pkg/endpoints/handlers/finisher/finisher.go",
        "SCH112",
    ),
    message(
        "MSG224",
        Speaker.API,
        r"etcdserver: mvcc: database space exceeded",
        "Error from server: etcdserver: mvcc: database space exceeded",
        "etcd api/v3rpc/rpctypes/error.go",
        "STS227",
    ),
    message(
        "MSG225",
        Speaker.API,
        r"etcdserver: request is too large",
        "Error from server: etcdserver: request is too large",
        "etcd api/v3rpc/rpctypes/error.go",
    ),
    message(
        "MSG136",
        Speaker.API,
        r"Apply failed with (?P<count>\d+) conflicts?: conflicts? with "
        r'"(?P<manager>[^"]{1,200})"',
        'error: Apply failed with 1 conflict: conflict with "kubectl" with subresource "scale" '
        "using apps/v1: .spec.replicas",
        "staging/src/k8s.io/apimachinery/pkg/util/managedfields",
        "STS409",
    ),
    message(
        "MSG137",
        Speaker.API,
        r"Operation cannot be fulfilled on (?P<resource>\S{1,100}) \"?(?P<name>[^\": ]{1,253})\"?:"
        r"|the object has been modified; please apply your changes to the latest version",
        'Operation cannot be fulfilled on statefulsets.apps "web": the object has been modified; '
        "please apply your changes to the latest version and try again",
        "staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go",
    ),
    message(
        "MSG138",
        Speaker.API,
        r"forbidden: (?:exceeded|failed) quota: (?P<quota>[^,: ]{1,253})"
        r"(?:, requested: (?P<requested>[^,]{1,100})|: must specify (?P<needed>[^;]{1,100}))",
        'create Pod web-2 in StatefulSet web failed error: pods "web-2" is forbidden: exceeded '
        "quota: small, requested: pods=1, used: pods=2, limited: pods=2",
        "staging/src/k8s.io/apiserver/pkg/admission/plugin/resourcequota",
    ),
    message(
        "MSG139",
        Speaker.API,
        r'violates? PodSecurity "(?P<level>[^"]{1,100})"',
        'pods "web-0" is forbidden: violates PodSecurity "restricted:latest": '
        "allowPrivilegeEscalation != false",
        "staging/src/k8s.io/pod-security-admission",
    ),
    message(
        "MSG140",
        Speaker.API,
        r'is forbidden: User "(?P<user>[^"]{0,253})" cannot (?P<verb>\w{1,40}) resource '
        r'"(?P<resource>[^"]{0,100})"',
        'statefulsets.apps is forbidden: User "dev" cannot list resource "statefulsets" in API '
        'group "apps" in the namespace "prod"',
        "staging/src/k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/errors.go",
    ),
    message(
        "MSG141",
        Speaker.API,
        r"spec\.clusterIPs?(?:\[0\])?: (?:Invalid value: .{0,80}?: )?"
        r"(?:may not change once set|field is immutable|may not be set to 'None'"
        r"|primary clusterIP can not be unset)",
        'The Service "web" is invalid: spec.clusterIPs[0]: Invalid value: []string{"None"}: may '
        "not change once set",
        _API_CORE,
        "STS102",
        "STS117",
    ),
    message(
        "MSG155",
        Speaker.API,
        rf'object is being deleted: (?P<resource>\S{{1,100}}) "(?P<name>{NAME})"'
        r"|Detected changes to resource (?P<name_2>\S{1,253}) which is currently being deleted"
        r"|namespace (?P<name_3>\S{1,63}) because it is being terminated",
        "Error from server (AlreadyExists): object is being deleted: persistentvolumeclaims "
        '"data-web-0" already exists',
        "staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go",
    ),
    message(
        "MSG156",
        Speaker.API,
        r"error looking up service account (?P<namespace>[^/\s]{1,63})/(?P<name>[^:\s]{1,253})",
        'create Pod web-0 in StatefulSet web failed error: pods "web-0" is forbidden: error '
        'looking up service account demo/web: serviceaccount "web" not found',
        "plugin/pkg/admission/serviceaccount/admission.go",
    ),
    message(
        "MSG142",
        Speaker.API,
        rf'(?<![a-z0-9.])(?P<resource>[a-z]{{2,60}}+(?:\.[a-z.0-9]{{1,100}}+)?) "(?P<name>{NAME})"'
        r" already exists",
        'Error from server (AlreadyExists): statefulsets.apps "web" already exists',
        _ERRORS,
    ),
    message(
        "MSG143",
        Speaker.API,
        r'key "(?P<key>[^"]{1,200})" already (?:set in map|defined at line \d{1,7})',
        'strict decoding error: yaml: unmarshal errors: line 7: key "replicas" already set in map',
        "sigs.k8s.io/yaml",
        "YAML110",
    ),
    message(
        "MSG144",
        Speaker.API,
        rf'{FIELD}: Required value|missing required field "(?P<field_2>[^"]{{1,100}})"',
        "spec.template.spec.containers[0].image: Required value",
        _API_CORE,
        general=True,
    ),
    message(
        "MSG145",
        Speaker.API,
        r"(?<![\w.\]])(?P<field>[a-z]\w{0,60}+(?:\.\w{1,60}+|\[[^\]\s]{1,100}\])*+): "
        r"Unsupported value: (?P<found>\S{1,100}?): supported values: "
        r"(?P<needed>(?:\"[^\"]{0,60}\"(?:, )?){1,20}+)",
        'spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: "Keep": '
        'supported values: "Retain", "Delete"',
        _API_CORE,
        "STS316",
        general=True,
    ),
    message(
        "MSG146",
        Speaker.API,
        rf"{FIELD}: Invalid value: (?P<found>-\d{{1,20}}): must be greater",
        "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
        _API_CORE,
        "STS213",
        "STS208",
        "STS218",
        general=True,
    ),
    message(
        "MSG147",
        Speaker.API,
        rf'{FIELD}: Duplicate value: "?(?P<found>[^"\s]{{1,253}})',
        'spec.template.spec.containers[1].name: Duplicate value: "app"',
        _API_CORE,
        general=True,
    ),
    message(
        "MSG148",
        Speaker.API,
        rf"{FIELD}: (?:Invalid value: (?:(?!: Invalid value).){{0,400}}?: )?field is immutable",
        'spec.selector: Invalid value: {"matchLabels":{"app":"web"}}: field is immutable',
        "staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go",
        general=True,
    ),
    message(
        "MSG149",
        Speaker.API,
        rf"{FIELD}: Invalid value: (?P<found>.{{0,400}}?): (?P<needed>[^:\[\]]{{4,160}}+)",
        'metadata.labels: Invalid value: "b c": a valid label must be an empty string or consist '
        "of alphanumeric characters",
        _API_CORE,
        general=True,
    ),
)
