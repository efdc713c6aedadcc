from collections import Counter

import pytest

from components.example_gen.splits import choose, content_digest, shares_of, split_of_name

SHARES = {"train": 70, "eval": 10, "test": 20}


def test_shares_come_out_as_asked():
    """Of 10,000 different contents, each split gets its per cents, within one point."""
    digests = (content_digest(str(number).encode()) for number in range(10_000))
    counts = Counter(choose(digest, SHARES) for digest in digests)
    for split, share in SHARES.items():
        assert counts[split] / 100 == pytest.approx(share, abs=1)


def test_the_hash_is_the_same_everywhere():
    """The split depends on SHA-256 of the content and on nothing of this machine or process."""
    assert content_digest(b"").hex().startswith("e3b0c44298fc1c149afbf4c8996fb924")
    assert 0xE3B0C44298FC1C14 % 100 == 52
    assert choose(content_digest(b""), {"train": 53, "eval": 1, "test": 46}) == "train"
    assert choose(content_digest(b""), {"train": 52, "eval": 1, "test": 47}) == "eval"
    assert choose(content_digest(b""), {"train": 51, "eval": 1, "test": 48}) == "test"


def test_a_ready_made_split_is_kept():
    """Content decides only what a ready-made train lacks."""
    assert shares_of("test", ("train", "test"), SHARES) == {"test": 20}
    assert shares_of("train", ("train", "eval", "test"), SHARES) == {"train": 70}
    assert shares_of("train", ("train", "test"), SHARES) == {"train": 70, "eval": 10}
    assert shares_of("train", ("train", "eval"), SHARES) == {"train": 70, "test": 20}
    assert shares_of(None, (), SHARES) == SHARES


@pytest.mark.parametrize("name", ["eval", "val", "valid", "Validation"])
def test_eval_has_several_names(name):
    """Every usual name of the eval split is known, in any case."""
    assert split_of_name(name) == "eval"
    assert split_of_name(name + "s") is None
