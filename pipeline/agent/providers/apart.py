"""Libraries of providers kept apart from the environment and from tracing, while a model is connected and asked.

LangChain and the providers' libraries read dozens of variables on their own: addresses that would send requests elsewhere, headers with
keys in them, tracing that copies every prompt to a service. What we want of the environment is read by `endpoint`, and handed over by
name; the rest is hidden (`hidden` in `knowledge/providers.yaml`). Hiding is done in `os.environ`, since that is where they look, and undone
at the end. Proxies and certificates stay: `HTTPS_PROXY`, `NO_PROXY`, `SSL_CERT_FILE`; so do AWS' own credentials.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from fnmatch import fnmatchcase

from pipeline.agent.providers.table import load_table


def is_hidden(name: str) -> bool:
    """Whether libraries of providers do not see a variable."""
    return any(fnmatchcase(name.upper(), one.names) for one in load_table().hidden)


@contextmanager
def apart() -> Iterator[None]:
    """Within it no variable reaches a provider's library that is not meant to, and nothing is traced. It can be nested.

    Whatever asks a model stands within it, from making the model to the last reply; tasks of asyncio are started within it.
    """
    from langchain_core.runnables.config import var_child_runnable_config
    from langchain_core.tracers.context import tracing_v2_callback_var
    from langsmith.run_helpers import tracing_context

    hidden = {name: value for name, value in os.environ.items() if is_hidden(name)}
    tracer, config = tracing_v2_callback_var.set(None), var_child_runnable_config.set(None)  # of a program that calls us, perhaps traced
    with ExitStack() as left:
        left.callback(tracing_v2_callback_var.reset, tracer)
        left.callback(var_child_runnable_config.reset, config)
        left.callback(os.environ.update, hidden)
        for name in hidden:
            del os.environ[name]
        left.enter_context(tracing_context(enabled=False))
        yield
