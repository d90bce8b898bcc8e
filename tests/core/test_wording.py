"""R89: a clause that takes the demand back is found, in both languages and in many words."""

import pytest

from portal.core.errors import RuleBroken
from portal.core.wording import Clauses, Wording, check_clause, disclaimer_in, filled
from portal.statements.wording.wording import CLAUSES, LANGUAGES, LAWS, shipped_texts

TAKES_IT_BACK = [
    "本函仅为复核账目之用，并非催款结算。",
    "本函僅為復核帳目之用，並非催款結算",
    "本 函 仅 为 复 核 账 目 之 用",
    "本函只用于核对往来账目",
    "本函单纯供核对",
    "此函不作为催款依据",
    "本对账单不构成催收",
    "仅供贵司对账参考",
    "本函件旨在核对双方往来余额，而非要求付款",
    "无需付款，仅作核对",
    "This letter is for checking only, not a demand.",
    "It is solely for the purpose of reconciliation.",
    "This statement is NOT a demand for payment",
    "This is no demand",
    "This does not constitute a request for payment.",
    "Not a dunning letter",
    "for information purposes only",
    "This serves only to verify your records",
    "No payment is being requested.",
    "Payment is not demanded at this time",
    "You need not pay on this letter",
    "This is merely for your reference",
    "It is neither a reminder nor a bill",
    "sent without demanding payment",
]
STANDS = [
    "请确认截至{day}贵方账户余额为{amount}。",
    "请于到期日付款；逾期利息的权利予以保留，未计入本对账单。",
    "本函不构成对任何收款权利的放弃",
    "如与贵方账目核对不符，请告知差异。",
    "本函同时构成对到期款项的催款",
    "Please confirm that {amount} is the balance of your account as at {day}.",
    "Nothing herein waives our claim for payment.",
    "This does not affect our demand for late interest.",
    "This is a demand for payment of the amounts that are due.",
    "Acknowledging receipt is not agreeing.",
    "Late interest is reserved and not included here.",
]


@pytest.mark.parametrize("text", TAKES_IT_BACK)
def test_a_sentence_that_takes_the_demand_back_is_found(text):
    assert disclaimer_in(f"Please pay. {text}")
    with pytest.raises(RuleBroken, match="for_checking_only") as told:
        check_clause("demand", text, may_disclaim=False)
    assert told.value.facts["phrase"]


@pytest.mark.parametrize("text", STANDS)
def test_what_only_sounds_like_it_stands(text):
    assert disclaimer_in(text) == ""


def test_chosen_deliberately_it_may_be_said():
    check_clause("demand", TAKES_IT_BACK[0], may_disclaim=True)


@pytest.mark.parametrize("law", LAWS)
def test_the_shipped_texts_keep_their_own_rules(law):
    for language in LANGUAGES:
        texts = shipped_texts()[law][language]
        assert set(texts) == set(CLAUSES)
        for name in CLAUSES[:3]:
            check_clause(name, texts[name], may_disclaim=False)
        assert disclaimer_in(texts["checking_only"])


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("demand", " ", "empty"),
        ("demand", "x" * 601, "too_long"),
        ("demand", "Pay {iban}.", "unknown_fact"),
        ("demand", "Pay {amount!r}.", "unknown_fact"),
        ("demand", "Pay {amount.", "unknown_fact"),
        ("en_acknowledgement", "Confirm {amount}.", "fact_missing"),
    ],
)
def test_a_clause_that_could_not_be_printed_is_refused(name, text, code):
    with pytest.raises(RuleBroken, match=f"wording.{code}") as told:
        check_clause(name, text, may_disclaim=False)
    assert told.value.field == name


def test_a_clause_is_filled_and_falls_back_to_english():
    wording = Wording("cn", False, {"en": Clauses("Pay {amount}.", "", "")})

    assert filled(wording.in_language("de").demand, {"amount": "CNY 1.00"}) == "Pay CNY 1.00."
