"""Applications of Spring Boot that are closed because nobody opened them: its starter for security asks for a login at every route.

Takes an assembly whose entries are known and the configuration. The default holds where a build that the application belongs to names the
starter and its code says nothing of what is asked for: no filter chain, no older configuration of one, and the default not left out. The
settings of the web of Spring Security stand for a chain wherever they are imported, since what one asks for is read elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.facts import ConfigFacts, Setting
from pipeline.system.assembly import Assembly

_STARTERS = ("spring-boot-starter-security", "spring-boot-starter-oauth2-resource-server", "spring-boot-starter-oauth2-client")
_SAYS_ITSELF = (
    "org.springframework.security.web.",
    "org.springframework.security.config.",
    "org.springframework.boot.autoconfigure.security.",  # imported to be left out
    "org.springframework.boot.security.autoconfigure.",
)
_LEFT_OUT = "spring.autoconfigure.exclude"
_SOURCES = ("src/main/", "src/")


def add_closed_by_default(assembly: Assembly, config: Sequence[ConfigFacts]) -> None:
    """Routes of applications whose framework asks for a login before each of them."""
    starters = list(_starters(config))
    if not starters or _is_said(assembly, config):
        return
    frameworks = {entry.function: entry.framework for entry in assembly.sites.entries}
    for reference, identity in sorted(assembly.entry_of_function.items()):
        path = assembly.program.files[reference[0]].path
        if assembly.draft(identity).kind != "http_route" or "spring" not in frameworks.get(reference, ""):
            continue
        module = next((path.partition(part)[0] for part in _SOURCES if part in path), path.rpartition("/")[0] + "/")
        near = [one for folder, one in starters if module.startswith(folder)]
        if near:
            assembly.control(
                "authentication", identity, assembly.cite_place(near[-1].place), "the framework asks where nothing else is said"
            )


def _starters(config: Sequence[ConfigFacts]) -> Iterator[tuple[str, Setting]]:
    """Builds that name a starter, each with its folder; the nearest to a module come last."""
    for file in sorted(config, key=lambda one: len(one.path)):
        folder = file.path[: file.path.rfind("/") + 1]
        for one in file.settings:
            if one.kind == "package" and one.name.lower().rpartition(":")[2] in _STARTERS and one.attributes.get("group") != "test":
                yield folder, one


def _is_said(assembly: Assembly, config: Sequence[ConfigFacts]) -> bool:
    """Whether code or settings say themselves what is asked for."""
    for facts in assembly.program.files:
        if facts.purpose != "test" and any(given.target.startswith(_SAYS_ITSELF) for given in facts.imports):
            return True
    properties = (one for file in config for one in file.settings if one.kind == "property" and one.name.startswith(_LEFT_OUT))
    return any("Security" in str(one.attributes.get("value")) for one in properties)
