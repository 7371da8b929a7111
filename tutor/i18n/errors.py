"""The words of every :class:`tutor.model.errors.TutorError`: what, where, what to do next."""

from tutor.i18n.text import printable
from tutor.i18n.translator import N_, Translator
from tutor.model.errors import TutorError

MESSAGES = {
    "file-not-found": N_("{file}: there is no such file."),
    "file-unreadable": N_("{file}: cannot be read ({raw})."),
    "file-unwritable": N_("{file}: cannot be written ({raw})."),
    "file-exists": N_("{file}: exists already. Choose another name, or remove it first."),
    "file-binary": N_("{file}: this is no text. A manifest is a YAML or JSON file."),
    "one-file-needed": N_("--lesson checks one file; put all documents into it, '---' between."),
    "no-manifests": N_("{file}: no .yaml, .yml or .json file in this folder."),
    "terminal-needed": N_(
        "The lessons need a terminal, and this is none. 'sts-tutor learn --plain' works anywhere."
    ),
    "name-too-long": N_("A name has at most {limit} characters."),
    "confirmation-needed": N_("Nobody can be asked here; add --yes to go on without asking."),
    "course-missing": N_("{folder}: this installation has no lessons. Install the tutor again."),
    "lesson-invalid": N_(
        "{file}: the lesson is damaged. 'sts-tutor lessons lint' tells what is wrong with it."
    ),
    "lesson-unknown": N_(
        "There is no lesson '{lesson}'. 'sts-tutor lessons list' shows all of them."
    ),
    "lesson-unknown-nearest": N_("There is no lesson '{lesson}'. Did you mean '{nearest}'?"),
    "lesson-id": N_(
        "'{lesson}' is no id for a lesson: TOPIC/SLUG is, such as ordering/one-at-a-time. Topics: "
        "{topics}."
    ),
    "course-elsewhere": N_("{folder}: there are no folders 'lessons' and 'fixtures' in it."),
    "lesson-without-yaml": N_("The lesson '{lesson}' has no YAML task to check against."),
    "scenario-offline-only": N_(
        "This step needs something that only the offline cluster can do. Choose the offline "
        "cluster for it."
    ),
    "cluster-not-running": N_("No offline cluster is running. 'sts-tutor cluster up' starts one."),
    "cluster-not-started": N_("The offline cluster did not start: {raw}"),
    "cluster-refused": N_("The offline cluster refused: {raw}"),
    "cluster-port": N_("Port {port} cannot be used ({raw}). Choose another, or leave out --port."),
    "cluster-file": N_(
        "{file}: line {line} is damaged, or this is no state of an offline cluster. It was left as "
        "it is; choose another file."
    ),
    "cluster-file-object": N_(
        "{file}: this state holds an object that no cluster can begin with: {object} ({raw}). "
        "Start with --repair to leave it out; a copy of the file is kept."
    ),
    "cluster-file-objects": N_(
        "{file}: this state holds objects that no cluster can begin with: {object} ({raw}), and "
        "{more} more. Start with --repair to leave them out; a copy of the file is kept."
    ),
    "cluster-file-newer": N_(
        "{file}: written by a newer version of the tutor (format {found}). It was left as it is; "
        "update the tutor, or choose another file."
    ),
    "cluster-silent": N_(
        "An offline cluster (process {pid}) runs and does not answer. 'sts-tutor cluster down' "
        "ends it."
    ),
    "cluster-other": N_(
        "An offline cluster is running already, and not with {options}. 'sts-tutor cluster down' "
        "stops it; then it can be started so."
    ),
    "cluster-node": N_("There is no node '{node}'. Nodes: {nodes}."),
    "cluster-file-busy": N_("{file}: another offline cluster keeps its state there."),
    "cancelled": N_("Cancelled."),
    "kubeconfig-unreadable": N_("{file}: this kubeconfig cannot be read ({raw})."),
    "kubeconfig-broken": N_(
        "{file}: line {line} of this kubeconfig is no YAML that kubectl would read."
    ),
    "kubeconfig-foreign": N_("{file}: this is no kubeconfig, but a {kind}."),
    "kubeconfig-field": N_("{file}: '{field}' of '{name}' is not what it should be."),
    "kubeconfig-duplicate": N_("{file}: '{name}' stands twice in '{what}'. Only one can be meant."),
    "kubeconfig-file": N_("{file}: it names {path}, which cannot be read ({raw})."),
    "context-server": N_("The context '{context}' has an address that is none: {server}"),
    "context-no-cluster": N_(
        "The context '{context}' names the cluster '{cluster}', which no kubeconfig has."
    ),
    "context-no-user": N_(
        "The context '{context}' names the user '{user}', which no kubeconfig has."
    ),
    "context-no-server": N_("The cluster of the context '{context}' has no address."),
    "context-unknown": N_(
        "No kubeconfig has a context '{context}'. 'kubectl config get-contexts' lists them."
    ),
    "context-unknown-nearest": N_(
        "No kubeconfig has a context '{context}'. Did you mean '{nearest}'?"
    ),
    "context-none": N_(
        "There is no cluster to use. 'sts-tutor cluster up --background' starts one here; it "
        "needs no Docker and no network."
    ),
    "context-choose": N_(
        "Several clusters of this machine could be meant; say which with --context: {names}"
    ),
    "context-not-local": N_(
        "The context '{context}' ({server}) is not taken for a cluster of this machine, so nothing "
        "was sent to it; 'sts-tutor doctor' says why not. Give --context {context} and type its "
        "name to use it all the same, or start one here: 'sts-tutor cluster up --background'."
    ),
    "context-not-local-because": N_(
        "The context '{context}' ({server}) is not taken for a cluster of this machine: {why}. "
        "Nothing was sent to it. Give --context {context} and type its name to use it all the "
        "same, or start one here: 'sts-tutor cluster up --background'."
    ),
    "context-not-typed": N_(
        "The context '{context}' is not taken for a cluster of this machine. Its name has to be "
        "typed before anything is sent to it; --yes is not enough."
    ),
    "context-leads-on": N_(
        "The context '{context}' ({server}) looks local, but the nodes it leads to are machines "
        "of '{provider}'. Nothing was changed there. Give 'sts-tutor apply' or 'clean' --context "
        "{context} and type its name to use it all the same."
    ),
    "context-moved": N_(
        "The context '{context}' should lead to this machine, but {server} is {address} now. "
        "Nothing was sent."
    ),
    "context-provider": N_(
        "The context '{context}' signs in by an 'auth-provider', which Kubernetes has "
        "removed. Renew it with your cloud's tool."
    ),
    "context-program": N_("Signing in to '{context}' failed: {raw}"),
    "cluster-unreachable": N_("{server}: the cluster cannot be reached ({raw}). Is it running?"),
    "cluster-no-answer": N_(
        "{server}: the cluster does not answer ({raw}). It may be starting, or have too "
        "little memory; try again in a moment."
    ),
    "cluster-untrusted": N_(
        "{server}: its certificate is not the one the kubeconfig trusts ({raw}). Was the "
        "cluster made anew? Then renew its kubeconfig."
    ),
    "cluster-strange": N_("{server}: what answers there is no Kubernetes API ({raw})."),
    "cluster-redirects": N_(
        "{server}: the answer leads on to {to}. It was not followed: what lets you in is "
        "meant for one server."
    ),
    "cluster-unauthorized": N_(
        "{server}: the cluster does not know you (401). Sign in again, or renew the context "
        "'{context}'."
    ),
    "cluster-busy": N_("{server}: the cluster is too busy to answer. Try again in a moment."),
    "cluster-failed": N_("{server}: the cluster has an error of its own: {raw}"),
    "cluster-forbidden": N_("You may not do that in this cluster: {raw}"),
    "cluster-said-no": N_("The cluster refuses: {raw}"),
    "namespace-foreign": N_(
        "There is a namespace '{namespace}' that the tutor did not make. It was left alone; "
        "rename or remove it yourself."
    ),
    "namespace-unproven": N_(
        "The namespace '{namespace}' has the tutor's labels, but this installation did not make "
        "it, or cannot prove it: another one did, it came back from a backup, or the tutor's own "
        "files were removed. It was left alone. If nobody needs it, remove it: 'kubectl delete "
        "namespace {namespace}'"
    ),
    "namespace-not-empty": N_(
        "Something in the namespace '{namespace}' does not go away: {objects}. 'kubectl get "
        "all,pvc -n {namespace}' shows what."
    ),
    "namespace-shared": N_(
        "Others put this into the namespace, and it stays: {objects}. It is in the way of nothing."
    ),
    "installation-key": N_(
        "{file} cannot be used ({raw}). By it the tutor knows what it has made in a cluster. If "
        "it is damaged, remove it; what was made before then has to be removed by hand."
    ),
    "namespace-terminating": N_(
        "The namespace '{namespace}' does not go away. 'kubectl get namespace {namespace} -o "
        "yaml' says what holds it."
    ),
    "manifest-broken": N_(
        "Line {line} is not valid ({code}), so nothing was sent. 'sts-tutor check' tells more."
    ),
    "manifest-empty": N_("There is no object in it, so nothing was sent."),
    "plan-elsewhere": N_("This plan was made for another cluster or namespace. Make it anew."),
    "plan-impossible": N_("Something of this plan cannot be applied, so nothing was."),
    "plan-conflict": N_(
        "Fields of this plan belong to somebody else, so nothing was applied. Take them out, "
        "or take them over."
    ),
    "step-target": N_("{target}: there is nothing to be done with that here."),
    "step-undo-kind": N_("A {kind} cannot be taken back here; 'kubectl rollout undo' can."),
    "step-no-revision": N_("{name} has no revision before this one."),
    "step-node": N_("Only the nodes of the offline cluster can be stopped and started here."),
    "step-no-node": N_("{pod} runs on no node now."),
    "past-too-far": N_("That point of the past is no longer kept."),
    "kubectl-missing": N_("kubectl is not installed, or not in PATH."),
    "kubectl-replaced": N_(
        "kubectl is not installed, or not in PATH. The tutor takes this step itself, with the same"
        " effect."
    ),
    "kubectl-failed": N_("kubectl could not be started: {raw}"),
    "kubectl-barred": N_(
        "'{found}' is not run from here: it reaches outside this lesson's namespace, or needs "
        "a terminal of its own."
    ),
    "barred-untyped": N_("'kind' or 'apiVersion' is missing, so nobody knows what it is."),
    "barred-cluster-wide": N_(
        "A {kind} belongs to the whole cluster. The tutor makes one in its offline cluster alone."
    ),
    "barred-kind": N_("The tutor applies no {kind}. It applies: {allowed}."),
    "barred-version": N_("A {kind} of '{found}' is not applied; '{needed}' is."),
    "barred-nameless": N_("This {kind} has no name, and apply needs one."),
    "barred-namespace": N_(
        "It names the namespace '{found}'. Everything goes into '{needed}'; take 'namespace' out."
    ),
    "barred-external-ips": N_(
        "'externalIPs' can take other people's traffic, so it is not applied to a real cluster."
    ),
    "code-unknown": N_("There is no code '{code}'."),
    "code-unknown-nearest": N_("There is no code '{code}'. Did you mean '{nearest}'?"),
    "nothing-to-explain": N_(
        "What should be explained? Name a code such as STS101, or paste the words of an error."
    ),
    "store-directory": N_("{path}: this folder cannot be made ({raw})."),
    "store-foreign": N_(
        "{path}: this is another program's database. Move it away, or set STS_TUTOR_HOME."
    ),
    "store-newer": N_(
        "{path}: written by a newer version of the tutor (format {found}, this one knows "
        "{needed}). Update the tutor, or set STS_TUTOR_HOME to another folder."
    ),
    "store-corrupt": N_(
        "{path}: the progress database is damaged. It was left as it is. Move it away to start "
        "afresh; 'sts-tutor progress import' reads a file you exported before."
    ),
    "store-read-only": N_("{path}: the progress database cannot be written ({raw})."),
    "store-full": N_("{path}: the disk is full. Nothing is lost while the tutor runs."),
    "store-busy": N_("{path}: another program holds the progress database. Close it and go on."),
    "store-failed": N_("{path}: the progress database failed ({raw})."),
    "export-too-large": N_("{file}: larger than {limit} MB, so not a progress file."),
    "export-not-ours": N_("{file}: not a progress file of 'sts-tutor progress export'."),
    "export-newer": N_(
        "{file}: written by a newer version of the tutor (format {found}, this one knows "
        "{needed}). Update the tutor."
    ),
    "export-damaged": N_("{file}: damaged at {where}. Export it again where it comes from."),
}


def error_text(error: TutorError, t: Translator) -> str:
    """What to tell the user, safe to print."""
    params = {name: printable(str(value)) for name, value in error.params.items()}
    return t(MESSAGES[error.code], **params)
