"""What a comparison found, written into the tables and read out of them again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

from sqlalchemy import insert, select

from portal.base.work import Reader, Work
from portal.core.comparison import Bridge, Decisions, How, Match, OwnBooks, Pair, Single
from portal.core.comparison import Comparison as Found
from portal.core.comparison import OwnRow as Row
from portal.core.confirmation import Reason
from portal.statements.comparison.uploading import drop_rows
from portal.tables.comparison import Comparison, OwnMatch, OwnRow

BATCH = 5_000
#: What of the bridge is kept, in its order.
STEPS = ("yours", "opening", "only_ours", "only_yours", "amounts", "ours", "unexplained")
#: What a single's `how` says.
DUPLICATE, IN_TRANSIT = "duplicate", "timing"


def key_of(ours: Iterable[int], yours: Iterable[int]) -> str:
    """
    What names some lines and rows that stand together: their first line, else their first row.

    >>> key_of([3], [17]), key_of([], [17])
    ('o3', 'y17')
    """
    return next(chain((f"o{at}" for at in ours), (f"y{at}" for at in yours)))


# ── Decisions ────────────────────────────────────────────────────────────────


def decided(comparison: Comparison) -> dict[str, Any]:
    """What people decided about a comparison, as plain data."""
    empty: dict[str, Any] = {
        "accepted": [],
        "refused": [],
        "timing_ours": [],
        "timing_yours": [],
        "reasons": {},
    }
    return {**empty, **json.loads(comparison.decisions)}


def decisions_of(said: dict[str, Any]) -> Decisions:
    """The same for the comparing itself."""
    return Decisions(
        accepted=tuple(Pair(tuple(ours), tuple(yours)) for ours, yours in said["accepted"]),
        refused=frozenset((line, row) for line, row in said["refused"]),
        timing_ours=frozenset(said["timing_ours"]),
        timing_yours=frozenset(said["timing_yours"]),
    )


# ── Written ──────────────────────────────────────────────────────────────────


def keep_rows(w: Work, comparison: Comparison, books: OwnBooks) -> None:
    """The rows of the ledger stand in the table, those of other periods marked."""
    drop_rows(w, comparison)
    named = {"customer_id": comparison.customer_id, "comparison_id": comparison.id}
    rows = chain(((row, False) for row in books.rows), ((row, True) for row in books.outside))
    _insert(
        w,
        OwnRow,
        (
            named
            | {
                "row": row.row,
                "dated_on": row.on,
                "number": row.number,
                "reference": row.reference,
                "text": row.text,
                "amount_minor": row.amount_minor,
                "is_outside": is_outside,
            }
            for row, is_outside in rows
        ),
    )


def keep_matches(w: Work, comparison: Comparison, books: OwnBooks, found: Found) -> None:
    """What was found stands in the table with what was decided; counts and bridge beside it."""
    said = decided(comparison)
    named = {"customer_id": comparison.customer_id, "comparison_id": comparison.id}
    rows = (
        {
            **named,
            **row,
            **_decision(row, said),
            "nth": nth,
            "ours": json.dumps(row["ours"]),
            "yours": json.dumps(row["yours"]),
        }
        for nth, row in enumerate(_match_rows(found), 1)
    )
    _insert(w, OwnMatch, rows)
    comparison.counts = json.dumps(
        json.loads(comparison.counts)
        | {
            "same": len(found.same),
            "differs": len(found.differing),
            "ours": len(found.only_ours),
            "yours": len(found.only_yours),
            "rows": len(books.rows),
        },
        sort_keys=True,
    )
    comparison.bridge = json.dumps(bridge_json(found.bridge, books), sort_keys=True)
    comparison.state, comparison.rows_done = "ready", comparison.rows_total
    comparison.row_version += 1


def _match_rows(found: Found) -> Iterator[dict[str, Any]]:
    for kind, matches in (("same", found.same), ("differs", found.differing)):
        for match in matches:
            yield {
                "kind": kind,
                "how": match.how.value,
                "ours": list(match.ours),
                "yours": list(match.yours),
                "ours_minor": match.ours_minor,
                "yours_minor": match.yours_minor,
            }
    for kind, singles in (("ours", found.only_ours), ("yours", found.only_yours)):
        for single in singles:
            how = IN_TRANSIT if single.is_timing else DUPLICATE if single.is_duplicate else ""
            yield {
                "kind": kind,
                "how": how,
                "ours": [single.at] if kind == "ours" else [],
                "yours": [single.at] if kind == "yours" else [],
                "ours_minor": single.amount_minor if kind == "ours" else 0,
                "yours_minor": single.amount_minor if kind == "yours" else 0,
            }


def _decision(row: dict[str, Any], said: dict[str, Any]) -> dict[str, str]:
    """What a person decided about lines and rows that stand together."""
    ours, yours, kind = row["ours"], row["yours"], row["kind"]
    why, words = said["reasons"].get(key_of(ours, yours), ("", ""))
    if kind == "same":
        why = words = ""
    timing = {*said.get(f"timing_{kind}", ())}
    word = ""
    if why:
        word = IN_TRANSIT if why == Reason.TIMING else "difference"
    elif timing & {*ours, *yours}:
        word = IN_TRANSIT
    elif [ours, yours] in said["accepted"]:
        word = "accepted"
    elif any(line in ours or one in yours for line, one in said["refused"]):
        word = "apart"
    return {"decided": word, "why": why, "note": words}


def _insert(w: Work, table: Any, rows: Iterable[dict[str, Any]]) -> None:
    left = iter(rows)
    while some := list(islice(left, BATCH)):
        w.session.execute(insert(table), some)


def bridge_json(bridge: Bridge, books: OwnBooks) -> dict[str, Any]:
    """The bridge as it is kept, with the balances that the file told."""
    kept: dict[str, Any] = {step: getattr(bridge, f"{step}_minor") for step in STEPS}
    kept["is_closing_told"] = bridge.is_closing_told
    kept["own_opening"], kept["own_closing"] = books.opening_minor, books.closing_minor
    return kept


def bridge_of(kept: dict[str, Any]) -> Bridge:
    """The bridge that was kept."""
    steps = {f"{step}_minor": kept[step] for step in STEPS}
    return Bridge(**steps, is_closing_told=kept["is_closing_told"])


# ── Read again ───────────────────────────────────────────────────────────────


def books_of(r: Reader, comparison: Comparison) -> OwnBooks:
    """The customer's ledger as it was kept."""
    kept = json.loads(comparison.bridge or "{}")
    rows: dict[bool, list[Row]] = {False: [], True: []}
    found = r.session.execute(
        select(
            OwnRow.row,
            OwnRow.dated_on,
            OwnRow.number,
            OwnRow.reference,
            OwnRow.amount_minor,
            OwnRow.text,
            OwnRow.is_outside,
        )
        .where(
            OwnRow.customer_id == comparison.customer_id,
            OwnRow.comparison_id == comparison.id,
        )
        .order_by(OwnRow.row)
    )
    for row, on, number, reference, minor, text, is_outside in found:
        rows[bool(is_outside)].append(Row(row, on, number, reference, minor, text))
    return OwnBooks(
        tuple(rows[False]), kept.get("own_opening"), kept.get("own_closing"), tuple(rows[True])
    )


def match_rows(r: Reader, comparison: Comparison) -> list[OwnMatch]:
    """Everything that was found, in its order."""
    return list(
        r.session.scalars(
            select(OwnMatch)
            .where(
                OwnMatch.customer_id == comparison.customer_id,
                OwnMatch.comparison_id == comparison.id,
            )
            .order_by(OwnMatch.nth)
        )
    )


def found_of(comparison: Comparison, rows: Iterable[OwnMatch]) -> Found:
    """The comparison as it was found, out of its rows."""
    matches: list[Match] = []
    singles: dict[str, list[Single]] = {"ours": [], "yours": []}
    for row in rows:
        ours, yours = tuple(json.loads(row.ours)), tuple(json.loads(row.yours))
        if row.kind in singles:
            minor = row.ours_minor or row.yours_minor
            at = (ours or yours)[0]
            flags = {"is_duplicate": row.how == DUPLICATE, "is_timing": row.how == IN_TRANSIT}
            singles[row.kind].append(Single(at, minor, **flags))
        else:
            matches.append(Match(ours, yours, How(row.how), row.ours_minor, row.yours_minor))
    bridge = bridge_of(json.loads(comparison.bridge or "{}"))
    return Found(tuple(matches), tuple(singles["ours"]), tuple(singles["yours"]), bridge)
