"""What a file of an image should be called."""

_BY_SIGNATURE = {
    b"\x89PNG\r\n\x1a\n": ".png",
    b"\xff\xd8\xff": ".jpg",
    b"GIF8": ".gif",
    b"BM": ".bmp",
}


def image_suffix(content: bytes) -> str:
    """Returns the suffix of an image that ingest takes.

    Raises:
      ValueError: it is none.
    """
    for signature, suffix in _BY_SIGNATURE.items():
        if content.startswith(signature):
            return suffix
    raise ValueError("this is no JPEG, PNG, GIF or BMP")
