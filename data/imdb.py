"""IMDB: 50,000 film reviews, half of them positive, half negative.

Source: A. Maas, R. Daly, P. Pham, D. Huang, A. Ng and C. Potts, "Learning Word Vectors for
Sentiment Analysis", ACL 2011, https://ai.stanford.edu/~amaas/data/sentiment/. The authors ask to
cite the paper and state no licence.
"""

import re
from collections.abc import Iterator

from data.data_set import DataSet

_REVIEW = re.compile(r"aclImdb/((?:train|test)/(?:pos|neg)/\d{1,9}_\d{1,2}\.txt)")


def examples(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yields a labelled review as `<split>/<class>/<number>_<stars>.txt` and its bytes.

    Everything else in the archive, the unlabelled reviews too, is of no use here.
    """
    if match := _REVIEW.fullmatch(name):
        yield match[1], content


IMDB = DataSet(
    name="imdb",
    url="https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
    md5="7c2ac02c03563afcf9b574c7e56c153a",
    classes=("pos", "neg"),
    per_class={"train": 12_500, "test": 12_500},
    layouts="aclImdb/{train,test}/{pos,neg}/<number>_<stars>.txt",
    examples=examples,
)
