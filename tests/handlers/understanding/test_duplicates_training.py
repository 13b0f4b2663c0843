"""What is learned about duplicates, from labelled talk."""

import pytest

from handlers.understanding import duplicates
from handlers.understanding import duplicates_training as training
from handlers.understanding.duplicates_training import Guess


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_file_in_the_repository_is_what_training_makes() -> None:
    learned = training.learn(training.chats())
    kept = duplicates.load()

    assert learned.terms.keys() == kept.terms.keys()
    assert learned.near[1] == pytest.approx(kept.near[1], abs=0.05)
    assert learned.far[1] == pytest.approx(kept.far[1], abs=0.05)


def test_the_same_talk_teaches_the_same() -> None:
    chats = training.chats()
    few = {name: chats[name][:150] for name in sorted(chats)[:3]}

    once, twice = training.learn(few), training.learn(few)

    assert duplicates.dump(once) == duplicates.dump(twice)


def test_recall_is_read_where_precision_holds() -> None:
    rights = (True, True, False, True)
    guesses = [
        Guess(chance, right, "", 0, 0)
        for chance, right in zip((0.9, 0.8, 0.7, 0.6), rights, strict=True)
    ]

    assert training.reached(guesses, 4, 1.0) == (0.5, 0.8)
    assert training.reached(guesses, 4, 0.75) == (0.75, 0.6)
