"""The one way into the configuration readers.

Takes a `Source`, gives `ConfigFacts`, a `Skip` for kinds that are no configuration, or a `ReadError`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from ingest.config.agent_settings import read_agent_settings
from ingest.config.app_settings import read_app_settings
from ingest.config.bicep import read_bicep, read_bicep_values
from ingest.config.card_files import read_card_file
from ingest.config.chart_releases import read_deployers
from ingest.config.cloudformation import read_cloudformation
from ingest.config.compose import read_compose
from ingest.config.conda import read_conda
from ingest.config.dockerfile import read_dockerfile
from ingest.config.dotenv import read_dotenv
from ingest.config.dvc import read_dvc_config
from ingest.config.ecs import read_ecs
from ingest.config.entry_script import read_entry_script
from ingest.config.envoy import read_envoy
from ingest.config.feature_lists import read_feature_lists
from ingest.config.gateway import read_gateway
from ingest.config.gitlab_ci import read_gitlab_ci
from ingest.config.go_mod import read_go_mod
from ingest.config.helm import read_helm_template, read_helm_values
from ingest.config.helm_chart import read_helm_chart
from ingest.config.hocon import read_hocon
from ingest.config.ini_file import read_ini_file
from ingest.config.jvm import read_gradle, read_maven
from ingest.config.kubernetes import read_kubernetes
from ingest.config.kustomize import read_kustomization
from ingest.config.langgraph import read_langgraph
from ingest.config.locks import read_lock
from ingest.config.mcp import read_mcp
from ingest.config.ml_pipeline import read_ml_pipeline
from ingest.config.nginx import read_nginx
from ingest.config.nodes import BadConfig
from ingest.config.nuget import read_nuget
from ingest.config.openapi import read_openapi
from ingest.config.package_json import read_package_json
from ingest.config.packages import environment
from ingest.config.page_settings import read_page_settings
from ingest.config.registries import read_npmrc, read_pip_config
from ingest.config.request_file import read_request_file
from ingest.config.requirements import read_requirements
from ingest.config.run_settings import read_run_settings
from ingest.config.scripts import read_makefile, read_procfile, read_shell_script
from ingest.config.spring_settings import read_spring_settings
from ingest.config.systemd import read_systemd
from ingest.config.terraform import read_terraform
from ingest.config.toml_files import read_pyproject
from ingest.config.tsconfig import read_tsconfig
from ingest.config.workflow import read_workflow
from ingest.facts import ConfigFacts, Setting
from ingest.secrets import find_secrets
from ingest.source import Place, ReadError, Skip, Source, SourceKind
from ingest.text import read_text, reason_of, split_lines

# Files of commands: what they hold beside variables is read for secrets of a known form.
_OF_COMMANDS: frozenset[SourceKind] = frozenset({"shell_script", "entry_script", "makefile", "github_workflow", "gitlab_ci"})
_TOLD_BY_NAMES = frozenset({"Secret Keyword", "Basic Auth Credentials", "JSON Web Token"})  # examples and tests are full of these


def _read_parameters(text: str, path: str) -> tuple[Setting, ...]:
    return (*read_ml_pipeline(text, path), *read_feature_lists(text, path))


READERS: Mapping[SourceKind, Callable[[str, str], tuple[Setting, ...]]] = MappingProxyType(
    {
        "requirements": read_requirements,
        "go_mod": read_go_mod,
        "pyproject": read_pyproject,
        "lockfile": read_lock,
        "package_json": read_package_json,
        "tsconfig": read_tsconfig,
        "dockerfile": read_dockerfile,
        "compose": read_compose,
        "github_workflow": read_workflow,
        "dotenv": read_dotenv,
        "mcp_config": read_mcp,
        "entry_script": read_entry_script,
        "shell_script": read_shell_script,
        "makefile": read_makefile,
        "procfile": read_procfile,
        "langgraph_config": read_langgraph,
        "nuget": read_nuget,
        "app_settings": read_app_settings,
        "spring_settings": read_spring_settings,
        "hocon": read_hocon,
        "ini_file": read_ini_file,
        "request_file": read_request_file,
        "run_settings": read_run_settings,
        "agent_settings": read_agent_settings,
        "conda": read_conda,
        "gitlab_ci": read_gitlab_ci,
        "nginx": read_nginx,
        "envoy": read_envoy,
        "gateway": read_gateway,
        "openapi": read_openapi,
        "ml_pipeline": _read_parameters,
        "feature_list": read_feature_lists,
        "maven": read_maven,
        "gradle": read_gradle,
        "npmrc": read_npmrc,
        "pip_config": read_pip_config,
        "dvc_config": read_dvc_config,
        "helm_template": read_helm_template,
        "helm_values": read_helm_values,
        "helm_chart": read_helm_chart,
        "chart_deployer": read_deployers,
        "kubernetes": read_kubernetes,
        "kustomization": read_kustomization,
        "terraform": read_terraform,
        "cloudformation": read_cloudformation,
        "bicep": read_bicep,
        "bicep_values": read_bicep_values,
        "card_file": read_card_file,
        "ecs_task": read_ecs,
        "systemd_unit": read_systemd,
        "page_settings": read_page_settings,
    }
)


def read_config(source: Source) -> ConfigFacts | Skip | ReadError:
    """What the file says, with places inside the file."""
    reader = READERS.get(source.kind)
    if reader is None:
        return Skip(source.path, f"no configuration: {source.kind}")
    text = read_text(source)
    if isinstance(text, ReadError):
        return text
    lines = len(split_lines(text))
    try:
        settings = reader(text, source.path)
    except BadConfig as error:
        return ReadError(source.path, str(error))
    except Exception as error:  # around one file: a reader's bug or a hostile file must not end the scan
        return ReadError(source.path, f"{source.kind} reader failed: {type(error).__name__}: {reason_of(error)[:200]}")
    settings = (*settings, *(_written_beside(text, source, settings) if source.kind in _OF_COMMANDS else ()))
    return ConfigFacts(source.path, source.purpose, tuple(_within(found, lines) for found in settings), lines)


def _written_beside(text: str, source: Source, settings: tuple[Setting, ...]) -> Iterator[Setting]:
    """Secrets of a known form in commands and remarks, which are nobody's variable: `sshpass -p ...`."""
    told = {found.place.start_line for found in settings if found.attributes.get("secret")}
    for span in find_secrets(text):
        line = text.count("\n", 0, span.start) + 1
        if span.detector not in _TOLD_BY_NAMES and line not in told:
            told.add(line)
            yield environment(span.detector, "", Place(source.path, line, line), secret=span.detector, has_value=True)


def _within(found: Setting, lines: int) -> Setting:
    place = found.place
    if 1 <= place.start_line <= place.end_line <= lines:
        return found
    start = min(max(1, place.start_line), max(1, lines))
    inside = Place(place.path, start, min(max(start, place.end_line), max(1, lines)), place.page)
    return Setting(found.kind, found.name, found.attributes, inside)
