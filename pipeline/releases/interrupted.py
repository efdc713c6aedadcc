"""What becomes of a change whose process was killed.

While a change is made, it lies beside `models.config`. The next one finds it there, and either
undoes what was not finished or writes the line into the log that is missing.
"""

from pathlib import Path

from components.errors import InputError
from components.files import write_whole
from pipeline.home import Home
from pipeline.releases.change_log import LOG, Change, append, read
from pipeline.releases.models_config import read_release_of, write_release
from pipeline.serving_config.release import loaded_first
from pipeline.serving_config.render import folder_of

_PENDING = ".release-under-way.json"


def begin(home: Home, change: Change) -> None:
    """Notes that a change is being made.

    Raises:
      InputError: it cannot be written.
    """
    write_whole(_pending(home), change.to_json())


def end(home: Home) -> None:
    """Forgets it."""
    _pending(home).unlink(missing_ok=True)


def under_way(home: Home) -> Change | None:
    """Returns the change that was begun and not ended, if there is one.

    Raises:
      InputError: the note is broken.
    """
    try:
        return Change.from_json(_pending(home).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise InputError(f"{_pending(home)}: {error}; remove it to go on") from None


def settle(home: Home) -> str:
    """Completes or undoes a change that was interrupted. The caller holds the lock.

    Returns:
      What was done about it, a sentence; empty where there was nothing to do.

    Raises:
      InputError: a file cannot be read or written.
    """
    change = under_way(home)
    if change is None:
        return ""
    now, log = read_release_of(home), folder_of(home) / LOG
    said = ""
    if now == change.after:
        if read(log)[-1:] != [change]:
            append(log, change)
            said = f"the {change.what} of {change.when} was interrupted; it is done, and logged now"
    elif now == loaded_first(change.before, change.after) != change.before:
        write_release(home, change.before)
        said = f"the {change.what} of {change.when} was interrupted, and is undone"
    end(home)
    return said


def _pending(home: Home) -> Path:
    return folder_of(home) / _PENDING
