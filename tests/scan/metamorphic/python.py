"""Python programs written differently: each function takes files by path and gives files that do the same.

All go through the syntax tree of Python's own parser. What a transformation cannot be sure of it leaves as it is.
"""

from __future__ import annotations

import ast
import builtins
import io
import tokenize
from collections import Counter
from collections.abc import Callable, Iterator

from tests.scan.metamorphic.scanning import BESIDE, MARK, Files

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_FAR = " " * 40  # the grammar loses a subscript whose next line begins before the block it stands in


def each(change: Callable[[ast.Module], None]) -> Callable[[Files], Files]:
    """Applies a change of a tree to every file."""

    def apply(files: Files) -> Files:
        return {path: _changed(text, change) if path.endswith(".py") else text for path, text in files.items()}

    return apply


def _changed(text: str, change: Callable[[ast.Module], None]) -> str:
    tree = ast.parse(text)
    change(tree)
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


# Layout


def in_long_lines(_tree: ast.Module) -> None:
    """Nothing but what writing a tree anew does: statements in one line, other quotes, no comments."""


def in_short_lines(files: Files) -> Files:
    """A new line after each opening bracket and each comma inside of brackets."""
    return {path: _broken(text) if path.endswith(".py") else text for path, text in files.items()}


def _broken(text: str) -> str:
    lines = text.splitlines(keepends=True)
    depth, in_format, cuts = 0, 0, list[tuple[int, int]]()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        name = tokenize.tok_name[token.type]
        in_format += {"FSTRING_START": 1, "FSTRING_END": -1}.get(name, 0)
        if name != "OP" or in_format:
            continue
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(token.string, 0)
        if depth and token.string in "([{,":
            cuts.append(token.end)
    for row, column in reversed(cuts):
        line = lines[row - 1]
        lines[row - 1] = f"{line[:column]}\n{_FAR}{line[column:].lstrip(' ')}"
    return "".join(lines)


def with_remarks(files: Files) -> Files:
    """A blank line and a comment before each statement."""
    return {path: _remarked(text) if path.endswith(".py") else text for path, text in files.items()}


def _remarked(text: str) -> str:
    lines = text.split("\n")
    starts = {
        min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))]): node.col_offset
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.stmt)
    }
    for number, column in sorted(starts.items(), reverse=True):
        before = lines[number - 1][:column]
        if not before.strip():
            lines[number - 1 : number - 1] = ["", f"{before}# A remark about what follows."]
    return "\n".join(lines)


# Names


def with_other_variables(tree: ast.Module) -> None:
    """Local variables get names that say nothing."""
    stored = Counter(
        node.id
        for function in _functions(tree)
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )
    taken = _names_outside_of_functions(tree)
    renamed = {name: f"v{number}" for number, name in enumerate(sorted(stored)) if name not in taken}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in renamed:
            node.id = renamed[node.id]


def _names_outside_of_functions(tree: ast.Module) -> set[str]:
    """Names that are bound otherwise than by assignment in a function: renaming them would change more."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.arg(arg=name) | ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.alias():
                found.add((node.asname or node.name).split(".")[0])
            case ast.Global() | ast.Nonlocal():
                found.update(node.names)
    inside = {id(node) for function in _functions(tree) for node in ast.walk(function)}
    return found | {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in inside}


def _functions(tree: ast.Module) -> Iterator[_Function]:
    return (node for node in ast.walk(tree) if isinstance(node, _Function))


def with_other_functions(files: Files) -> Files:
    """Functions of modules that nobody decorates end in `MARK`, where they are defined and where they are used."""
    trees = {path: ast.parse(text) for path, text in files.items() if path.endswith(".py")}
    defined = Counter(node.name for tree in trees.values() for node in tree.body if isinstance(node, _Function) and not node.decorator_list)
    other = {node.name for tree in trees.values() for node in ast.walk(tree) if isinstance(node, _Definition)} - set(defined)
    for tree in trees.values():
        for node in ast.walk(tree):
            match node:
                case ast.Attribute(attr=name) | ast.keyword(arg=str(name)) | ast.arg(arg=name):
                    other.add(name)
                case ast.Name(id=name, ctx=ast.Store()):
                    other.add(name)
                case ast.Constant(value=str(name)):
                    other.add(name)
                case _:
                    continue
    renamed = {name for name, count in defined.items() if count == 1 and name not in other and name != "main"}
    for tree in trees.values():
        for node in ast.walk(tree):
            if isinstance(node, _Function | ast.alias) and node.name in renamed:
                node.name += MARK
            elif isinstance(node, ast.Name) and node.id in renamed:
                node.id += MARK
    return {path: ast.unparse(trees[path]) + "\n" if path in trees else text for path, text in files.items()}


# Places


def in_other_order(tree: ast.Module) -> None:
    """Functions that follow one another in a module or a class stand the other way round."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef):
            node.body = list(_turned(node.body))


def _turned(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    run: list[ast.stmt] = []
    for statement in [*body, None]:
        if isinstance(statement, _Function) and not statement.decorator_list:
            run.insert(0, statement)
            continue
        yield from run
        run = []
        if statement is not None:
            yield statement


def in_other_files(files: Files) -> Files:
    """Functions of a module, with all they need of it, stand in a module beside it."""
    found: dict[str, str] = {}
    for path, text in files.items():
        found[path] = text
        if path.endswith(".py") and not path.endswith("__init__.py"):
            tree = ast.parse(text)
            moved = _movable(tree)
            if moved:
                folder, _, name = path.rpartition("/")
                beside = f"{folder}/{BESIDE}{name}" if folder else f"{BESIDE}{name}"
                found[path], found[beside] = _split(tree, moved, f"{folder}/__init__.py" in files, f"{BESIDE}{name}")
    return found


def _movable(tree: ast.Module) -> list[ast.stmt]:
    """Functions that nobody decorates, and the statements they need, where all of these can be had elsewhere."""
    given = {name: s for s in tree.body for name in _bound(s)}
    imported = {(a.asname or a.name).split(".")[0] for s in tree.body if isinstance(s, ast.Import | ast.ImportFrom) for a in s.names}
    if any(isinstance(node, ast.Global) for node in ast.walk(tree)) or len(given) != sum(len(_bound(s)) for s in tree.body):
        return []
    wanted: list[ast.stmt] = []
    for statement in tree.body:
        if isinstance(statement, _Function) and not statement.decorator_list:
            needed, queue = list[ast.stmt](), [statement]
            while queue:
                current: ast.stmt = queue.pop()
                if current not in needed:
                    needed.append(current)
                    used = {node.id for node in ast.walk(current) if isinstance(node, ast.Name)}
                    queue += [given[name] for name in used if name in given]  # type: ignore[misc]  # any statement may be needed
            free = {n.id for s in needed for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
            local = {n.id for s in needed for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
            local |= {n.arg for s in needed for n in ast.walk(s) if isinstance(n, ast.arg)} | _inner(needed)
            if free <= imported | set(given) | local | set(dir(builtins)):
                wanted += [s for s in needed if s not in wanted]
    return [s for s in tree.body if s in wanted]


def _inner(statements: list[ast.stmt]) -> set[str]:
    return {
        name
        for s in statements
        for n in ast.walk(s)
        for name in ([n.name] if isinstance(n, _Definition) or (isinstance(n, ast.ExceptHandler) and n.name) else [])
        if name
    }


def _bound(statement: ast.stmt) -> list[str]:
    """The names a statement of a module gives; none where it does more than that."""
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


def _split(tree: ast.Module, moved: list[ast.stmt], relative: bool, file: str) -> tuple[str, str]:
    head = [s for s in tree.body if isinstance(s, ast.Import | ast.ImportFrom)]
    names = [ast.alias(name) for s in moved for name in _bound(s)]
    module = file.removesuffix(".py")
    source = ast.ImportFrom(module, names, 1) if relative else ast.ImportFrom(module, names, 0)
    rest = [s for s in tree.body if s not in moved and s not in head]
    begin = [s for s in rest[:1] if isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant)]
    future = [s for s in head if isinstance(s, ast.ImportFrom) and s.module == "__future__"]
    here = [*begin, *future, *(s for s in head if s not in future), source, *rest[len(begin) :]]
    written = (ast.Module(here, []), ast.Module([*head, *moved], []))
    first, second = (ast.unparse(ast.fix_missing_locations(module)) + "\n" for module in written)
    return first, second


# Ways of saying it


def with_calls_wrapped(tree: ast.Module) -> None:
    """What a call gives to a local variable passes a function that gives back what it gets."""
    count = 0
    for function in list(_functions(tree)):
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call | ast.Await) and isinstance(node.targets[0], ast.Name):
                count += 1
                node.value = ast.Call(ast.Name(f"same_{count}", ast.Load()), [node.value], [])
    helpers = ast.parse("".join(f"def same_{number}(value):\n    return value\n" for number in range(1, count + 1))).body
    after = next((i for i, s in enumerate(tree.body) if isinstance(s, _Definition)), len(tree.body))
    tree.body[after:after] = helpers


def with_variables_extracted(tree: ast.Module) -> None:
    """Arguments of a call that is a statement of its own get a name in the line before."""
    for function in list(_functions(tree)):
        for node in ast.walk(function):
            for field in ("body", "orelse", "finalbody"):
                block = getattr(node, field, None)
                if isinstance(block, list) and block and isinstance(block[0], ast.stmt) and node is not tree:
                    setattr(node, field, [new for statement in block for new in _extracted(statement)])


def _extracted(statement: ast.stmt) -> Iterator[ast.stmt]:
    value = statement.value if isinstance(statement, ast.Assign | ast.Return | ast.Expr) else None
    call = value.value if isinstance(value, ast.Await) else value
    if isinstance(call, ast.Call) and not any(
        isinstance(n, ast.NamedExpr | ast.Await | ast.Yield) for a in _given(call) for n in ast.walk(a)
    ):
        for number, argument in enumerate(call.args):
            if not isinstance(argument, ast.Name | ast.Constant | ast.Starred | ast.GeneratorExp):
                name = f"given_{statement.lineno}_{number}"
                yield ast.Assign([ast.Name(name, ast.Store())], argument, lineno=statement.lineno)
                call.args[number] = ast.Name(name, ast.Load())
        for keyword in call.keywords:
            if keyword.arg and not isinstance(keyword.value, ast.Name | ast.Constant):
                name = f"given_{statement.lineno}_{keyword.arg}"
                yield ast.Assign([ast.Name(name, ast.Store())], keyword.value, lineno=statement.lineno)
                keyword.value = ast.Name(name, ast.Load())
    yield statement


def _given(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]
