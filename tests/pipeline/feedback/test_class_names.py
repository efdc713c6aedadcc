"""A label is a class that is known, or one that a folder can be called."""

import pytest

from components.errors import InputError
from pipeline.feedback.class_names import check_label


def test_known_classes_pass():
    check_label("cat", ["cat", "dog"], may_be_new=False)
    check_label("a/b", ["a/b"], may_be_new=False)


def test_a_new_class_has_to_be_asked_for():
    """A typing error must not become a class."""
    with pytest.raises(InputError, match=r"label 'cta': no such class; did you mean 'cat'\?") as e:
        check_label("cta", ["cat", "dog"], may_be_new=False)
    assert "(valid: cat, dog); --allow-new-class takes it" in str(e.value)
    check_label("cta", ["cat", "dog"], may_be_new=True)


def test_many_classes_are_not_all_listed():
    with pytest.raises(InputError) as caught:
        check_label("x", [f"class {n:03}" for n in range(1_000)], may_be_new=False)
    assert "class 039, and 960 more" in str(caught.value)


NAMES = ["", " x", "a\nb", "a/b", "..", ".hidden", "a\\b", "x" * 201, "train", "Test", "span-3"]


@pytest.mark.parametrize("name", NAMES)
def test_some_names_no_folder_can_have(name):
    """Or it would be read as something else."""
    with pytest.raises(InputError, match="cannot be the name of a new class"):
        check_label(name, ["cat"], may_be_new=True)
