"""What the code may look like, checked on its syntax trees; who may import whom stands in .importlinter.

Every test gathers all offenders before it fails, so that one run shows the whole list.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from importlinter.cli import lint_imports

ROOT: Final = Path(__file__).resolve().parents[1]
PACKAGES: Final = (
    ROOT / "src/custody",
    ROOT / "api/custody_api",
    ROOT / "scanners/custody_scanners",
    ROOT / "migrations/custody_migrations",
)

LONGEST_FUNCTION: Final = 40
LONGEST_MODULE: Final = 350

# Each entry "path" or "path:function" needs a comment that says why the limit would make it worse.
LONGER_MODULES: Final = frozenset({
    "src/custody/bundle/verifier.js",  # verify.html holds it whole, and whoever doubts reads one file from top to end
})
LONGER_FUNCTIONS: Final[frozenset[str]] = frozenset()

# Names that say where code was put, not what it is.
EMPTY_NAMES: Final = frozenset({"base", "common", "helper", "manager", "misc", "service", "util"})

# Decisions and folds get time, ids and bytes as arguments, so that a replay decides as the ledger did.
PURE: Final = ("acts", "facts", "rules", "tlog")
IMPURE_MODULES: Final = frozenset({
    "asyncio", "concurrent", "glob", "http", "io", "multiprocessing", "os", "pathlib", "queue", "random", "secrets",
    "select", "shutil", "signal", "socket", "sqlite3", "subprocess", "sys", "tempfile", "threading", "time", "urllib",
})
IMPURE_CALLS: Final = frozenset({
    "getenv", "input", "now", "open", "print", "today", "urandom", "utcnow", "uuid1", "uuid4",
})
# importlib.resources stays allowed: rule data shipped in the package is part of the code, and its hash is in the log.

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules() -> Iterator[tuple[str, str, ast.Module]]:
    """Yield path from the root, source text and syntax tree of every module of the four packages."""
    for package in PACKAGES:
        for path in sorted(package.rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            yield str(path.relative_to(ROOT)), text, ast.parse(text)


def scripts() -> Iterator[tuple[str, str]]:
    """Yield path from the root and source text of every script of our own."""
    for package in PACKAGES:
        for path in sorted(package.rglob("*.js")):
            if "vendor" not in path.parts:
                yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def texts() -> Iterator[tuple[str, str]]:
    """Yield path and text of every module and every script."""
    yield from ((path, text) for path, text, _ in modules())
    yield from scripts()


def listed(found: list[str]) -> str:
    return "\n".join(["", *found])


def functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def body_lines(function: Function) -> int:
    """Lines from the first statement after the docstring to the last."""
    statements = function.body[1:] if ast.get_docstring(function) else function.body
    return (function.end_lineno or 0) - statements[0].lineno + 1 if statements else 0


SCRIPT_FUNCTION: Final = re.compile(r"=>|\bfunction\b|\)\s*\{\s*(//.*)?$")


def script_functions(text: str) -> Iterator[tuple[int, int]]:
    """Yield first line and lines of the body of every function of a script, by indentation; blank lines end nothing."""
    lines = text.splitlines()
    indents = [len(line) - len(line.lstrip()) if line.strip() else len(text) for line in lines]
    for at, line in enumerate(lines):
        if SCRIPT_FUNCTION.search(line) and not line.lstrip().startswith(("//", "/*", "*")):
            after = (n for n in range(at + 1, len(lines)) if indents[n] <= indents[at])
            yield at + 1, next(after, len(lines)) - at - 1


def public_definitions(tree: ast.Module) -> Iterator[tuple[str, Function | ast.ClassDef]]:
    """Yield the public functions and classes of a module, and the public methods of its public classes."""
    for node in tree.body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield node.name, node
            if isinstance(node, ast.ClassDef):
                for inner in node.body:
                    if isinstance(inner, Function) and not inner.name.startswith("_"):
                        yield f"{node.name}.{inner.name}", inner


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and first name of every absolute import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module.split(".")[0]


def called(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and last name of every call: `open(…)`, `datetime.now(…)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node.lineno, node.func.id
            elif isinstance(node.func, ast.Attribute):
                yield node.lineno, node.func.attr


def test_imports_point_downward(capsys: pytest.CaptureFixture[str]) -> None:
    status = lint_imports(config_filename=str(ROOT / ".importlinter"))
    assert status == 0, capsys.readouterr().out


def test_decisions_and_folds_use_no_clock_no_chance_and_no_input() -> None:
    found = [
        f"{path}:{line} {name}"
        for path, _, tree in modules()
        if path.removeprefix("src/custody/").split("/")[0].removesuffix(".py") in PURE
        for line, name in (
            *((line, name) for line, name in imported(tree) if name in IMPURE_MODULES),
            *((line, f"{name}()") for line, name in called(tree) if name in IMPURE_CALLS),
        )
    ]
    assert not found, listed(found)


def test_the_functions_of_a_script_are_measured_by_their_indentation() -> None:
    script = "function one() {\n  two();\n\n  three();\n}\n// four() {\nconst five = six =>\n  seven;\neight();\n"
    assert list(script_functions(script)) == [(1, 3), (7, 1)]


def test_no_function_is_longer_than_a_page() -> None:
    found = [
        f"{path}:{function.name} {body_lines(function)}"
        for path, _, tree in modules()
        for function in functions(tree)
        if body_lines(function) > LONGEST_FUNCTION and f"{path}:{function.name}" not in LONGER_FUNCTIONS
    ]
    found += [
        f"{path}:{line} {length}"
        for path, text in scripts()
        for line, length in script_functions(text)
        if length > LONGEST_FUNCTION
    ]
    assert not found, listed(found)


def test_no_module_is_longer_than_can_be_held_in_mind() -> None:
    found = [
        f"{path} {lines}"
        for path, text in texts()
        if (lines := len(text.splitlines())) > LONGEST_MODULE and path not in LONGER_MODULES
    ]
    assert not found, listed(found)


def test_exceptions_from_the_limits_are_still_needed() -> None:
    long_modules = {path for path, text in texts() if len(text.splitlines()) > LONGEST_MODULE}
    long_functions = {
        f"{path}:{function.name}"
        for path, _, tree in modules()
        for function in functions(tree)
        if body_lines(function) > LONGEST_FUNCTION
    }
    assert long_modules >= LONGER_MODULES
    assert long_functions >= LONGER_FUNCTIONS


def explained_elsewhere(path: str, node: Function | ast.ClassDef) -> bool:
    """Rules and clocks are named by their sentences, their texts are rule data; a revision has one docstring."""
    calls = (decorator.func for decorator in node.decorator_list if isinstance(decorator, ast.Call))
    is_rule = any(isinstance(call, ast.Name) and call.id in ("rule", "clock") for call in calls)
    return is_rule or "/custody_migrations/versions/" in path


def test_whatever_is_public_says_what_it_is() -> None:
    definitions = [
        (path, name, node)
        for path, _, tree in modules()
        for name, node in public_definitions(tree)
        if not explained_elsewhere(path, node)
    ]
    # An override is explained where the method is first declared, so its name being explained once is enough.
    explained = {node.name for _, name, node in definitions if "." in name and ast.get_docstring(node)}
    found = [path for path, _, tree in modules() if not ast.get_docstring(tree)]
    found += [
        f"{path}:{name}"
        for path, name, node in definitions
        if not ast.get_docstring(node) and not ("." in name and node.name in explained)
    ]
    assert not found, listed(found)


def test_no_module_and_no_class_has_an_empty_name() -> None:
    found = [
        f"{path} {name}"
        for path, _, tree in modules()
        for name in (Path(path).stem, *(node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)))
        if any(name.lower().endswith(ending) for empty in EMPTY_NAMES for ending in (empty, f"{empty}s"))
    ]
    assert not found, listed(found)


def test_every_package_is_typed() -> None:
    found = [package.name for package in PACKAGES if not (package / "py.typed").is_file()]
    assert not found, listed(found)
