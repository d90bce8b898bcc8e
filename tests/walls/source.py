"""The source as the walls look at it: every module of portal parsed once, with what it imports."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOF = {
    "app",
    "cli",
    "day",
    "demo",
    "demo_advices",
    "demo_bad_debts",
    "demo_books",
    "demo_cases",
    "demo_claims",
    "demo_collecting",
    "demo_contracts",
    "demo_credit",
    "demo_desk",
    "demo_disputes",
    "demo_file",
    "demo_interest",
    "demo_ladder",
    "demo_month_end",
    "demo_pages",
    "demo_people",
    "demo_plans",
    "demo_promises",
    "demo_scores",
    "demo_stage",
    "demo_terms",
    "menus",
    "server",
    "worker",
}
FLOORS = {"core", "tables", "base", "web"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One file of portal: its dotted name without `portal.`, and its tree."""

    path: Path
    tree: ast.Module

    @property
    def name(self) -> str:
        parts = self.path.relative_to(ROOT / "portal").with_suffix("").parts
        return ".".join(part for part in parts if part != "__init__")

    @property
    def floor(self) -> str:
        """The first part of its name: a floor, a feature, or a module of the roof."""
        return self.name.split(".")[0]

    @property
    def is_feature(self) -> bool:
        return self.name != "" and self.floor not in FLOORS | ROOF

    @property
    def is_page(self) -> bool:
        last = self.name.split(".")[-1]
        return self.is_feature and (last == "forms" or last.startswith("pages_"))

    @property
    def is_act(self) -> bool:
        """Whatever of a feature is no page: commands, queries, and what they are made of."""
        return self.is_feature and not self.is_page

    def functions(self) -> Iterator[Function]:
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))

    def public_functions(self) -> Iterator[Function]:
        """What stands at the top of the file and does not begin with an underscore."""
        return (
            node
            for node in self.tree.body
            if isinstance(node, Function) and not node.name.startswith("_")
        )

    def says(self, node: ast.AST) -> str:
        """Where a complaint is about."""
        return f"{self.path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


@dataclass(frozen=True)
class Import:
    """One imported name, absolute, whichever way it was written."""

    module: Module
    node: ast.Import | ast.ImportFrom
    target: str

    def __str__(self) -> str:
        return f"{self.module.says(self.node)} imports {self.target}"


@cache
def modules() -> tuple[Module, ...]:
    paths = sorted((ROOT / "portal").rglob("*.py"))
    return tuple(Module(path, ast.parse(path.read_text("utf-8"))) for path in paths)


@cache
def templates() -> tuple[Path, ...]:
    return tuple(sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file()))


def imports_of(module: Module) -> Iterator[Import]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (Import(module, node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module.says(node)}: relative import"
            yield from (Import(module, node, f"{node.module}.{alias.name}") for alias in node.names)


def all_imports() -> Iterator[Import]:
    for module in modules():
        yield from imports_of(module)
