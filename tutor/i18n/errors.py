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
    "cluster-not-running": N_("No offline cluster is running. 'sts-tutor cluster up' starts one."),
    "cluster-not-started": N_("The offline cluster did not start: {raw}"),
    "cluster-refused": N_("The offline cluster refused: {raw}"),
    "cluster-port": N_("Port {port} cannot be used ({raw}). Choose another, or leave out --port."),
    "cluster-file": N_(
        "{file}: line {line} is damaged, or this is no state of an offline cluster. It was left as "
        "it is; choose another file."
    ),
    "cluster-file-busy": N_("{file}: another offline cluster keeps its state there."),
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
