"""
The import graph, in what needs every feature's name.

pyproject.toml holds the contracts of the floors; here stand the brackets of the plan, the one door
to a transaction, and imports that hide in functions.
"""

import ast
import graphlib
import sys

from tests.walls.source import FLOORS, ROOF, Import, all_imports, modules

#: Whose acts a feature's acts may use, besides those that these may use. Nobody stands on home.
BRACKETS = {
    "approvals": set(),
    "bad_debts": {"approvals", "credit", "customers", "invoices", "payments"},
    "audit": {"invoices", "people", "statements"},
    "contracts": {"approvals", "customers", "invoices"},
    "credit": {"approvals", "contracts", "disputes", "invoices", "payments", "promises", "terms"},
    "customers": set(),
    "disputes": {"approvals", "invoices", "payments"},
    "escalation": {
        *("approvals", "contracts", "customers", "disputes", "interest", "invoices", "payments"),
        *("promises", "statements"),
    },
    "home": {"approvals", "disputes", "escalation", "imports", "promises", "statements"},
    "imports": {
        *("contracts", "credit", "customers", "disputes", "invoices", "payments", "promises"),
    },
    "interest": {"approvals", "contracts", "disputes", "invoices", "payments", "terms"},
    "invoices": {"approvals", "customers"},
    "payments": {"approvals", "invoices"},
    "people": {"customers"},
    "promises": {"approvals", "disputes", "interest", "invoices", "payments", "people"},
    "reports": {"bad_debts", "escalation", "invoices", "payments", "promises", "statements"},
    "settings": {"terms"},
    "statements": {"invoices", "payments", "disputes", "interest", "people"},
    "terms": {"approvals", "contracts", "customers", "invoices"},
}
FLASK = {"flask", "flask_htmx", "flask_login", "jinja2_fragments", "werkzeug", "wtforms"}
#: Who may open a transaction, besides the roof.
DOORS = {
    *("imports.background", "imports.run", "invoices.downloads", "statements.certificate.sealed"),
    *(
        "statements.comparison.working",
        "escalation.notices.printing",
        "escalation.cases.pack.making",
    ),
    *("audit.answering", "audit.chain", "audit.pack", "statements.certificate.stamping"),
    *("web.respond", "web.traces"),
}


def reach(feature: str) -> set[str]:
    """The features that a feature's acts may use, through the others' brackets too."""
    found = {feature}
    for other in BRACKETS[feature]:
        found |= reach(other)
    return found


def first_party(found: Import) -> list[str]:
    """The parts of an import below portal; none for a library."""
    root, *parts = found.target.split(".")
    return parts if root == "portal" else []


def test_every_feature_has_its_place_in_the_plan():
    assert {module.floor for module in modules() if module.is_feature} <= set(BRACKETS)


def test_core_imports_the_standard_library_only():
    foreign = [
        str(found)
        for found in all_imports()
        if found.module.floor == "core"
        and found.target.split(".")[0] not in sys.stdlib_module_names
        and first_party(found)[:1] != ["core"]
    ]

    assert foreign == []


def test_core_knows_no_clock():
    asked = {"now", "today", "utcnow", "time"}
    calls = [
        module.says(node)
        for module in modules()
        if module.floor in {"core", "tables"}
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in asked
    ]

    assert calls == []


def test_flask_is_known_in_web_and_pages_and_on_the_roof():
    strangers = [
        str(found)
        for found in all_imports()
        if found.target.split(".")[0] in FLASK
        and found.module.floor not in ROOF | {"web"}
        and not found.module.is_page
    ]

    assert strangers == []


def test_nobody_below_imports_the_roof():
    upward = [
        str(found)
        for found in all_imports()
        if first_party(found)[:1] and first_party(found)[0] in ROOF
        if found.module.floor not in ROOF
    ]

    assert upward == []


def test_acts_use_the_acts_of_the_features_in_their_brackets():
    uninvited = [
        str(found)
        for found in all_imports()
        if found.module.is_act
        and first_party(found)
        and first_party(found)[0] not in FLOORS
        and first_party(found)[0] not in reach(found.module.floor) | columns_of(found)
    ]

    assert uninvited == []


def columns_of(found: Import) -> set[str]:
    """A feature's files.py describes its columns in the words of the import feature."""
    return {"imports"} if "files" in found.module.name.split(".")[1:] else set()


def test_pages_post_commands_that_their_own_acts_stand_on():
    foreign = [
        str(found)
        for found in all_imports()
        if found.module.is_page
        and first_party(found)[1:2] == ["commands"]
        and first_party(found)[0] not in reach(found.module.floor)
    ]

    assert foreign == []


def test_no_import_hides_in_a_function():
    hidden = [
        str(found)
        for found in all_imports()
        if found.node.col_offset > 0
        and not is_for_types(found)
        and not (found.module.name.startswith("base.documents") and is_library(found))
    ]

    assert hidden == []


def is_library(found: Import) -> bool:
    """WeasyPrint, pyHanko and theirs take half a second: they load with the first document."""
    root = found.target.split(".")[0]
    return root != "portal" and root not in sys.stdlib_module_names


def is_for_types(found: Import) -> bool:
    """Whether it stands under `if TYPE_CHECKING:` at the top of the file."""
    return any(
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
        and found.node in node.body
        for node in found.module.tree.body
    )


def test_no_circle_of_imports():
    known = {module.name for module in modules()}
    graph = {name: set() for name in known}
    for found in all_imports():
        parts = first_party(found)
        for length in (len(parts), len(parts) - 1):
            target = ".".join(parts[:length])
            if target in known - {found.module.name, ""}:
                graph[found.module.name].add(target)
                break

    graphlib.TopologicalSorter(graph).prepare()


def test_only_the_doors_open_a_transaction():
    opened = [
        module.says(node)
        for module in modules()
        if module.name not in DOORS and module.floor not in ROOF | {"base"}
        if not module.name.endswith(".daily")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"work", "commit", "writing"}
    ]

    assert opened == []
