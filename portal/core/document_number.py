"""
Numbers of documents as two bookkeepers write them: which are the same, and which a text mentions.

It knows no sides and no amounts; what `keys_of` gives is for comparing, never for showing.
"""

import re
import unicodedata

# Words before a number that say only what it is; they go where digits follow. The longest first,
# and never given back: one word can be read as two, and trying every reading would take for ever.
_PREFIX = re.compile(
    r"(?:invoice|inv|bill|number|num|no|nr|rechnung|facture|factura"
    r"|发票号码|发票号|发票|单据编号|单据号|单号|编号|号码|第|号|-)++(?=\d)"
)
_WHOLE = re.compile(r"(\d+)\.0+")
_RUNS = re.compile(r"\d+|[^\W\d_]+")
# What a text may mention: letters, digits and the marks between them, with a digit somewhere.
_MENTIONED = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z]|[-/._#](?=[0-9A-Za-z]))*")
_DAY = re.compile(r"(?:19|20)\d\d[-/.]?\d\d?[-/.]?\d\d?|\d\d?[-/.]\d\d?[-/.](?:\d\d){1,2}")
_LEAST_DIGITS = 3
_MARKS = {place: None for place in range(128) if not chr(place).isalnum()}


def squeezed(number: str) -> str:
    """
    A number without case, blanks and punctuation, its zeros and words kept: quicker than its keys.

    >>> squeezed("INV-2026/0041"), squeezed("—")
    ('inv20260041', '')
    """
    if number.isascii():
        return number.translate(_MARKS).lower()
    number = unicodedata.normalize("NFKC", number).casefold()
    return "".join(filter(str.isalnum, number))


def keys_of(number: str) -> tuple[str, ...]:
    """
    What two ways of writing one number have in common; nothing for a text without any.

    Rule: R70 — two numbers are the same where they differ in case, blanks, punctuation, full or
    half width, leading zeros and words such as INV, 发票 or No. only (UX C5).

    >>> set(keys_of("INV-2026-04101")) & set(keys_of("发票号：２０２６/4101"))
    {'2026-4101'}
    >>> keys_of("No. 0017"), keys_of("inv 17"), keys_of("—")
    (('17',), ('17',), ())
    """
    if not number.isascii():
        number = unicodedata.normalize("NFKC", number)
    number = number.casefold().strip()
    if "." in number:
        whole = _WHOLE.fullmatch(number)
        number = whole[1] if whole else number
    runs = _RUNS.findall(number)
    if not runs:
        return ()
    plain = _stripped("".join(runs))
    if len(runs) == 1:
        return (plain,)
    apart = _stripped("-".join(run.lstrip("0") or "0" if run[0].isdigit() else run for run in runs))
    return (plain, apart) if "-" in apart else (plain,)


def _stripped(squeezed: str) -> str:
    if not squeezed[0].isdigit():
        found = _PREFIX.match(squeezed)
        squeezed = squeezed[found.end() :] if found else squeezed
    return squeezed.lstrip("0") or "0"


def mentioned_in(text: str) -> tuple[str, ...]:
    """
    The keys of what may be numbers of documents in a text; days and short figures are none.

    >>> mentioned_in("采购 INV-2026-04101 2026-10-05 共3箱")
    ('202604101', '2026-4101')
    """
    if not text:
        return ()
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    found: dict[str, None] = {}
    for word in _MENTIONED.findall(text):
        if sum(map(str.isdigit, word)) >= _LEAST_DIGITS and not _DAY.fullmatch(word):
            found.update((key, None) for key in keys_of(word) if len(key) >= _LEAST_DIGITS)
    return tuple(found)
