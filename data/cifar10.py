"""CIFAR-10: 60,000 photographs of 32 × 32 pixels, ten classes.

Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009,
https://www.cs.toronto.edu/~kriz/cifar.html. The authors state no licence.
"""

import io
import re
from collections.abc import Iterator

from PIL import Image

from data.cifar_batches import read_batch
from data.data_set import DataSet

CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)

_BATCH = re.compile(r"cifar-10-batches-py/(?:data_batch_([1-5])|test_batch)")
_IMAGE = re.compile(rf"cifar10/((?:train|test)/(?:{'|'.join(CLASSES)})/\d{{1,9}}\.(?:jpg|png))")


def examples(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yields the images of one file of the archive as `<split>/<class>/<file>` and its bytes.

    Images in folders stay as they are. Those of the pickled batches become PNG files, named by
    batch and index: `train/cat/30007.png` is the eighth image of `data_batch_3`.

    Raises:
      ValueError: a batch is not made as it should be.
    """
    if match := _IMAGE.fullmatch(name):
        yield match[1], content
    elif match := _BATCH.fullmatch(name):
        split, batch = ("train", match[1]) if match[1] else ("test", "")
        images, labels = read_batch(content, len(CLASSES))
        for index, (image, label) in enumerate(zip(images, labels, strict=True)):
            png = io.BytesIO()
            Image.fromarray(image).save(png, "PNG", compress_level=1)
            yield f"{split}/{CLASSES[label]}/{batch}{index:04}.png", png.getvalue()


CIFAR10 = DataSet(
    name="cifar10",
    url="https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
    md5="c58f30108f718f92721af3b95e74349a",
    classes=CLASSES,
    per_class={"train": 5_000, "test": 1_000},
    layouts="cifar-10-batches-py/data_batch_1 …, or cifar10/{train,test}/<class>/<number>.jpg",
    examples=examples,
)
