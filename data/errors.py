"""The one error type for what a user can mend about data that are fetched."""


class DataError(Exception):
    """Something is wrong with an archive, a download or a folder.

    The message is complete: it names the file or address, what is wrong, and what helps.
    """
