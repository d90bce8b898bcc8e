"""
The policy as one text in TOML: read with every fault by its line, written so that it reads back.

The text is the written policy of terms, reconciliation and collection (S-197). Where it comes from
and what becomes of the values is not known here.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from portal.core.errors import RuleBroken
from portal.core.money import CURRENCIES
from portal.core.policy_canon import canonical, canonical_list, in_full
from portal.core.policy_kinds import NEVER, shown
from portal.core.policy_rules import complaints
from portal.core.policy_schema import LISTS, REQUIRED, Key, Rows, Section
from portal.core.policy_sections import COMPANY_NAMES, SECTIONS
from portal.core.toml_lines import Path, check_depth, lines_of
from portal.core.toml_writing import assignment, dotted

#: A larger file is no policy.
MOST_BYTES = 250_000
_WHERE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_PATHS: Mapping[str, Path] = {
    **{
        key.value: (section.name, key.name)
        for section in SECTIONS
        for key in section.keys
        if key.value
    },
    **{rows.value: rows.path for rows in LISTS},
}
HEAD = """\
# The policy, as `accord policy export` writes it and `accord policy import` reads it.
# Sections that a file lacks stay as they are; lists in [[double brackets]] are replaced as a whole.
"""


@dataclass(frozen=True)
class Known:
    """What only the outside knows: which names exist."""

    countries: frozenset[str]
    timezones: frozenset[str]
    languages: tuple[str, ...]
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Fault:
    """What is wrong with a text: on which line, with which key, and why."""

    line: int | None
    key: str
    broken: RuleBroken


@dataclass(frozen=True)
class PolicyText:
    """What a text says: values of the policy, the company's record, and what is wrong with it."""

    values: Mapping[str, Any] = field(default_factory=dict)
    company: Mapping[str, str] = field(default_factory=dict)
    faults: Sequence[Fault] = ()
    lines: Mapping[Path, int] = field(default_factory=dict, compare=False, repr=False)

    def blamed(self, section: str, key: str, broken: RuleBroken) -> Fault:
        """A fault of a key that only others can find."""
        return Fault(self.lines.get((section, key)), f"{section}.{key}", broken)


def decoded(body: bytes) -> str:
    """
    The text of a file; a mark at its beginning is left out.

    Raises: policy.too_long, policy.not_utf8.
    """
    if len(body) > MOST_BYTES:
        raise RuleBroken("policy.too_long", most=MOST_BYTES // 1000)
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise RuleBroken("policy.not_utf8", line=body.count(b"\n", 0, wrong.start) + 1) from wrong


def read_policy(text: str, in_force: Mapping[str, Any], known: Known) -> PolicyText:
    """
    What a text says of the policy, with everything that is wrong with it.

    Rule: R220 — a text is refused with all its faults at once, an unknown section or key by its
    name and line, a wrong value by its line (INTERFACES 7).
    Rule: R222 — what a text does not tell stays as it is in force; a list is told as a whole
    (INTERFACES 7).
    """
    try:
        check_depth(text)
        told = tomllib.loads(text, parse_float=Decimal)
        lines = lines_of(text)
    except tomllib.TOMLDecodeError as wrong:
        return PolicyText(faults=(_not_toml(str(wrong), text),))
    except RecursionError:
        return PolicyText(faults=(Fault(None, "", RuleBroken("policy.too_deep")),))
    except ValueError:  # a number of more digits than are read
        return PolicyText(faults=(_not_toml("A number is too long", text),))
    reading = _Reading(lines, known)
    reading.read(told)
    reading.check(canonical(in_force))
    faults = sorted(reading.faults, key=lambda fault: fault.line or 0)
    return PolicyText(reading.values, reading.company, tuple(faults), lines)


def _not_toml(message: str, text: str) -> Fault:
    found = _WHERE.search(message)
    line = int(found[1]) if found and found[1] else text.count("\n") + 1
    problem = _WHERE.sub("", message)
    return Fault(line, "", RuleBroken("policy.not_toml", problem=problem))


class _Reading:
    """One reading of a text: what was found, and what was wrong."""

    def __init__(self, lines: Mapping[Path, int], known: Known) -> None:
        self.values: dict[str, Any] = {}
        self.company: dict[str, str] = {}
        self.faults: list[Fault] = []
        self._lines = lines
        self._known = known
        #: Lists that could not be read: nothing is said of who refers to them.
        self._unread: set[str] = set()

    def read(self, told: Mapping[str, Any]) -> None:
        """Section by section, list by list."""
        lists = {rows.path[0]: rows for rows in LISTS if len(rows.path) == 1}
        sections = {section.name: section for section in SECTIONS}
        for name, below in told.items():
            if name in lists:
                self._list(lists[name], below)
            elif name in sections:
                self._section(sections[name], below)
            else:
                names = ", ".join([*sections, *lists])
                self._blame((name,), RuleBroken("policy.unknown_section", name=name, known=names))

    def _section(self, section: Section, told: Any) -> None:
        path = (section.name,)
        if not isinstance(told, Mapping):
            self._blame(path, RuleBroken("policy.not_a_table", value=shown(told)))
            return
        lists = {rows.path[1]: rows for rows in LISTS if rows.path[0] == section.name}
        keys = {key.name: key for key in section.keys}
        for name, value in told.items():
            if name in lists and len(lists[name].path) == 2:
                self._list(lists[name], value)
            elif name in keys:
                self._value(keys[name], (*path, name), value)
            else:
                self._unknown((*path, name), [*keys, *lists])

    def _value(self, key: Key, path: Path, told: Any) -> None:
        try:
            value = key.kind(told)
            if key.value:
                self.values[key.value] = value
            else:
                self.company[key.name] = self._known_to_company(key.name, value)
        except RuleBroken as broken:
            self._blame(path, broken)

    def _known_to_company(self, name: str, value: str) -> str:
        """A field of the company's record that names something from outside."""
        known: Mapping[str, frozenset[str] | tuple[str, ...]] = {
            "timezone": self._known.timezones,
            "currency": CURRENCIES,
            "language": self._known.languages,
        }
        if name in known and value not in known[name]:
            raise RuleBroken(f"policy.{name}_unknown", value=shown(value))
        return value.upper() if name == "country" else value

    def _list(self, rows: Rows, told: Any) -> None:
        entries = self._entries(rows, rows.path, told)
        if entries is None:
            self._unread.add(rows.value)
        else:
            self.values[rows.value] = canonical_list(rows, entries)

    def _entries(self, rows: Rows, path: Path, told: Any) -> list[dict[str, Any]] | None:
        """The entries of a list; None where one of them cannot be read."""
        if not isinstance(told, list) or not all(isinstance(each, Mapping) for each in told):
            self._blame(path, RuleBroken("policy.not_entries", name=".".join(rows.path)))
            return None
        if len(told) > rows.most:
            self._blame(path, RuleBroken("policy.too_many", most=rows.most))
            return None
        before = len(self.faults)
        entries = [self._entry(rows, (*path, nth), each) for nth, each in enumerate(told)]
        return entries if len(self.faults) == before else None

    def _entry(self, rows: Rows, path: Path, told: Mapping[str, Any]) -> dict[str, Any]:
        keys = {key.name: key for key in rows.keys}
        lists = {below.path[-1]: below for below in rows.below}
        read: dict[str, Any] = {}
        for name, value in told.items():
            if name in lists:
                read[name] = self._entries(lists[name], (*path, name), value) or []
            elif name not in keys:
                self._unknown((*path, name), [*keys, *lists])
            else:
                try:
                    read[name] = keys[name].kind(value)
                except RuleBroken as broken:
                    self._blame((*path, name), broken)
        for name, key in keys.items():
            if key.default is REQUIRED and name not in told:
                self._blame(path, RuleBroken("policy.key_missing", name=name))
        return read

    def check(self, in_force: Mapping[str, Any]) -> None:
        """What is told fits together, and with what stays in force."""
        self._known_names()
        for found in complaints({**in_force, **self.values}):
            refers = found.broken.code == "policy.terms_unknown"
            if refers and "terms" in self._unread:
                continue
            if found.value in self.values:
                self._blame((*_PATHS[found.value], *found.below), found.broken)
            elif refers and "terms" in self.values:
                # Terms in use are left out: the fault is the list's, not theirs who use it.
                self._blame(_PATHS["terms"], found.broken, key=dotted(_names(found)))

    def _known_names(self) -> None:
        country = self.values.get("calendar_country", "")
        if country and country not in self._known.countries:
            broken = RuleBroken("policy.country_unknown", value=shown(country))
            self._blame(_PATHS["calendar_country"], broken)
        roles = ("system", *self._known.roles)
        for place, ladder in enumerate(self.values.get("ladders", ())):
            for nth, step in enumerate(ladder["step"]):
                if step["responsible"] not in roles:
                    known, value = ", ".join(roles), shown(step["responsible"])
                    path: Path = ("ladder", place, "step", nth, "responsible")
                    self._blame(path, RuleBroken("policy.not_one_of", value=value, known=known))

    def _unknown(self, path: Path, known: Sequence[str]) -> None:
        name = shown(path[-1])
        self._blame(path, RuleBroken("policy.unknown_key", name=name, known=", ".join(known)))

    def _blame(self, path: Path, broken: RuleBroken, key: str = "") -> None:
        told = dotted(tuple(str(each) for each in path if isinstance(each, str)))
        self.faults.append(Fault(self._line(path), key or told, broken))

    def _line(self, path: Path) -> int | None:
        """The line of a key, or of what it should stand in."""
        for length in range(len(path), 0, -1):
            if path[:length] in self._lines:
                return self._lines[path[:length]]
        return None


def _names(found: Any) -> tuple[str, ...]:
    path = (*_PATHS[found.value], *found.below)
    return tuple(each for each in path if isinstance(each, str))


# ── Writing ──────────────────────────────────────────────────────────────────


def write_policy(values: Mapping[str, Any], company: Mapping[str, str] | None = None) -> str:
    """
    The text that says these values, and the company's record where one is given.

    Rule: R221 — text and values are exact inverses: what is written reads back as the same values,
    and is written again as the same bytes (INTERFACES 7).
    """
    kept = canonical(values)
    lines = [HEAD.rstrip()]
    for rows in LISTS:
        if not in_full(rows, kept[rows.value]):
            lines += ["", assignment(dotted(rows.path), [])]
    for section in SECTIONS:
        lines += _section_lines(section, kept, company)
    for rows in LISTS:
        for entry in in_full(rows, kept[rows.value]):
            lines += _entry_lines(rows, entry)
    return "\n".join(lines) + "\n"


def _section_lines(
    section: Section, values: Mapping[str, Any], company: Mapping[str, str] | None
) -> list[str]:
    lines, tables = ["", f"[{section.name}]"], list[str]()
    for key in section.keys:
        if key.name in COMPANY_NAMES and not key.value:
            if company is not None:
                lines.append(assignment(key.name, company[key.name]))
        elif key.is_tables and values[key.value]:
            tables += _tables((section.name, key.name), values[key.value])
        else:
            value = values[key.value]
            lines.append(assignment(key.name, NEVER if value is None else value, key.hint))
    return lines + tables


def _tables(path: tuple[str, ...], texts: Mapping[str, Any]) -> list[str]:
    """Texts by several keys, as tables of their own."""
    lines = list[str]()
    told = {name: text for name, text in sorted(texts.items()) if isinstance(text, str)}
    if told:
        lines += ["", f"[{dotted(path)}]", *(assignment(*pair) for pair in told.items())]
    for name, below in sorted(texts.items()):
        if name not in told:
            lines += _tables((*path, name), below)
    return lines


def _entry_lines(rows: Rows, entry: Mapping[str, Any]) -> list[str]:
    lists = {below.path[-1]: below for below in rows.below}
    lines = ["", f"[[{dotted(rows.path)}]]"]
    lines += [assignment(name, value) for name, value in entry.items() if name not in lists]
    for name, below in lists.items():
        for each in entry[name]:
            lines += _entry_lines(below, each)
    return lines
