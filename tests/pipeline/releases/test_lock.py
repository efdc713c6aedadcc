"""Changes are made one at a time."""

import threading

import pytest

from components.errors import InputError
from pipeline.releases.canary import canary
from pipeline.releases.lock import locked
from pipeline.releases.promote import promote
from pipeline.releases.rollback import rollback
from pipeline.serving_config.release import Release


def test_while_something_is_changed_nothing_else_can_be(shop):
    shop.push(3, 7, known=False)
    shop.serve(Release(3))
    before = shop.everything()
    with locked(shop.home):
        for action in (canary, promote, rollback):
            with pytest.raises(InputError, match=r"reviews is being changed \(process \d+\)"):
                action(shop.task, 7, server="none")
    assert shop.everything() == before
    promote(shop.task, 7, server="none")
    assert shop.release.stable == 7


def test_of_many_changes_at_once_none_is_lost(shop):
    """Every one that says it is done is in the log, and they follow one from the other."""
    shop.push(*range(1, 9), known=False, shift=0)
    shop.serve(Release(1))
    start, done = threading.Barrier(7), []

    def work(version):
        start.wait()
        for _ in range(200):
            try:
                promote(shop.task, version, server="none")
            except InputError as error:
                assert "is being changed" in str(error)
            else:
                done.append(version)
                return

    threads = [threading.Thread(target=work, args=[version]) for version in range(2, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log = shop.log
    assert sorted(done) == sorted(line.after.stable for line in log)
    assert len(done) > 1
    assert [line.before for line in log] == [Release(1), *(line.after for line in log[:-1])]
    assert shop.release == log[-1].after


def test_a_task_that_never_ran_has_nothing_to_lock(tmp_path, past):
    home = past("pets").home
    home.metadata.path.unlink()
    home.root.rmdir()
    with locked(home):
        assert not home.root.exists()
