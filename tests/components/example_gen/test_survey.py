import subprocess
import sys

import pytest

from components.errors import InputError
from components.example_gen import survey as survey_module
from components.example_gen.survey import check_input, estimated_examples, survey


def test_images_are_counted_and_sampled(write, picture, image_data):
    """Classes with counts, the median size, and broken files with their reasons."""
    for number in range(3):
        write(f"cat/{number}.png", picture(number))
    write("dog/a.png", picture(9))
    write("dog/b.png", b"")
    write("dog/c.txt", "")
    found = survey(image_data)
    assert found.classes == {"cat": 3, "dog": 2}
    assert (found.examples, found.sampled, found.complete) == (5, 5, True)
    assert (found.median_width, found.median_height) == (6, 8)
    assert found.broken == (("dog/b.png", "is empty (0 bytes)"),)
    assert found.layout.ignored == {".txt": 1}


def test_the_sample_is_bounded_and_always_the_same(write, picture, image_data):
    """Of 300 images 200 are opened, from all over the folder."""
    for number in range(300):
        write(f"{'cat' if number < 150 else 'dog'}/{number}.png", b"")
    first, second = survey(image_data), survey(image_data)
    assert first.examples == 300
    assert first.sampled == 200
    assert first == second
    assert {broken.source[:3] for broken in first.broken} == {"cat", "dog"}


def test_tables_are_counted_by_row(write, text_data):
    """Of a table the rows a class, the columns, and the lengths of texts."""
    rows = "".join(f"{'word ' * n},{'ab'[n % 2]}\n" for n in range(1, 41))
    write("a.csv", "text,label\n" + rows + ",a\n")
    found = survey(text_data)
    assert found.classes == {"a": 20, "b": 20}
    assert found.columns == ("text", "label")
    assert (found.examples, found.sampled) == (41, 41)
    assert (found.median_words, found.most_words) == (20.5, 39)
    assert found.broken == (("a.csv#row 41", "has no text"),)


def test_text_folders_are_measured_in_words(write, text_data):
    """A file is a text; one that is not UTF-8 is broken."""
    write("train/pos/1.txt", "one two three")
    write("train/neg/1.txt", "one")
    write("test/neg/1.txt", b"\xff")
    found = survey(text_data)
    assert found.layout.splits == ("train", "test")
    assert found.classes == {"neg": 2, "pos": 1}
    assert found.median_words == 2
    assert found.broken == (("test/neg/1.txt", "is not UTF-8 at byte 1"),)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "a.csv is empty"),
        ("body,label\nx,y\n", "text_column = 'text': a.csv has no such column"),
        ('text,label\n"x,y\n', "line 2 is never closed"),
        ("text,label\n,y\nx,\n", "none of the first 2 rows can be used; row 1 has no text"),
    ],
)
def test_a_table_fails_before_the_run(write, text_data, content, message):
    """The header and the first rows are enough to tell a table that cannot be used."""
    write("a.csv", content)
    with pytest.raises(InputError, match=message):
        check_input(text_data)


def test_one_class_in_a_table_is_told_by_the_survey(write, text_data):
    """A table is read to its end, or for some megabytes, to know."""
    write("a.csv", "text,label\nx,a\ny,a\n")
    check_input(text_data)
    with pytest.raises(InputError, match="all 2 rows have the label 'a'; it takes two classes"):
        survey(text_data)


def test_faults_of_the_layout_are_told(tmp_path, image_data):
    """check_input looks at folders as the run itself does."""
    with pytest.raises(InputError, match="is empty"):
        check_input(image_data)


def test_nothing_heavy_is_imported():
    """The command line can check an input before TensorFlow, Beam and TFX are loaded."""
    code = (
        "import sys, components.example_gen.survey, components.example_gen.guess\n"
        "print({'tensorflow', 'apache_beam', 'tfx', 'keras', 'pandas'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"


def test_how_many_examples_there_are_is_told_from_a_part_of_them(write, text_data, monkeypatch):
    monkeypatch.setattr(survey_module, "_ESTIMATED_CHARACTERS", 1_000)
    for name in "ab":
        write(f"{name}.csv", "text,label\n" + "some words,x\nother words,y\n" * 500)
    assert estimated_examples(check_input(text_data)) == pytest.approx(2_000, rel=0.1)


def test_files_of_classes_are_counted(write, image_data):
    for number in range(3):
        write(f"cat/{number}.png", "")
        write(f"dog/{number}.png", "")
    assert estimated_examples(check_input(image_data)) == 6
