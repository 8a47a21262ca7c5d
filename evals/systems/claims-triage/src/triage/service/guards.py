"""Decorators of the views: who may call, and what is kept of a call."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address, ip_network

import structlog
from flask import abort, g, request

from triage.settings import settings

log = structlog.get_logger()
View = Callable[..., object]


def partner(scope: str) -> Callable[[View], View]:
    """Only for a partner with a key that has this scope; the partner is in `g.partner`."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args, **kwargs):
            scheme, _, key = request.headers.get("Authorization", "").partition(" ")
            if scheme != "Bearer" or not key:
                abort(401)
            found = g.repos.people.partner_by_digest(hashlib.sha256(key.encode()).hexdigest())
            if found is None:
                abort(401)
            if scope not in found.scopes:
                abort(403)
            g.partner = found
            return view(*args, **kwargs)

        return guarded

    return decorate


def adjuster(view: View) -> View:
    """Only for an adjuster; the sign-in proxy has checked the account."""

    @wraps(view)
    def guarded(*args, **kwargs):
        email = request.headers.get("X-Auth-Request-Email", "").lower()
        found = g.repos.people.adjuster(email)
        if found is None:
            abort(401)
        g.adjuster = found
        return view(*args, **kwargs)

    return guarded


def internal_only(view: View) -> View:
    """Only from our own networks."""

    @wraps(view)
    def guarded(*args, **kwargs):
        caller = ip_address(request.access_route[0])
        if not any(caller in ip_network(network) for network in settings().office_networks):
            abort(404)
        return view(*args, **kwargs)

    return guarded


def traced(view: View) -> View:
    @wraps(view)
    def guarded(*args, **kwargs):
        answer = view(*args, **kwargs)
        log.info("call", path=request.path, route=view.__name__, body=request.get_json(silent=True))
        return answer

    return guarded
