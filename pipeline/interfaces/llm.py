"""The model that the settings name: endpoint, budget, price, and what may leave the machine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.interfaces.settings import Settings

if TYPE_CHECKING:
    from pipeline.agent.settings import AgentSettings


def agent_settings(settings: Settings, environment: Mapping[str, str], *, cached: bool, dry: bool = False) -> AgentSettings | None:
    """What an LLM scan is started with; None where no model is named. A `dry` run asks nothing and needs no key.

    Raises:
        UnusableInput: the model, the budget or the price is none, or the model may not be asked.
    """
    if settings.llm is None:
        return None
    from pipeline.agent.egress import EgressPolicy
    from pipeline.agent.egress import default_folder as log_folder
    from pipeline.agent.egress.transport import proxy_for
    from pipeline.agent.providers import endpoint_named
    from pipeline.agent.secret import default_file
    from pipeline.agent.settings import AgentSettings
    from pipeline.agent.spending import default_folder as replies_folder
    from pipeline.agent.spending import limits_named, price_named, price_of

    endpoint = endpoint_named(settings.llm, settings.base_url, environment, keyless=dry)
    policy = EgressPolicy(settings.offline, settings.llm_include, settings.llm_exclude)
    policy.check(endpoint.base_url, endpoint.model)
    return AgentSettings(
        endpoint=endpoint,
        limits=limits_named(settings.budget),
        price=price_named(settings.llm_price)
        if settings.llm_price
        else price_of(endpoint.provider, endpoint.model, on=date.today(), host=endpoint.host, local=endpoint.local),
        policy=policy,
        proxy=proxy_for(endpoint.base_url, environment),
        personal=settings.llm_personal_data == "replace",
        with_tools=settings.llm_tools,
        at_once=settings.llm_parallel,
        seconds=float(settings.llm_timeout),
        most_output=settings.llm_max_output,
        replies=_replies(settings, replies_folder()) if cached else None,
        log=log_folder(),
        secret=default_file(),
    )


def _replies(settings: Settings, default: Path) -> Path:
    return Path(settings.replies_dir) if settings.replies_dir else default
