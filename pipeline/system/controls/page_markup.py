"""Chat pages whose settings let markup through: `unsafe_allow_html = true` in `.chainlit/config.toml`.

Takes the sites of an assembly and the configuration, gives what is shown on such a page the role of markup; and shows the setting beside
the page. The settings count for the code below the folder that they stand in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingest.facts import ConfigFacts, Setting
from pipeline.system.assembly import Assembly
from pipeline.system.model import SinkRole
from pipeline.system.program.sites import CallSite, Sites

_FOLDER = ".chainlit/"
_FRAMEWORK = "chainlit"


def with_page_markup(assembly: Assembly, config: Sequence[ConfigFacts]) -> Sites:
    """The sites, where what is told to a chat is markup to its page."""
    folders = tuple(folder for folder, _setting in _told(config))
    if not folders:
        return assembly.sites
    calls = (_as_markup(site) if _is_shown(assembly, site, folders) else site for site in assembly.sites.calls)
    return replace(assembly.sites, calls=tuple(calls))


def show_page_markup(assembly: Assembly, config: Sequence[ConfigFacts]) -> None:
    """The setting, as evidence of the pages that it is for."""
    for folder, setting in _told(config):
        shown = assembly.cite_place(setting.place)
        for site in assembly.sites.calls if shown is not None else ():
            page = assembly.element_of_call.get(site.node) if _is_shown(assembly, site, (folder,)) else None
            if page is not None and shown is not None and shown not in assembly.draft(page).evidence:
                assembly.draft(page).evidence.append(shown)
                assembly.draft(page).attributes["unsafe"] = True


def _told(config: Sequence[ConfigFacts]) -> Iterator[tuple[str, Setting]]:
    for file in config:
        for one in file.settings if file.purpose == "product" else ():
            if one.kind == "page_settings" and one.attributes.get("raw_markup") is True:
                yield file.path.rpartition(_FOLDER)[0], one


def _is_shown(assembly: Assembly, site: CallSite, folders: tuple[str, ...]) -> bool:
    return site.framework == _FRAMEWORK and site.rule.kind == "renderer" and assembly.program.files[site.node[0]].path.startswith(folders)


def _as_markup(site: CallSite) -> CallSite:
    sinks: dict[str, SinkRole] = {wanted: "html" if role == "response" else role for wanted, role in site.rule.sinks.items()}
    return replace(site, rule=site.rule.model_copy(update={"sinks": sinks}))
