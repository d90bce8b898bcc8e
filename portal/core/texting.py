"""
Text messages: to which numbers they go, and how long they may be.

What they say and who wants them is not known here; nor how they leave.
"""

import re
import unicodedata

from portal.core.errors import RuleBroken

#: Country → its calling code; Italy dials the leading zero, the others leave it out.
_CODES = (
    "AE 971  AT 43  AU 61  BE 32  BR 55  CA 1  CH 41  CN 86  CZ 420  DE 49  DK 45  "
    "ES 34  FI 358  FR 33  GB 44  GR 30  HK 852  ID 62  IE 353  IL 972  IN 91  IT 39  "
    "JP 81  KR 82  LU 352  MO 853  MX 52  MY 60  NL 31  NO 47  NZ 64  PH 63  PL 48  "
    "PT 351  SA 966  SE 46  SG 65  TH 66  TR 90  TW 886  US 1  VN 84  ZA 27"
)
CALLING_CODES = {each[:2]: each[3:] for each in _CODES.split("  ")}
_KEEPS_ZERO = frozenset({"IT"})
_WRITTEN = re.compile(r"(?:\+|00)?[0-9]+", re.ASCII)
_BETWEEN = re.compile(r"[\s().\-/\u2010-\u2015]+")
_LENGTHS = range(8, 16)
#: How many digits of a number stay readable at its end.
_SHOWN = 4

#: What one letter of the basic alphabet of texts takes (3GPP TS 23.038); the second row takes two.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED = frozenset("^{}\\[~]|€")
#: Typographic letters that would make a whole text cost twice as much → what says the same.
_PLAIN = str.maketrans(
    {"\u00a0": " ", "\u202f": " ", "–": "-", "—": "-", "−": "-", "’": "'", "“": '"', "”": '"'}
)
SEGMENTS = 2


def e164(text: str, country: str) -> str:
    """
    A telephone number as the whole world dials it; a national one is taken to be of `country`.

    Rule: R139 — texts go to numbers in E.164: `+`, the country's code, eight to fifteen digits
    (S-077, STACK 1).

    Raises: phone.malformed, phone.no_country.

    >>> e164("138 0013 8000", "CN"), e164("(0171) 123-4567", "DE"), e164("0044 20 7946 0958", "CN")
    ('+8613800138000', '+491711234567', '+442079460958')
    """
    digits = _BETWEEN.sub("", unicodedata.normalize("NFKC", text))
    if _WRITTEN.fullmatch(digits) is None:
        raise RuleBroken("phone.malformed", field="phone")
    if digits.startswith(("+", "00")):
        digits = digits.removeprefix("+").removeprefix("00")
    elif country in CALLING_CODES:
        national = digits if country in _KEEPS_ZERO else digits.removeprefix("0")
        digits = f"{CALLING_CODES[country]}{national}"
    else:
        raise RuleBroken("phone.no_country", field="phone")
    if len(digits) not in _LENGTHS or digits.startswith("0"):
        raise RuleBroken("phone.malformed", field="phone")
    return f"+{digits}"


def masked_number(number: str) -> str:
    """
    A number as lists show it: enough to know one's own by.

    >>> masked_number("+8613800138000")
    '+86•••8000'
    """
    return f"{number[:3]}•••{number[-_SHOWN:]}"


def plain(text: str) -> str:
    """
    A text with the letters that every telephone has, where there is one that says the same.

    >>> plain("1 Oct – 31 Oct’s")
    "1 Oct - 31 Oct's"
    """
    return text.translate(_PLAIN)


def segments(text: str) -> int:
    """
    How many messages a network makes of a text, which is what is paid for.

    >>> segments("x" * 160), segments("x" * 161), segments("对" * 70), segments("对" * 71)
    (1, 2, 1, 2)
    """
    if all(letter in _BASIC or letter in _ESCAPED for letter in text):
        length, alone, together = sum(1 + (each in _ESCAPED) for each in text), 160, 153
    else:
        length, alone, together = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= alone else -(-length // together)


def fitted(sentence: str, link: str) -> str:
    """
    A text of at most two segments: the sentence, cut at its end where it must be, then the link.

    Rule: R138 — a text takes at most two segments, and its link is always whole (S-077).

    >>> fitted("Your statement is ready.", "https://ar.example/s")
    'Your statement is ready. https://ar.example/s'
    >>> segments(fitted("对" * 200, "https://ar.example/s"))
    2
    """
    told = plain(" ".join(sentence.split()))
    whole = f"{told} {link}"
    while segments(whole) > SEGMENTS and told:
        told = told[:-1].rstrip()
        whole = f"{told}... {link}"
    return whole
