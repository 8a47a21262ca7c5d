"""HTTP requests that ask a model: by the address they go to, or by a body that names a model and holds a conversation.

Takes a call and what knowledge says of it, gives the site of a model instead. The body is read as a dictionary
display, its later additions and its text form; bodies that other objects put together are not seen.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace

from ingest.code.program import Node
from pipeline.system.model import SinkRole
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.naming import host_of
from pipeline.system.program.sites import CallSite
from pipeline.system.program.walking import walk
from pipeline.system.rules.framework import CallRule
from pipeline.system.rules.words import words_of
from pipeline.system.shapes.shape_values import TEXT, WITH_RECORDS, Call, Values, model_site

_MAX_LINKS = 12
_ADDRESSES = frozenset({"create", "URI", "URL", "Uri", "parse"})  # what makes an address of a text, by the end of its name


class Requests:
    """Requests that go to models; `known` is what knowledge says of calls."""

    def __init__(self, values: Values, known: Mapping[Node, Sequence[CallSite]]) -> None:
        self.values, self.program, self.words, self._known = values, values.program, values.words, known
        self.makers: set[Node] = set()  # calls that only say what such a request holds

    def site(self, call: Call) -> CallSite | None:
        words, known = self.words, self._known.get(call.node, ())
        if call.last not in words.requests | words.senders or (known and not any(site.rule.result == "web_content" for site in known)):
            return None
        made = self._made(call)
        if made is None:
            return None
        url, (prefix, body) = self._url(call, made, bool(known)), self._body(made, bool(known))
        keys = self.values.keys(body) if body is not None else {}
        told = keys.keys() & {*words.message_arguments, *words.prompt_arguments, "input"}
        by_body = bool(told - {"input"}) and bool(keys.keys() & {*words.model_arguments, *words.sampling_arguments})
        by_address = url is not None and re.search(words.address, self._end(url)) is not None and (not keys or bool(told))
        if not (by_body or by_address) or self._is_another_service(call, url, by_body) or (not keys and self._only_reads(call)):
            return None
        if not known and (not self.values.is_used(call.node) or self.values.has_body(call)):
            return None
        host = self._host(url) if url is not None else ""
        named = next((keys[name] for name in words.model_arguments if name in keys), None)
        constant = self.program.constant(named) if named is not None else None
        name = f"model at {host}" if host else self.values.place(call.node)
        if isinstance(constant, str) and constant and (url is None or len(self._ends(url)) < 2):
            name = f"{constant} ({host or 'HTTP'})"
        self.makers |= {made} - {call.node} | set(self._links(call.node))
        site = model_site(self.values, call, {}, name, "local_llm" if re.match(words.own_machine, host) else "hosted_llm")
        return replace(site, rule=self._rule(site.rule, [other.rule for other in known], prefix if made == call.node else "", keys, told))

    def _rule(self, rule: CallRule, known: Sequence[CallRule], prefix: str, keys: Mapping[str, Node], told: set[str]) -> CallRule:
        sinks: dict[str, SinkRole] = {"0": TEXT}  # urlopen(request)
        if prefix.isdigit() or prefix == "receiver":
            sinks = {prefix: TEXT} | {wanted: role for other in known[:1] for wanted, role in other.sinks.items() if role == "url"}
        elif prefix:
            sinks = {f"{prefix}.{key}": TEXT for key in sorted(told)} or {prefix: TEXT}
            sinks |= {f"{prefix}.{key}": "system_prompt" for key in self.words.system_arguments if key in keys}
            if rule.kind == "hosted_llm":
                sinks |= {f"{prefix}.{key}": "model_source" for key in self.words.model_arguments if key in keys}
            sinks |= {wanted: role for other in known[:1] for wanted, role in other.sinks.items() if role == "url"}
        flags = tuple(flag for other in known[:1] for flag in other.flags) or rule.flags
        return rule.model_copy(update={"sinks": sinks, "relations": {}, "flags": flags})

    # Parts of a request

    def _links(self, call: Node) -> Iterator[Node]:
        """Calls that said the rest of the request before: `client.post().uri(address)` of `client.post().uri(address).body(body)`."""
        current = self.program.value((call[0], self.program.value(call).inputs[0]))
        for _ in range(_MAX_LINKS):
            before = self.program.value((call[0], current.inputs[0])) if current.inputs else current
            if before.kind == "call":
                yield call[0], current.inputs[0]
            elif before.kind != "attribute":
                return
            current = before

    def _only_reads(self, call: Call) -> bool:
        """Whether a call before it has sent what there is to send: `post().uri(address).body(body).retrieve().body(Answer.class)`."""
        values = [self.program.value(link) for link in self._links(call.node)]
        return any(len(one.inputs) > 1 and self.program.value((call.node[0], one.inputs[0])).text in self.words.requests for one in values)

    def reads_answer(self, call: Node, asked: Container[Node]) -> bool:
        """Whether a call reads what such a request answered: `response.Content.ReadFromJsonAsync()`."""
        value = self.program.value(call)
        return value.kind == "call" and any(
            node != call and node in asked for node in walk((call[0], value.inputs[0]), self._held_by, _MAX_LINKS)
        )

    def _held_by(self, node: Node) -> list[Node]:
        value = self.program.value(node)
        held = [(node[0], value.inputs[0])] if value.kind in ("attribute", "await", "guarded", "call") and value.inputs else []
        return [*held, *(origin for origin in self.program.origins(node) if origin != node)]

    def _made(self, call: Call) -> Node | None:
        """The call that says what is sent: `urlopen(Request(url, data=...))`, `client.newCall(request)`; None where a sender has none."""
        if call.last not in self.words.senders:
            return call.node
        for given in call.value.inputs[1:3]:
            for origin in self.program.origins((call.node[0], given)):
                made = self.program.value(origin)
                if made.kind == "index" and made.text == "0":  # `request, err := http.NewRequest(...)`
                    origin = (origin[0], made.inputs[0])
                    made = self.program.value(origin)
                if made.kind == "call" and "request" in self._said((origin[0], made.inputs[0])):
                    return origin
        return call.node if call.last == "urlopen" else None

    def _said(self, callee: Node) -> list[str]:
        value = self.program.value(callee)
        held = self.program.value((callee[0], value.inputs[0])).text if value.kind == "attribute" else ""
        return [word for text in (held, value.text, *self.program.names(callee)[:1]) for word in words_of(text.rsplit("/", 1)[-1])]

    def _body(self, made: Node, known: bool) -> tuple[str, Node | None]:
        records = self.program.files[made[0]].language in WITH_RECORDS
        for choice in (*self.words.bodies, *(("1",) if known and not records else ())):
            body = argument_node(self.program, made, choice)
            if body is not None:
                return choice, body
        if not records:
            return "", None
        for choice in ("1", "2", "3", "0"):  # where nothing is given by name, a body is known by what it holds
            body = argument_node(self.program, made, choice)
            if body is not None and self.values.keys(body).keys() & {*self.words.message_arguments, *self.words.prompt_arguments}:
                return choice, body
        callee = self.program.value((made[0], self.program.value(made).inputs[0]))
        held = (made[0], callee.inputs[0]) if callee.kind == "attribute" and callee.text not in self.words.bodies else None
        if held is not None and self.program.value(held).kind == "call":  # `request.SetBody(body).Post(url)`
            return ("receiver", self._body(held, known)[1])
        return "", None

    def _url(self, call: Call, made: Node, known: bool) -> Node | None:
        if self.program.files[made[0]].language in WITH_RECORDS:
            said = [made, *self._links(made)]
            texts = [(one[0], given) for one in said for given in self.program.value(one).inputs[1:]]
            return next((url for url in texts if re.search(r"^\w*:?/|/\w", self._end(url) or "")), None)
        url = argument_node(self.program, made, "url|0") if known or call.last == "urlopen" else None
        constant = self.program.constant(url) if url is not None else None
        if isinstance(constant, str) and constant.upper() == "POST":
            url = argument_node(self.program, made, "url|1")  # request("POST", url)
        return url

    def _is_another_service(self, call: Call, url: Node | None, by_body: bool) -> bool:
        """Servers of models also count tokens and embed: the address says so, or the function around does."""
        names = [self.program.function((call.node[0], call.value.scope)).name]
        if url is not None:
            ends = self._ends(url)
            if by_body and len(ends) > 1:  # one function that sends for several services, conversations among them
                return all(set(words_of(text)) & self.words.other_services for text in ends)
            names += [self.program.value(url).text, *ends[:1]]
        return any(set(words_of(name)) & self.words.other_services for name in names)

    def _end(self, url: Node) -> str:
        return next(iter(self._ends(url)), "")

    def _ends(self, url: Node) -> list[str]:
        return [text for text in self._texts(url, -1) if "/" in text or ":" in text]

    def _host(self, url: Node) -> str:
        return next((host for text in self._texts(url, 0) if (host := host_of(text)) is not None), "")

    def _texts(self, url: Node, position: int) -> Iterator[str]:
        """Constants at the beginning or the end of a text that is put together."""
        queue, seen = list(self.program.origins(url)), 0
        while queue and seen < 12:
            seen += 1
            current = queue.pop(0)
            value = self.program.value(current)
            if value.kind == "constant":
                yield value.text
            elif value.kind == "call" and len(value.inputs) == 2 and self.program.value((current[0], value.inputs[0])).text in _ADDRESSES:
                queue += self.program.origins((current[0], value.inputs[1]))  # `URI.create(address)`
            elif value.kind in ("format", "operation") and value.inputs:
                queue += self.program.origins(self._asking(current) if position < 0 else (current[0], value.inputs[position]))

    def _asking(self, text: Node) -> Node:
        """The part of an address that ends its path: `?key=` begins what comes behind it, a key most often, else the last part."""
        parts = [text]
        while (value := self.program.value(parts[0])).kind == "format" or (value.kind == "operation" and value.text == "+"):
            if not value.inputs or len(parts) > _MAX_LINKS:
                break
            parts[:1] = [(text[0], given) for given in value.inputs]
        for part in reversed(parts):
            constant = self.program.value(part)
            if constant.kind == "constant" and "?" in constant.text:
                return part
        return parts[-1] if len(parts) > 1 else text
