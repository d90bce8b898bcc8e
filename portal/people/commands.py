"""The acts on people; each stands in the file of its subject and is published here."""

from __future__ import annotations

from portal.people.challenges import (
    AnswerChallenge,
    ChallengeAnswer,
    SentChallenge,
    answer_challenge,
    send_challenge,
    use_grant,
)

__all__ = [
    "AnswerChallenge",
    "ChallengeAnswer",
    "SentChallenge",
    "answer_challenge",
    "send_challenge",
    "use_grant",
]
