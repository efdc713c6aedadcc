"""The table of versions says what each is, and where it is in service."""

import shutil

import pytest

from components.errors import InputError
from pipeline.releases import interrupted
from pipeline.releases.change_log import Change
from pipeline.releases.versions import versions
from pipeline.serving_config.release import Release
from tests.pipeline.releases.conftest import NOBODY


@pytest.fixture
def printed(shop, capsys, monkeypatch):
    """Returns a function that prints the table, and returns its lines."""

    def table(width=100, server=NOBODY):
        monkeypatch.setenv("COLUMNS", str(width))
        versions(shop.task, server)
        return capsys.readouterr().out.splitlines()

    return table


def test_every_version_is_a_line_the_newest_first(shop, printed):
    shop.push(3, 20, 7)
    (shop.home.serving / "5").mkdir()
    shop.serve(Release(7, 20, (3,)))
    shutil.rmtree(shop.home.serving / "3")
    heading, *rows = [line.split("  ") for line in printed()[:5]]
    assert [cell.strip() for cell in heading if cell] == [
        *("version", "pushed (UTC)", "label", "verdict", "accuracy", "span"),
    ]
    cells = [[cell.strip() for cell in row if cell.strip()] for row in rows]
    assert [row[0] for row in cells] == ["20", "7", "5", "3"]
    assert cells[0][2:] == ["canary", "blessed", "0.9200", "4"]
    assert cells[1][2:] == ["stable", "blessed", "0.9070", "4"]
    assert cells[2][2:] == ["gone", "–", "–", "–"]
    assert cells[3][2:] == ["kept loaded, gone", "blessed", "0.9030", "4"]


def test_pages_and_what_is_amiss_stand_below(shop, printed):
    shop.push(3)
    assert any("nothing is in service: " in line for line in printed())
    shop.serve(Release(3))
    interrupted.begin(shop.home, Change.now("promote", Release(3), Release(7), ""))
    below = printed()[3:]
    assert below[0].startswith("stable   ") and below[0].endswith("ModelGate/3/index.html")
    assert below[1].startswith("note     the promote of 20")
    assert below[-1] == f"server   nothing listens at {NOBODY}"


def test_a_narrow_terminal_gets_paragraphs(shop, printed):
    shop.push(3, 7, known=False)
    shop.serve(Release(3, 7))
    lines = printed(width=40)
    assert "version       7" in lines and "label         canary" in lines
    assert max(map(len, lines[:14])) <= 40


def test_without_metadata_the_versions_are_still_there(shop, printed):
    shop.push(3, known=False)
    shop.home.metadata.path.unlink()
    assert printed()[1].split()[-3:] == ["–"] * 3


def test_nothing_pushed_is_told(shop):
    with pytest.raises(InputError, match="no version was pushed; `make run TASK=reviews` does"):
        versions(shop.task)


def test_a_server_of_something_else_is_no_error(shop, printed):
    shop.push(3, known=False)
    shop.serve(Release(3))
    with shop.running() as client:
        assert printed(server=client.rest)[1].split()[-1] == "AVAILABLE"
        assert printed(server=f"{client.rest}/?")[-1].startswith("server   not asked: ")
    assert printed(server="none")[-1] == "server   none was to be asked"
    with pytest.raises(InputError, match="--server = 'localhost:8501': valid is http://HOST:PORT"):
        versions(shop.task, "localhost:8501")
