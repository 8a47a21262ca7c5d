"""Go calls into values.

`fmt.Sprintf` is a format, `strings.Contains(s, x)` is `x in s`, `append` an update of its first argument. What is written through a
writer (`fmt.Fprintf(w, ...)`, `io.WriteString(w, ...)`, `json.NewEncoder(w).Encode(x)`) is a call of the writer's `Write`. A variable
whose address is handed to a call (`Decode(&request)`) holds from there on what the call may have put into it.
"""

from __future__ import annotations

import re

from tree_sitter import Node

from ingest.code.go.expressions import Expressions
from ingest.code.go.names import PLAIN
from ingest.code.graph import Scope
from ingest.code.tree import lines, named

_FORMATS = frozenset({"fmt.Sprintf", "fmt.Errorf", "fmt.Sprint", "fmt.Sprintln", "strings.Join", "bytes.Join"})
_WRITES = frozenset({"fmt.Fprintf", "fmt.Fprint", "fmt.Fprintln"})
_EXECUTES = frozenset({"Execute", "ExecuteTemplate"})  # of a template: what comes of it goes to the writer
_COPIES = frozenset({"io.WriteString", "io.Copy", "io.CopyN"})
_MEMBERSHIP = frozenset({"strings.Contains", "slices.Contains", "bytes.Contains"})
_SAME = frozenset({"strings.EqualFold", "bytes.Equal", "reflect.DeepEqual", "slices.Equal", "maps.Equal"})
_METHODS = {  # functions of a text, as methods of it
    "strings.HasPrefix": "startswith", "strings.HasSuffix": "endswith", "strings.ReplaceAll": "replace", "strings.Replace": "replace",
    "strings.TrimSpace": "strip", "strings.Trim": "strip", "strings.ToLower": "lower", "strings.ToUpper": "upper",
    "strings.Split": "split", "strings.Fields": "split", "strings.TrimPrefix": "removeprefix", "strings.TrimSuffix": "removesuffix",
}  # fmt: skip
_BUILT = frozenset({"WriteString", "WriteByte", "WriteRune", "Write", "Add", "Push", "PushBack", "Store", "Set", "Append"})
_FILLS = frozenset({"Decode", "Unmarshal", "Bind", "BindJSON", "BindQuery", "BindUri", "ShouldBind", "ShouldBindJSON", "ShouldBindQuery",
                    "ShouldBindUri", "BodyParser", "QueryParser", "Scan", "ReadJSON", "DecodeJSON", "Body", "ParamsParser"})  # fmt: skip
_OPTION = re.compile(r"With[A-Z]\w{1,60}")
_REPLIES = ("ResponseWriter",)


class Calls(Expressions):
    """Reads calls; `statements.Statements` adds the rest."""

    filled: list[tuple[int, str, int]]  # values that a call put into what a parameter points to: function, parameter, value

    def _call(self, scope: Scope, node: Node) -> int:
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if function is None or arguments is None:
            return self.unknown(scope, node)
        while function.type == "parenthesized_expression" and named(function):
            function = named(function)[0]
        given = named(arguments)
        if function.type == "identifier" and not self.known(scope, self.text(function)) and self.text(function) not in self.defined:
            built_in = self._built_in(scope, node, self.text(function), given)
            if built_in is not None:
                return built_in
        member = self.package_member(scope, function)
        special = self._special(scope, node, member, given) if member else self._encoded(scope, node, function, given)
        if special is not None:
            return special
        return self._called(scope, node, self._callee(scope, function), given, function)

    def _callee(self, scope: Scope, function: Node) -> int:
        """What is called; what stands in brackets behind the name of a function are its types."""
        if function.type == "index_expression":
            inner = function.child_by_field_name("operand")
            if inner is not None and inner.type in ("identifier", "selector_expression") and self.path(scope, inner) is None:
                if inner.type == "selector_expression" and self.package_member(scope, inner):
                    return self.value(scope, inner)
                if inner.type == "identifier" and self.text(inner) not in self.module_variables:
                    return self.value(scope, inner)
        return self.value(scope, function)

    # Calls the graph has a word for

    def _built_in(self, scope: Scope, node: Node, name: str, given: list[Node]) -> int | None:
        builder, where = self.builder, lines(node)
        if name in PLAIN and len(given) == 1:
            return self.value(scope, given[0])
        match name:
            case "append" | "copy" if given:
                values = [self.value(scope, child) for child in given]
                labels = tuple("*" if child.type == "variadic_argument" or name == "copy" else "" for child in given)
                result = builder.add(scope, "update", where, "", tuple(values), ("", *labels[1:]))
                path = self.path(scope, given[0]) if name == "copy" else None
                if path is not None:
                    builder.write(scope, path, result)
                return result
            case "len" | "cap" if len(given) == 1:
                callee = builder.add(scope, "name", where, "@len")
                return builder.add(scope, "call", where, "", (callee, self.value(scope, given[0])), ("", ""))
            case "make" if given:
                for child in given[1:]:
                    self.value(scope, child)
                kind = "dictionary" if given[0].type == "map_type" else "list"
                return builder.add(scope, "collection", where, kind)
            case "new" if len(given) == 1:
                return self.zero(scope, given[0])
            case "min" | "max" if given:
                return builder.add(scope, "choice", where, "", tuple(self.value(scope, child) for child in given))
            case "delete" | "close" | "clear":
                return builder.add(scope, "unknown", where, name)
            case _:
                return None

    def zero(self, scope: Scope, typed: Node) -> int:
        """What a variable of a type holds that was given nothing."""
        while typed.type in ("parenthesized_type", "parenthesized_expression") and named(typed):
            typed = named(typed)[0]
        if typed.type in ("type_identifier", "identifier", "qualified_type", "generic_type", "selector_expression"):
            if self.text(typed) in PLAIN or any(self.text(typed) in known for known in self.type_names):
                return self.builder.add(scope, "unknown", lines(typed), "unset")
            return self.builder.add(scope, "call", lines(typed), "", (self.value(scope, typed),), ("",))
        if typed.type in ("slice_type", "array_type", "map_type"):
            return self.builder.add(scope, "collection", lines(typed), "dictionary" if typed.type == "map_type" else "list")
        return self.builder.add(scope, "unknown", lines(typed), "unset")

    def _special(self, scope: Scope, node: Node, member: str, given: list[Node]) -> int | None:
        builder, where = self.builder, lines(node)
        if member == "net/http.HandlerFunc" and len(given) == 1:  # a function by another name
            return self.value(scope, given[0])
        if member in _FORMATS and given:
            return builder.add(scope, "format", where, "%", tuple(self.value(scope, child) for child in given))
        if member in _WRITES and len(given) > 1:
            text = builder.add(scope, "format", where, "%", tuple(self.value(scope, child) for child in given[1:]))
            return self._write(scope, node, given[0], text)
        if member in _COPIES and len(given) > 1:
            return self._write(scope, node, given[0], self.value(scope, given[1]))
        if len(given) == 2 and member in _MEMBERSHIP:
            whole, wanted = self.value(scope, given[0]), self.value(scope, given[1])
            return builder.add(scope, "operation", where, "in", (wanted, whole))
        if len(given) == 2 and member in _SAME:
            return builder.add(scope, "operation", where, "==", tuple(self.value(scope, child) for child in given))
        if len(given) == 2 and member in ("errors.Is", "errors.As"):
            problem = self.value(scope, given[0])
            target = given[1].child_by_field_name("operand") if given[1].type == "unary_expression" else None
            if member == "errors.As" and target is not None and target.type == "identifier" and self.known(scope, self.text(target)):
                is_test = builder.kind_of(problem) == "operation" and builder.text_of(problem) == "is"  # what `err` of a call stands for
                builder.write(scope, self.text(target), builder.inputs_of(problem)[0] if is_test else problem)
            return builder.add(scope, "operation", where, "is", (problem,))
        if given and member in _METHODS:
            callee = builder.add(scope, "attribute", where, _METHODS[member], (self.value(scope, given[0]),))
            rest = tuple(self.value(scope, child) for child in given[1:])
            return builder.add(scope, "call", where, "", (callee, *rest), ("",) * (len(rest) + 1))
        return None

    def _encoded(self, scope: Scope, node: Node, function: Node, given: list[Node]) -> int | None:
        """`json.NewEncoder(w).Encode(x)` writes x to w."""
        inner, field = function.child_by_field_name("operand"), function.child_by_field_name("field")
        if field is None or inner is None or self.text(field) != "Encode" or len(given) != 1 or inner.type != "call_expression":
            return None
        maker, arguments = inner.child_by_field_name("function"), inner.child_by_field_name("arguments")
        if maker is None or arguments is None or not named(arguments) or not self.package_member(scope, maker).endswith(".NewEncoder"):
            return None
        return self._write(scope, node, named(arguments)[0], self.value(scope, given[0]), "Encode")

    def _write(self, scope: Scope, node: Node, writer: Node, text: int, name: str = "Write") -> int:
        callee = self.builder.add(scope, "attribute", lines(node), name, (self.value(scope, writer),))
        call = self.builder.add(scope, "call", lines(node), "", (callee, text), ("", ""))
        self._mutate(scope, writer, "Write", [text], call)
        return call

    # All other calls

    def _called(self, scope: Scope, node: Node, callee: int, given: list[Node], function: Node) -> int:
        inputs = [callee]
        for child in given:
            if child.type == "func_literal":
                self.builder.beside(self.text(function).rsplit(".", 1)[-1], inputs[1:])
            inputs.append(self.value(scope, child))
        labels = ("", *("*" if child.type == "variadic_argument" else self._option(child) for child in given))
        call = self.builder.add(scope, "call", lines(node), "", tuple(inputs), labels)
        field = function.child_by_field_name("field")
        name = self.text(field) if field is not None else ""
        self._fill(scope, given, name, call)
        operand = function.child_by_field_name("operand")
        if name in _EXECUTES and len(given) > 1 and operand is not None:
            return self._write(scope, node, given[0], call, "WriteTemplate")
        if operand is not None and len(inputs) > 1 and not self.package_member(scope, function):
            self._mutate(scope, operand, name, inputs[1:], call)
        return call

    def _option(self, node: Node) -> str:
        """`WithMaxTokens` of `llms.WithMaxTokens(200)`: an option is an argument of that name."""
        function = node.child_by_field_name("function") if node.type == "call_expression" else None
        if function is None or function.type not in ("identifier", "selector_expression"):
            return ""
        name = self.text(function).rsplit(".", 1)[-1]
        return name if _OPTION.fullmatch(name) else ""

    def _fill(self, scope: Scope, given: list[Node], name: str, call: int) -> None:
        """What calls put into variables whose addresses they are given."""
        for child in given:
            operator = child.child_by_field_name("operator")
            by_address = child.type == "unary_expression" and operator is not None and operator.type == "&"
            inner = named(child)[0] if by_address and named(child) else child
            if inner.type not in ("identifier", "selector_expression") or not (by_address or name in _FILLS):
                continue
            path = self.path(scope, inner)
            if path is None:
                continue
            where = self.builder.lines_of(call)
            before = self.builder.read(scope, path, where) if self.known(scope, path) else self.value(scope, inner)
            after = self.builder.add(scope, "update", where, "", (before, call), ("", "**"))
            for loop in scope.loops:
                loop.seen.add(path)
            if inner.type == "selector_expression":
                self.assign(scope, inner, after)  # a field of a record: `Scan(&page.title, &page.notes)`
            else:
                self.builder.write(scope, path, after)
            self.filled.append((scope.function, path.split(".")[0], after))

    def _mutate(self, scope: Scope, target: Node, name: str, given: list[int], call: int) -> None:
        """`builder.WriteString(x)`, `list.Add(x)`: what the object is from here on."""
        path = self.path(scope, target) if name in _BUILT else None
        if path is None or self.declared_types.get(path, "").endswith(_REPLIES):
            return
        where = self.builder.lines_of(call)
        before = self.builder.read(scope, path, where) if self.known(scope, path) else self.value(scope, target)
        keyed = name in ("Set", "Store", "Add") and len(given) == 2
        key = self.builder.text_of(given[0]) if keyed and self.builder.kind_of(given[0]) == "constant" else "?"
        values, labels = (given[1:], [key]) if keyed else (given, [""] * len(given))
        after = self.builder.add(scope, "update", where, "", (before, *values), ("", *labels))
        if "." in path:
            self.builder.bind(scope, path, after)
        else:
            self.builder.write(scope, path, after)

    module_variables: set[str]

    # Given by the classes built on this one

    def assign(self, scope: Scope, target: Node, value: int, declares: bool = False) -> None:
        raise NotImplementedError
