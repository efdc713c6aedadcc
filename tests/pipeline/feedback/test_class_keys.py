"""Every class has a key, the one that people expect."""

from pipeline.feedback.class_keys import class_keys


def test_digits_and_letters_have_their_own():
    """Nobody presses 1 for a 0."""
    digits = [str(n) for n in range(10)]
    assert class_keys(digits) == {digit: digit for digit in digits}
    assert class_keys(["A", "b", "c3"]) == {"A": "a", "b": "b", "c3": "1"}


def test_others_are_numbered():
    assert class_keys(["cat", "dog", "1"]) == {"cat": "2", "dog": "3", "1": "1"}


def test_letters_follow_and_then_nothing():
    """The rest is typed."""
    names = [f"class {n}" for n in range(40)]
    keys = class_keys(names)
    assert list(keys) == names[:35]
    assert "".join(keys.values()) == "123456789abcdefghijklmnopqrstuvwxyz"


def test_no_key_stands_for_two():
    assert sorted(class_keys(["A", "a", "x"]).values()) == ["1", "a", "x"]
