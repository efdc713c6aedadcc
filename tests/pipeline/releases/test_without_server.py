"""What each command makes of models.config and the log, while no server answers."""

import shutil

import pytest

from components.errors import InputError
from pipeline.execute import RunFailed
from pipeline.releases.canary import canary
from pipeline.releases.promote import promote
from pipeline.releases.rollback import rollback
from pipeline.serving_config.release import Release, models_config

NONE = {"server": "none"}


@pytest.fixture
def shop(shop):
    """With versions 3, 7 and 9, of which 3 is stable; ML Metadata knows of none of them."""
    shop.push(3, 7, 9, known=False)
    shop.serve(Release(3))
    return shop


def test_the_newest_version_becomes_canary(shop, capsys):
    canary(shop.task, why="new data", **NONE)
    assert shop.release == Release(3, 9)
    (line,) = shop.log
    assert (line.what, line.before, line.after) == ("canary", Release(3), Release(3, 9))
    assert line.why == "new data"
    printed = capsys.readouterr().out
    assert printed.startswith("CANARY  reviews\n  3 is stable; 9 is canary.\n")
    assert "server   none was to be asked" in printed
    assert not shop.home.logs.exists()


def test_the_canary_becomes_stable_and_the_former_stays_loaded(shop, capsys):
    canary(shop.task, 7, **NONE)
    promote(shop.task, **NONE)
    assert shop.release == Release(7, kept=(3,))
    printed = capsys.readouterr().out
    assert "PROMOTED  reviews\n  7 is stable; 3 stays loaded.\n" in printed
    assert "live     nothing was looked at" in printed


def test_only_what_was_stable_last_stays_loaded(shop):
    for version in (7, 9):
        promote(shop.task, version, **NONE)
    assert shop.release == Release(9, kept=(7,))


def test_rollbacks_go_back_one_after_the_other(shop, capsys):
    shop.record(3, shop.home.serving / "3")
    promote(shop.task, 9, **NONE)
    promote(shop.task, 7, **NONE)
    rollback(shop.task, why="too many mistakes", **NONE)
    assert shop.release == Release(9, kept=(7,))
    rollback(shop.task, **NONE)
    assert shop.release == Release(3, kept=(9,))
    assert [line.what for line in shop.log] == ["promote"] * 2 + ["rollback"] * 2
    printed = capsys.readouterr().out
    assert "ROLLED BACK  reviews\n  3 is stable; 9 stays loaded.\n" in printed
    assert "proof    all 4 files equal those of the archived version, byte for byte" in printed


def test_a_rollback_leaves_the_canary_alone(shop):
    promote(shop.task, 7, **NONE)
    canary(shop.task, 9, **NONE)
    rollback(shop.task, **NONE)
    assert shop.release == Release(3, 9, (7,))
    rollback(shop.task, 9, **NONE)
    assert shop.release == Release(9, kept=(3,))


def test_the_label_is_taken_away(shop):
    canary(shop.task, 9, **NONE)
    canary(shop.task, 7, **NONE)
    canary(shop.task, off=True, **NONE)
    assert shop.release == Release(3)
    assert [line.after.canary for line in shop.log] == [9, 7, None]


def test_what_else_the_file_says_stays(shop):
    other = 'config { name: "other" base_path: "/o" model_platform: "tensorflow" }'
    text = models_config("reviews", "/elsewhere", Release(3), f"model_config_list {{ {other} }}")
    shop.config.write_text(text)
    promote(shop.task, 7, **NONE)
    assert 'name: "other"' in shop.config.read_text()
    assert str(shop.home.serving) in shop.config.read_text()


def test_files_that_are_not_the_archived_ones_are_told(shop):
    """The version is stable again all the same: it was asked for."""
    shop.record(3, shop.home.serving / "3")
    promote(shop.task, 7, **NONE)
    (shop.home.serving / "3/fingerprint.pb").write_bytes(b"other")
    (shop.home.serving / "3/more").touch()
    with pytest.raises(RunFailed, match=r"not version 3: 2 files differ .*: fingerprint.pb, more"):
        rollback(shop.task, **NONE)
    assert shop.release.stable == 3


def test_a_version_without_a_known_run_cannot_be_proven(shop, capsys):
    promote(shop.task, 7, **NONE)
    promote(shop.task, 9, **NONE)
    rollback(shop.task, **NONE)
    assert "proof    none: ML Metadata knows no copy of it" in capsys.readouterr().out


def test_broken_metadata_are_no_reason_to_stay(shop, capsys):
    promote(shop.task, 7, **NONE)
    shop.home.metadata.path.write_text("something else " * 100)
    rollback(shop.task, **NONE)
    assert shop.release.stable == 3
    assert "proof    none: " in capsys.readouterr().out


def test_a_version_whose_files_are_gone_is_not_kept_loaded(shop):
    shutil.rmtree(shop.home.serving / "3")
    promote(shop.task, 7, **NONE)
    assert shop.release == Release(7)


def refused(shop, action, *arguments, match, **fields):
    """Expects an error, and nothing changed."""
    before = shop.everything()
    with pytest.raises(InputError, match=match):
        action(shop.task, *arguments, **NONE | fields)
    assert shop.everything() == before


def test_mistakes_are_named_and_change_nothing(shop):
    refused(shop, promote, match="no version has the label canary: .*canary reviews")
    refused(shop, rollback, match="knows of nothing that was stable before 3; name a version")
    refused(shop, canary, off=True, match="no version has the label canary")
    refused(shop, canary, 3, match="version 3 is stable already")
    refused(shop, promote, 3, match="version 3 is stable already")
    refused(shop, rollback, 3, match="version 3 is stable already")
    for action in (canary, promote, rollback):
        refused(shop, action, 8, match="reviews has no version 8; there are: 9, 7, 3")
        refused(shop, action, -1, match="reviews has no version -1")
    canary(shop.task, 9, **NONE)
    refused(shop, canary, 9, match="version 9 is canary already")
    refused(shop, canary, 9, off=True, match="--off takes the label away")
    shop.serve(Release(9))
    refused(shop, canary, match="the newest version 9 is stable already")


def test_a_version_that_cannot_be_loaded_is_refused(shop):
    shop.record(3, shop.home.serving / "3")
    shop.serve(Release(9))
    (shop.home.serving / "7/saved_model.pb").unlink()
    shutil.rmtree(shop.home.serving / "3")
    for action in (canary, promote, rollback):
        refused(shop, action, 7, match=r"version 7 cannot be served: .*7 has no saved_model\.pb")
        refused(shop, action, 3, match=r"3 was pushed, but .*3 is gone; its copy is .*Pusher/3")


def test_nothing_in_service_is_no_state_to_change(shop):
    shop.config.unlink()
    for action in (canary, promote, rollback):
        with pytest.raises(InputError, match=r"nothing is in service yet; .* render reviews"):
            action(shop.task, 7, **NONE)
    assert not shop.config.exists()


def test_a_broken_models_config_is_left_alone(shop):
    shop.config.write_text("nonsense {")
    refused(shop, promote, 7, match=r"models\.config: is no ModelServerConfig")
