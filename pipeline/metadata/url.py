"""A database's URL in parts."""

import re
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

from components.errors import InputError


def without_password(url: str) -> str:
    """Returns a URL without what may be a password, however wrong the URL is."""
    return re.sub(r"(?<=://).*@", "…@", url).split("?")[0]


@dataclass(frozen=True)
class Parts:
    """What a URL says, percent signs decoded; what it does not say is empty."""

    shown: str
    """For messages."""
    scheme: str
    user: str
    password: str = field(repr=False)
    host: str
    port: int | None
    database: str
    options: dict[str, str] = field(repr=False)

    @classmethod
    def of(cls, url: str) -> Self:
        """Takes a URL apart.

        Raises:
          InputError: it is none.
        """
        shown = without_password(url)
        try:
            found = urlsplit(url)
            port = found.port
            options = dict(parse_qsl(found.query, keep_blank_values=True, strict_parsing=True))
        except ValueError:
            found = port = options = None
        # An unescaped `/` or `#` in a password ends the part of the URL that it stands in.
        if found is None or found.fragment or "@" in found.path:
            raise InputError(
                f"{shown}: is no URL; valid: SCHEME://USER:PASSWORD@HOST:PORT/DATABASE, where "
                "special characters in a password are percent-encoded (@ is %40)"
            )
        return cls(
            shown,
            found.scheme,
            unquote(found.username or ""),
            unquote(found.password or ""),
            unquote(found.hostname or ""),
            port,
            unquote(found.path.removeprefix("/")),
            options,
        )
