import pytest
from google.protobuf import text_format
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from components.errors import InputError
from pipeline.options.serving import RequestLog
from pipeline.serving_config.release import Release, loaded_first, models_config, read_release


def parsed(text):
    """Returns the only model of a `models.config`, by TensorFlow Serving's own message."""
    (entry,) = text_format.Parse(text, ModelServerConfig()).model_config_list.config
    return entry


@pytest.mark.parametrize(
    "release",
    [Release(3), Release(3, 7), Release(7, 7), Release(7, kept=(3,)), Release(2**62, 5, (1, 9))],
)
def test_a_release_survives_writing_and_reading(tmp_path, release):
    text = models_config("pets", "/srv/pets", release)
    entry = parsed(text)
    assert (entry.name, entry.base_path) == ("pets", "/srv/pets")
    assert entry.model_platform == "tensorflow"
    assert dict(entry.version_labels) == release.labels
    assert tuple(entry.model_version_policy.specific.versions) == release.versions
    (tmp_path / "models.config").write_text(text)
    assert read_release(tmp_path / "models.config", "pets") == release


def test_odd_paths_are_quoted():
    path = 'C:\\mo"dels/ä\n'
    assert parsed(models_config("pets", path, Release(1))).base_path == path


def test_a_new_release_keeps_what_it_does_not_know():
    """Another model, and how requests are logged, stay as they were."""
    before = """
      model_config_list {
        config { name: "other" base_path: "/o" model_platform: "tensorflow" }
        config {
          name: "pets" base_path: "/old" model_platform: "tensorflow"
          model_version_policy { all {} } version_labels { key: "stable" value: 1 }
          logging_config { sampling_config { sampling_rate: 0.25 } }
        }
      }"""
    config = text_format.Parse(
        models_config("pets", "/new", Release(2, 3), before), ModelServerConfig()
    )
    other, pets = config.model_config_list.config
    assert other.base_path == "/o"
    assert pets.base_path == "/new"
    assert pets.logging_config.sampling_config.sampling_rate == 0.25
    assert list(pets.model_version_policy.specific.versions) == [2, 3]
    assert dict(pets.version_labels) == {"stable": 2, "canary": 3}


def test_requests_are_logged_by_a_collector_alone():
    """TensorFlow Serving's own binaries refuse a file that asks for what they do not have."""
    text = models_config("pets", "/pets", Release(1), request_log=RequestLog(share=0.1))
    assert not parsed(text).HasField("logging_config")
    own = RequestLog(share=0.1, collector="kafka", collector_prefix="topic")
    config = parsed(models_config("pets", "/pets", Release(1), request_log=own)).logging_config
    assert config.sampling_config.sampling_rate == 0.1
    assert config.log_collector_config.type == "kafka"
    assert config.log_collector_config.filename_prefix == "topic"


def test_no_file_or_no_such_model_is_no_release(tmp_path):
    assert read_release(tmp_path / "models.config", "pets") is None
    (tmp_path / "models.config").write_text(models_config("others", "/o", Release(1)))
    assert read_release(tmp_path / "models.config", "pets") is None


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("model_config_list {", "is no ModelServerConfig: "),
        ('model_config_list { config { name: "pets" } }', "has no version_labels with key"),
        (b"\xff", "cannot be read"),
    ],
)
def test_a_broken_file_is_told(tmp_path, text, complaint):
    path = tmp_path / "models.config"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError, match=f"models.config.*{complaint}"):
        read_release(path, "pets")


@pytest.mark.parametrize(
    ("now", "then", "first"),
    [
        # A new label may name a version that is still loading, but a promotion may not.
        (Release(3), Release(7, kept=(3,)), Release(3, kept=(7,))),
        (Release(3, 7), Release(7, kept=(3,)), Release(3, 7)),
        (Release(7, kept=(3,)), Release(3), Release(7, kept=(3,))),
        (Release(7), Release(3), Release(7, kept=(3,))),
        (Release(3, 5, (1,)), Release(3, 7), Release(3, 5, (1, 7))),
    ],
)
def test_versions_are_loaded_before_labels_move(now, then, first):
    """TensorFlow Serving refuses a file that moves a label to a version that is not loaded."""
    assert loaded_first(now, then) == first
    assert first.labels == now.labels
    assert {*then.versions} <= {*first.versions}
