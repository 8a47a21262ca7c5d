"""What container files say about the rest: which of them hold a model, install the project, and install it from a lock.

Takes an assembly with the elements of the code and the facts of configuration files, answers questions about one
Dockerfile or manifest. What runs in an image is judged by its last base, by what lies below the folder it is built
from, and by the packages it installs; files copied from elsewhere and images built by other programs are not seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from ingest.config.entry_script import steps_down
from ingest.facts import ConfigFacts, DocumentFacts, Setting
from pipeline.system.assembly import Assembly
from pipeline.system.model import ElementKind
from pipeline.system.rules.words import load_words

_AI: frozenset[ElementKind] = frozenset(
    {"agent", "hosted_llm", "local_llm", "ml_model", "embedding_model", "model_file", "model_registry", "mcp_server", "training_job"}
)
_FOLDERS = frozenset(
    {"docker", ".docker", "dockerfiles", "deploy", "deployment", "deployments", "container", "containers", "build", "infra", "ops"}
)
# By the last part of an image's name: the suffixes of code it can run. Servers of files and stores run none of the project's.
_RUNS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"nginx|httpd|caddy|traefik|haproxy|envoy|postgres|mysql|mariadb|mongo|redis|rabbitmq|kafka|elasticsearch"), ()),
    (re.compile(r"^(node|bun|deno)\b|nodejs"), (".ts", ".tsx", ".mts", ".js", ".jsx", ".mjs", ".cjs")),
    (re.compile(r"python|pypy|conda|jupyter|uvicorn|pytorch|tensorflow|cuda"), (".py", ".ipynb")),
)
_IN_IMAGES = ("RUN", "CMD", "ENTRYPOINT", "COPY", "ADD")
_MODEL_IMAGE = re.compile(
    r"pytorch|tensorflow|\bcuda\b|vllm|ollama|text-generation|triton|llama|huggingface|transformers|torchserve|mlflow"
)
_AGENT_SERVER = re.compile(r"(^|/)langgraph-(api|server)(js)?\b", re.IGNORECASE)
_FROM_TREE = re.compile(
    r"\b(uv|poetry|pdm|pipenv) (sync|install)\b|\bpython3? setup\.py install\b"
    r"|\bpip3? install\b[^;&|\n]*\s(-e\s+)?[\"']?\.{1,2}(/\S*|\[\S+)?[\"']?(\s|$)"
)
# By what installs: a page's packages are held by `npm ci`, which says nothing of Python's in the same container file.
_FROM_LOCK = {
    "pypi": re.compile(
        r"\b(uv|poetry|pdm)\.lock\b|\bpipfile\.lock\b|\buv (sync|export)\b.*--(frozen|locked)\b|--require-hashes\b"
        r"|\bpdm\b.*--frozen-lockfile\b",
        re.IGNORECASE | re.DOTALL,
    ),
    "npm": re.compile(r"\bnpm (ci|clean-install)\b|--frozen-lockfile\b|\byarn\b.*--immutable\b", re.IGNORECASE | re.DOTALL),
}
# `pipenv lock -r` writes down what the lock says that is there.
_MADE_ANEW = re.compile(
    r"\b(?:pipenv|poetry|pdm|uv) lock\b(?![^\n;&|]*(?:--(?:check|locked|requirements)|\s-r\b))|\brm\b[^\n;&|]{0,200}\.lock\b", re.IGNORECASE
)
# The lock of the tree, laid over whatever was made before: `--mount=type=bind,source=uv.lock,target=uv.lock uv sync --frozen`.
_LAID_OVER = re.compile(r"\bsource=(?:\./)?(uv|poetry|pdm|pipfile)\.lock\b.*--(?:frozen|locked)\b", re.IGNORECASE | re.DOTALL)
_SYNCS = re.compile(r"\buv\s+run\b(?![^\n]*--(?:no-sync|no-project|isolated))", re.IGNORECASE)
# Pip reads no lock, whichever there is.
_PIP = re.compile(r"\bpip3? install\b[^;&|\n]*\s(-e\s+)?[\"']?\.{1,2}(/\S*|\[\S+)?[\"']?(\s|$)")
_READS_LOCK = re.compile(
    r"\b(?:uv (?:sync|export|run)|poetry|pdm|pipenv)\b|--require-hashes\b|--no-deps\b|\.lock\b|(?:\s-c|--constraint)\b", re.IGNORECASE
)
_LOCKS_OF = {
    "npm": ("package-lock.json", "npm-shrinkwrap.json"), "pnpm": ("pnpm-lock.yaml",), "yarn": ("yarn.lock",),
    "bun": ("bun.lock", "bun.lockb"),
}  # fmt: skip
_OF_NPM = re.compile(r"\b(npm|pnpm|yarn|bun)\s+(?:ci|clean-install|install|i)\b(?!\s+(?:-g\b|--global\b|[a-z@]))")
_OF_POETRY = re.compile(r"\bpoetry (?:export|install)\b", re.IGNORECASE)


def folder_of(path: str) -> str:
    return path.rsplit("/", 1)[0] if "/" in path else ""


def context_of(path: str) -> str:
    """The folder an image is built from: where its file lies, or above a folder that is only for such files."""
    parts = path.split("/")[:-1]
    while parts and parts[-1].lower() in _FOLDERS:
        parts.pop()
    return "/".join(parts)


def inside(path: str, folder: str) -> bool:
    return not folder or path.startswith(folder + "/")


def holds_a_model(assembly: Assembly, path: str, images: Sequence[str], packages: Iterable[str], files: Sequence[ConfigFacts]) -> bool:
    """Whether what runs in an image is, or runs, a model: by its base, its packages, or the code it is built around."""
    last = images[-1].split("@")[0].rsplit("/", 1)[-1].lower() if images else ""
    if is_model_image(" ".join(images[-1:])):
        return True
    suffixes = next((given for pattern, given in _RUNS if pattern.search(last)), None)
    if suffixes == ():
        return False
    ai = set(load_words().ai_packages)
    if any(normal(name) in ai for name in packages):
        return True
    context = context_of(path)
    npm, pypi = suffixes is None or ".ts" in suffixes, suffixes is None or ".py" in suffixes
    beside = [s for file in files if folder_of(file.path) == context for s in file.settings if s.kind == "package"]
    declared = [s for s in beside if s.attributes.get("direct") is not False and normal(s.name) in ai]
    if any((npm and _is_imported(assembly, s.name, context)) if s.attributes.get("ecosystem") == "npm" else pypi for s in declared):
        return True
    return any(
        inside(evidence.path, context) and (suffixes is None or evidence.path.endswith(suffixes))
        for draft in assembly.drafts.by_id.values()
        if draft.kind in _AI and draft.attributes.get("examples_only") is not True and draft.attributes.get("stated_by") != "document"
        for evidence in draft.evidence
    )


def _is_imported(assembly: Assembly, package: str, folder: str) -> bool:
    """Whether code below a folder imports a package of npm: a page is built of what it imports, not of all that is declared."""
    return any(
        found.target == package or found.target.startswith((package + "/", package + "."))
        for facts in assembly.program.files
        if inside(facts.path, folder)
        for found in facts.imports
    )


def is_model_image(image: str) -> bool:
    """Whether an image is one that models are run in, by its name."""
    return _MODEL_IMAGE.search(image.lower()) is not None


def serves_agents(setting: Setting, compose: str, files: Sequence[ConfigFacts]) -> bool:
    """Whether a compose service runs a LangGraph server: by its image, or by the container file of its folder, on that server's port."""
    image = str(setting.attributes.get("image") or "")
    if _AGENT_SERVER.search(image):
        return True
    ports = setting.attributes.get("ports")
    inside_port = any(str(port).split("/")[0].rsplit(":", 1)[-1] == "8000" for port in (ports if isinstance(ports, tuple) else ()))
    if "/" in image or not inside_port:
        return False
    return any(
        found.kind == "image" and _AGENT_SERVER.search(found.name)
        for file in files if context_of(file.path) == context_of(compose) for found in file.settings
    )  # fmt: skip


def agents_are_guarded(service: str, compose: str, files: Sequence[ConfigFacts]) -> bool:
    """Whether a LangGraph server is told to ask who calls: by langgraph.json, or by the variable that its image is built with."""
    for file in files:
        for found in file.settings:
            if found.kind == "agent_server" and found.attributes.get("authenticated"):
                return True
            ours = file.path != compose or found.attributes.get("service") in (None, service)
            if found.kind == "environment" and found.name in ("LANGGRAPH_AUTH", "LANGGRAPH_AUTH_TYPE") and ours:
                return True
    return False


def installs(file: ConfigFacts, manifest: str) -> bool:
    """Whether a container file installs the project of a manifest from the tree, not a released package."""
    if "container_build" not in {s.kind for s in file.settings}:
        return False
    folder = folder_of(manifest)
    near = context_of(file.path) == folder or inside(folder, context_of(file.path)) or not folder
    return near and any(_FROM_TREE.search(command) for command in _commands(file.settings))


def installs_from_lock(file: ConfigFacts, manifest: str, ecosystem: str) -> bool:
    """Whether a container file reads a lock beside the manifest, though the lock is not in this tree (an archive without it)."""
    pattern = _FROM_LOCK.get(ecosystem)
    if pattern is None or context_of(file.path) != folder_of(manifest):
        return False
    return any(pattern.search(command) and not _MADE_ANEW.search(command) for command in _commands(file.settings))


def passes_over_lock(file: ConfigFacts, manifest: str, lock: str) -> Setting | None:
    """The command of a container file that makes the lock beside the manifest anew, or resolves with a tool that does not read this one."""
    if context_of(file.path) != folder_of(manifest) or not any(s.kind in ("image", "container_build") for s in file.settings):
        return None
    runs = [(s, str(s.attributes.get("command") or "")[:20_000]) for s in file.settings if s.kind == "run_command"]
    name = lock.rsplit("/", 1)[-1].lower()
    other_tool = name in ("uv.lock", "pdm.lock", "pipfile.lock")
    if any(_LAID_OVER.search(command) for _setting, command in runs):
        return None
    begun = " ".join(str(s.attributes.get("entrypoint") or "") for s in file.settings if s.kind == "container_build")
    if name == "uv.lock" and _SYNCS.search(re.sub(r"[\[\]\",']+", " ", begun)):
        return None  # what runs is put in line with the lock when it starts
    for setting, command in runs:
        if _MADE_ANEW.search(command) or (other_tool and _OF_POETRY.search(command)):
            return setting
    if name in ("uv.lock", "poetry.lock", "pdm.lock", "pipfile.lock"):
        reads = any(_READS_LOCK.search(command) for _setting, command in runs)
        return None if reads else next((setting for setting, command in runs if _PIP.search(command)), None)
    asked = [(found[1], s) for s in file.settings if (found := _OF_NPM.search(str(s.attributes.get("command") or "")[:20_000]))]
    return next((setting for tool, setting in asked if _without_lock(tool, setting, name)), None)


def _without_lock(tool: str, setting: Setting, lock: str) -> bool:
    """Whether packages of npm are installed where the manifest was copied and this lock was not: `COPY package.json ./`."""
    copied = setting.attributes.get("copied")
    names = [str(source).rstrip("/").rsplit("/", 1)[-1].lower() for source in copied] if isinstance(copied, tuple) else []
    if "package.json" not in names or lock in str(setting.attributes.get("command")):
        return False
    if any(name in (".", "", "*") or ("/" not in name and "." not in name) for name in names):
        return False  # the folder itself
    return lock not in _LOCKS_OF[tool] or not any(fnmatchcase(lock, name) for name in names)


def handed_to_a_user(file: ConfigFacts, files: Sequence[ConfigFacts]) -> Setting | None:
    """Where a container that starts as root goes on as somebody else: in its entry point, or in the script that is its entry point."""
    build = next((s for s in file.settings if s.kind == "container_build"), None)
    entry = str(build.attributes.get("entrypoint") or "") if build is not None else ""
    if build is not None and steps_down(re.sub(r"[\[\]\",']+", " ", entry)):
        return build
    scripts = [
        (s, len(set(folder_of(s.place.path).split("/")) ^ set(folder_of(file.path).split("/"))))
        for other in files for s in other.settings
        if s.attributes.get("steps_down") and re.search(rf"(?<![\w.-]){re.escape(s.name)}\b", entry)
    ]  # fmt: skip
    return min(scripts, key=lambda found: (found[1], found[0].place))[0] if scripts else None


def is_for_containers(path: str, where: str, files: Sequence[ConfigFacts]) -> bool:
    """Whether a script, or the scripts of a manifest, run inside a container: by their folder, or because a container file names them."""
    folder, name = folder_of(path), path.rsplit("/", 1)[-1]
    if {part.lower() for part in folder.split("/")} & _FOLDERS:
        return True
    named = re.compile(rf"(?<![\w.-]){re.escape(name)}\b" if where == "shell" else r"\b(?:npm|pnpm|yarn|bun|make)\b")
    return any(
        named.search(str(s.attributes.get(key) or "")[:20_000])
        for file in files if where == "shell" or folder_of(file.path) == folder
        for s in file.settings if s.kind in ("container_build", "service") or (s.kind == "run_command" and s.name in _IN_IMAGES)
        for key in ("entrypoint", "command")
    )  # fmt: skip


_TAGGED = re.compile(
    r"\b(?:docker|podman|nerdctl)(?: buildx| image)? build\b[^\n;&|]{0,300}?(?:-t|--tag)[ =]"
    r"([a-z0-9][a-z0-9._-]{1,100})(?::[\w.-]+)?(?=\s|$)"
)


def built_images(files: Sequence[ConfigFacts], documents: Sequence[DocumentFacts]) -> frozenset[str]:
    """Images that are made of this tree, by their names: built by a composition, or by a command that is written down here.

    A name with a registry or an owner in it may be fetched as well as built, so such a command says nothing about it.
    """
    services = [s for file in files for s in file.settings if s.kind == "service"]
    composed = {str(s.attributes.get("image")) for s in services if s.attributes.get("build") and s.attributes.get("image")}
    texts = [str(s.attributes.get("run") or "") for file in files for s in file.settings if s.kind == "workflow_step"]
    texts += [passage.text for document in documents for passage in document.passages]
    return frozenset(composed | {match[1] for text in texts if " build" in text for match in _TAGGED.finditer(text[:20_000])})


def _commands(settings: Iterable[Setting]) -> list[str]:
    return [str(s.attributes.get("command") or "")[:20_000] for s in settings if s.kind == "run_command"]


def normal(name: str) -> str:
    """A package's name as indexes compare it, without extras."""
    return name.lower().replace("_", "-").replace(".", "-").split("[")[0]
