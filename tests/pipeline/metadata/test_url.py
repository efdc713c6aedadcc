"""A URL names a database or is refused, and never shows its password."""

import re

import pytest

from components.errors import InputError
from pipeline.home import Home
from pipeline.load import load_task
from pipeline.metadata.database import database_at

SECRET = "g%40h%2Fe%20im"
PLAIN = "g@h/e im"


@pytest.mark.parametrize(
    ("url", "shown", "port"),
    [
        (f"postgresql://tfx:{SECRET}@db/ml", "postgresql://tfx@db:5432/ml", 5432),
        (f"postgres://tfx:{SECRET}@db:64/ml?sslmode=allow", "postgresql://tfx@db:64/ml", 64),
        (f"mysql://tfx:{SECRET}@db/ml", "mysql://tfx@db:3306/ml", 3306),
        (f"mariadb://tfx:{SECRET}@db/ml?ssl_ca=/etc/ca.pem", "mysql://tfx@db:3306/ml", 3306),
        (f"postgresql://tfx:{SECRET}@:9/ml?host=/a", "postgresql://tfx@[/a/.s.PGSQL.9]/ml", 9),
        (f"mysql://tfx:{SECRET}@/ml?socket=/tmp/s", "mysql://tfx@[/tmp/s]/ml", 3306),
    ],
)  # fmt: skip
def test_a_database_shows_where_it_is_and_hides_its_password(url, shown, port):
    database = database_at(url, "METADATA_URL")
    assert (str(database), database.port, database.password) == (shown, port, PLAIN)
    home = Home("pets", None, database=database)
    for text in (str(home), repr(home), repr(database), str(database.connection())):
        assert "im" not in text.replace("ssl_ca", "")


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("oracle://tfx:secret@db/ml", "METADATA_URL = oracle://…@db/ml: 'oracle' is no database"),
        ("runs/metadata.sqlite", "'' is no database of ML Metadata (valid: postgresql://USER@HOST"),
        ("postgresql://db/ml", "names no user (valid: postgresql://USER@HOST/…)"),
        ("postgresql://tfx:secret@db", "'' is no name of a database"),
        ("mysql://tfx:secret@db/ml`; DROP", "'ml`; DROP' is no name of a database (valid: letters"),
        ("mysql://tfx:secret@db/ml?sslca=x", "'sslca'; did you mean 'ssl_ca'? (valid: socket, ssl"),
        ("mysql://tfx:secret@db/ml?password=secret", "no such option as 'password'"),
        ("postgresql://tfx:secret@db/ml?sslmode=require", "is built without TLS"),
        ("postgresql://tfx:sec/secret@db/ml", "postgresql://…@db/ml: is no URL; valid: SCHEME://"),
        ("postgresql://tfx:sec#secret@db/ml", "postgresql://…@db/ml: is no URL"),
        ("mysql://tfx:sec?secret@db/ml", "mysql://…@db/ml: is no URL"),
        ("mysql://tfx:secret@db:port/ml", "is no URL"),
        ("mysql://tfx:secret@db/ml?secret", "is no URL"),
    ],
)  # fmt: skip
def test_what_names_no_database_is_refused_in_words_without_its_password(url, complaint):
    with pytest.raises(InputError) as caught:
        database_at(url, "METADATA_URL")
    assert complaint in str(caught.value)
    assert "sec" not in str(caught.value)


@pytest.mark.parametrize(
    ("scheme", "variable"), [("postgresql", "PGPASSWORD"), ("mysql", "MYSQL_PWD")]
)
def test_a_password_comes_from_where_the_servers_own_programs_look(scheme, variable, monkeypatch):
    monkeypatch.setenv(variable, "geheim")
    assert database_at(f"{scheme}://tfx@db/ml", "").password == "geheim"
    assert database_at(f"{scheme}://tfx:other@db/ml", "").password == "other"


def test_a_task_names_its_database_and_the_environment_goes_before_it(monkeypatch, tmp_path):
    task = load_task("digits").replace(metadata="postgresql://tfx@db/ml")
    assert str(task.home.metadata) == "postgresql://tfx@db:5432/ml"
    monkeypatch.setenv("METADATA_URL", "mysql://tfx@there/ml")
    assert str(task.home.metadata) == "mysql://tfx@there:3306/ml"
    monkeypatch.setenv("METADATA_URL", "")
    assert load_task("digits").home.metadata.path.name == "metadata.sqlite"


def test_each_database_has_a_folder_of_artifacts(tmp_path):
    """TFX numbers what a node writes as the database counts, and would overwrite another's."""
    urls = [
        "",
        "postgresql://tfx@db/ml",
        "mysql://tfx@db/ml",
        "mysql://tfx@db/other",
        "mysql://tfx@db:1/ml",
        "postgresql://tfx@/ml?host=/a",
        "postgresql://tfx@/ml?host=/b",
    ]
    homes = [Home("pets", tmp_path, database=database_at(url, "") if url else None) for url in urls]
    assert homes[0].artifacts == tmp_path / "pets" / "artifacts"
    folders = {home.artifacts for home in homes}
    assert len(folders) == len(urls)
    assert folders - {homes[0].artifacts} == {
        homes[0].artifacts / home.metadata.folder for home in homes[1:]
    }
    assert all(re.fullmatch(r"[\w.-]*", home.metadata.folder) for home in homes)


def test_a_tasks_file_has_no_password():
    with pytest.raises(InputError) as caught:
        load_task("digits").replace(metadata="mysql://tfx:geheim@db/ml")
    assert str(caught.value) == (
        "Task.metadata = mysql://tfx@db:3306/ml: a password does not belong into a task's file; "
        "put it into the environment as MYSQL_PWD"
    )
    with pytest.raises(InputError, match=r"^Task\.metadata = redis://…@db/ml: 'redis' is no"):
        load_task("digits").replace(metadata="redis://tfx:geheim@db/ml")
