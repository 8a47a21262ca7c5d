"""Queues and the Redis they lie in, where a composition publishes one that asks nobody.

Takes an assembly whose code and configuration are known, ties each queue of pickled jobs to the service, and marks a published one
without a password in which jobs lie: whoever reaches it gives the workers orders. Which of several Redis services a queue uses
is not in the code: with more than one nothing is tied.
"""

from __future__ import annotations

from pipeline.system.assembly import Assembly

_OF_REDIS = frozenset({"RQ", "Celery"})


def relate_open_brokers(assembly: Assembly) -> None:
    """Ties queues whose jobs are pickled to the one Redis of the tree."""
    drafts = list(assembly.drafts.by_id.values())
    services = [
        draft
        for draft in drafts
        if draft.kind == "data_store" and draft.attributes.get("product") == "redis" and "service" in draft.attributes
    ]
    if len(services) != 1:
        return
    jobs = [draft for draft in drafts if draft.kind == "queue" and draft.attributes.get("product") in _OF_REDIS]
    broker = services[0].attributes
    if jobs and broker.get("exposed") is True and broker.get("authenticated") is False and "default_password" not in broker:
        broker |= {"default_password": True, "names": ("there is none",)}
    for draft in drafts:
        if draft.kind == "queue" and draft.attributes.get("pickled") is True and draft.attributes.get("product") in _OF_REDIS:
            assembly.relate(draft.id, "uses_store", services[0].id, services[0].evidence[0] if services[0].evidence else None)
