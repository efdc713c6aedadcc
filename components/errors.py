"""The one error type for what a user can mend."""


class InputError(Exception):
    """A mistake in the user's data, task file or environment.

    The message is complete: it names the file or field, the bad value, and what is valid. The
    command line prints it without a traceback and exits with code 2.
    """
