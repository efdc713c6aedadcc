import pytest

from components.errors import InputError
from components.example_gen.files import Layout
from components.example_gen.report import MAX_LISTED, Tally, check, report
from components.example_gen.set_aside import Rejected

LAYOUT = Layout("/data", False, 3, ("train", "test"), (), {".txt": 2})


def tally(rejected=0, **counts):
    """Makes a tally; `train="aab"` counts three examples of two classes."""
    result = Tally()
    for split, labels in counts.items():
        result.examples.update((split, label) for label in labels)
    result.rejected = [Rejected(f"{n:04}.png", "is bad") for n in range(rejected)]
    return result


def test_enough_of_everything_passes():
    """All splits filled, all classes in train, few broken: no complaint."""
    check(tally(1, train="ab", eval="a", test="b"), 0.2)


def test_too_many_broken_stop_with_share_limit_and_sources():
    """The message has the share, the limit, and the first ten sources."""
    with pytest.raises(InputError) as caught:
        check(tally(12, train="ab" * 30, eval="a" * 14, test="b" * 14), 0.1)
    lines = str(caught.value).splitlines()
    assert lines[0] == (
        "12 of 100 examples cannot be used (12.00%, more than max_broken_share = 10.00%):"
    )
    assert lines[1] == "  0000.png: is bad"
    assert lines[10:] == ["  0009.png: is bad", "  and 2 more"]


def test_the_limit_itself_is_allowed():
    """max_broken_share is the largest share that passes."""
    check(tally(1, train="ab" * 3, eval="aa", test="b"), 0.1)
    with pytest.raises(InputError, match="cannot be used"):
        check(tally(1, train="ab" * 3, eval="a", test="b"), 0.1)


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (tally(3), r"3 of 3 examples cannot be used \(100.00%, all\)"),
        (tally(train="aa", eval="a", test="a"), "the 4 examples have one class, 'a'"),
        (
            tally(train="ab", test="ab"),
            r"the split eval came out empty: there are 4 examples in all \(train 2, eval 0, test 2",
        ),
        (
            tally(train="aa", eval="b", test="ab"),
            "no example of the class 'b' came into train: of 5 examples 2 have it",
        ),
    ],
)
def test_too_little_is_said_with_numbers(found, message):
    """An empty split or a class that train lacks is never passed over."""
    with pytest.raises(InputError, match=message):
        check(found, 1.0)


def test_a_fault_of_a_file_comes_first():
    """What a worker could not raise is raised here."""
    found = tally(train="ab", eval="a", test="b")
    found.fault = "a.csv is empty"
    with pytest.raises(InputError, match=r"^a\.csv is empty$"):
        check(found, 1.0)


def test_tallies_add_up_through_json():
    """Parts of the work counted apart give the tally of the whole."""
    total = Tally()
    for part in (tally(1, train="ab"), tally(2, train="a", test="c")):
        total.add_json(part.to_json())
    assert total.examples == tally(train="aab", test="c").examples
    assert len(total.rejected) == 3
    assert total.rejected[0] == Rejected("0000.png", "is bad")


def test_the_report_counts_all_and_lists_up_to_a_limit():
    """Counts a split and class, what was set aside and why, what was ignored."""
    written = report(tally(MAX_LISTED + 1, train="aab", eval="a", test="b"), LAYOUT, "content-1")
    assert written["examples"] == {
        "train": {"a": 2, "b": 1},
        "eval": {"a": 1},
        "test": {"b": 1},
    }
    assert written["set_aside"]["count"] == MAX_LISTED + 1
    assert written["set_aside"]["listed"] == len(written["set_aside"]["sources"]) == MAX_LISTED
    assert written["set_aside"]["sources"][0] == {"source": "0000.png", "reason": "is bad"}
    assert written["ignored_files"] == {".txt": 2}
    assert (written["span"], written["fingerprint"]) == (3, "content-1")
