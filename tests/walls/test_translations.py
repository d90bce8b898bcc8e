"""Both languages say everything, with the same holes in the same sentences."""

import pytest

from tests.walls.catalogue import HOLES, MO, compiled, key_of, said, translated

#: What is said is looked up once.
pytestmark = pytest.mark.xdist_group("translations")


def holes_of(texts):
    return {hole for text in texts for hole in HOLES.findall(text)}


def texts_of(value):
    return [value] if isinstance(value, str) else list(value)


def test_every_sentence_has_its_translation():
    known = {key_of(message) for message in translated() if message.id and message.string}

    assert [message.id for message in said() if message.id and key_of(message) not in known] == []


def test_no_translation_is_of_a_sentence_that_nobody_says():
    wanted = {key_of(message) for message in said()}

    assert [message.id for message in translated() if key_of(message) not in wanted] == []


def test_a_translation_has_the_holes_of_its_sentence():
    uneven = [
        message.id
        for message in translated()
        if message.id and holes_of(texts_of(message.string)) != holes_of(texts_of(message.id))
    ]

    assert uneven == []


def test_what_is_compiled_is_what_is_written():
    assert MO.read_bytes() == compiled(translated())
