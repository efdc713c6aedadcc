"""Rescaling, phases, weights and complaints of transfer learning."""

import keras
import numpy as np
import pytest

from components.errors import InputError
from components.trainer.models import transfer

CLASSES = 3
MEAN, DEVIATION = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


def backbone_of(model: keras.Model) -> keras.Model:
    (backbone,) = [layer for layer in model.layers if isinstance(layer, keras.Model)]
    return backbone


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> str:
    """A weights file of MobileNet without its top."""
    path = tmp_path_factory.mktemp("weights") / "mobilenet.weights.h5"
    backbone = keras.applications.MobileNet(
        include_top=False, input_shape=(32, 32, 3), weights=None
    )
    # Keras' own random kernels let the signal die away on the path to the head.
    for variable in backbone.trainable_variables:
        if variable.path.endswith("kernel"):
            fan_in = np.prod(variable.shape[: 2 if "conv_dw" in variable.path else 3])
            variable.assign(keras.random.normal(variable.shape, stddev=(2 / fan_in) ** 0.5))
    backbone.save_weights(path)
    return str(path)


@pytest.fixture(scope="module")
def model(weights) -> keras.Model:
    return transfer.build((32, 32, 3), CLASSES, backbone="MobileNet", weights=weights)


@pytest.mark.parametrize(
    ("module", "backbone"),
    [
        (keras.applications.vgg16, "VGG16"),
        (keras.applications.mobilenet, "MobileNet"),
        (keras.applications.densenet, "DenseNet121"),
        (keras.applications.mobilenet_v3, "MobileNetV3Small"),
    ],
    ids=["caffe: BGR", "tf: -1 to 1", "torch: standardised", "0 to 255"],
)
def test_standardised_pixels_reach_the_backbone_as_its_own_preprocessing_makes_them(
    module, backbone
):
    pixels = np.random.default_rng(1).uniform(0, 255, size=(2, 32, 32, 3))
    model = transfer.build((32, 32, 3), CLASSES, backbone=backbone, weights=None)
    before = keras.Model(model.input, model.get_layer("rescaling").output)
    expected = module.preprocess_input(pixels.copy())
    np.testing.assert_allclose(before((pixels / 255 - MEAN) / DEVIATION), expected, atol=1e-3)


def test_grey_images_become_three_channels_and_small_ones_the_smallest_size():
    model = transfer.build((28, 8, 1), CLASSES, backbone="MobileNet", weights=None)
    assert backbone_of(model).input_shape == (None, 32, 32, 3)
    before = keras.Model(model.input, model.get_layer("rescaling").output)
    black = np.array(before(np.zeros((1, 28, 8, 1))))
    np.testing.assert_allclose(black[0, 0, 0], MEAN * 2 - 1, atol=1e-5)
    assert model(np.zeros((2, 28, 8, 1))).shape == (2, CLASSES)


def test_the_resolution_is_that_of_the_task_if_it_says_so():
    model = transfer.build((40, 50, 3), 2, backbone="MobileNet", weights=None, resolution=64)
    assert backbone_of(model).input_shape == (None, 64, 64, 3)
    model = transfer.build((40, 50, 3), 2, backbone="MobileNet", weights=None)
    assert backbone_of(model).input_shape == (None, 40, 50, 3)


def test_the_rescaling_is_never_trained(model):
    for phase in transfer.phases(model):
        phase.prepare()
        assert not model.get_layer("rescaling").trainable_variables


def test_the_first_phase_trains_the_head_and_the_second_the_last_stage_with_it(model):
    head, fine_tuning = transfer.phases(model, fine_tune=1)
    assert (head.name, fine_tuning.name) == ("head", "fine_tuning")
    assert head.epochs + fine_tuning.epochs == 1
    head.prepare()
    assert len(model.trainable_variables) == 2
    fine_tuning.prepare()
    trained = [layer for layer in backbone_of(model).layers if layer.trainable_variables]
    assert [layer.name for layer in trained] == [
        "conv_dw_12",
        "conv_pw_12",
        "conv_dw_13",
        "conv_pw_13",
    ]


def test_two_stages_are_more_than_one_and_no_batch_normalisation_is_trained(model):
    counts = []
    for stages in (1, 2, 99):
        transfer.phases(model, fine_tune=stages)[-1].prepare()
        counts.append(len(model.trainable_variables))
    assert counts == sorted(set(counts))
    assert not any("_bn" in v.path for v in model.trainable_variables)
    assert any("conv1" in v.path for v in model.trainable_variables)


def test_a_pooling_layer_at_the_end_is_no_stage():
    model = transfer.build((32, 32, 3), CLASSES, backbone="VGG16", weights=None)
    transfer.phases(model, weights="imagenet", fine_tune=1)[-1].prepare()
    trained = [layer.name for layer in backbone_of(model).layers if layer.trainable_variables]
    assert trained == ["block5_conv1", "block5_conv2", "block5_conv3"]


def test_channel_attention_belongs_to_the_stage_around_it():
    model = transfer.build((64, 64, 3), CLASSES, backbone="MobileNetV3Small", weights=None)
    transfer.phases(model, weights="imagenet", fine_tune=1)[-1].prepare()
    trained = [layer.name for layer in backbone_of(model).layers if layer.trainable_variables]
    assert trained[0] == "expanded_conv_8_depthwise"
    assert any("squeeze_excite" in name for name in trained)


def test_only_the_head_is_trained_if_no_stage_is_to_be(weights):
    options = {"backbone": "MobileNet", "weights": weights, "fine_tune": 0}
    model = transfer.build((32, 32, 3), CLASSES, **options)
    assert [phase.name for phase in transfer.phases(model, **options)] == ["head"]
    assert len(model.trainable_variables) == 2


def test_random_weights_are_trained_whole_in_one_phase():
    options = {"backbone": "MobileNet", "weights": None}
    model = transfer.build((32, 32, 3), CLASSES, **options)
    (phase,) = transfer.phases(model, **options)
    phase.prepare()
    assert (phase.epochs, phase.learning_rate) == (1, 1)
    assert any("_bn" in v.path for v in model.trainable_variables)


def test_weights_fit_a_model_that_was_built_anew_after_every_phase(model, weights):
    images = np.random.default_rng(1).normal(size=(2, 32, 32, 3))
    for phase in transfer.phases(model, fine_tune=2):
        phase.prepare()
        fresh = transfer.build((32, 32, 3), CLASSES, backbone="MobileNet", weights=weights)
        fresh.set_weights(model.get_weights())
        np.testing.assert_array_equal(fresh(images), model(images))


def test_a_model_that_is_called_plainly_infers():
    """Even behind a resizing, whose layer in Keras would switch to training."""
    model = transfer.build((8, 8, 1), CLASSES, backbone="MobileNet", weights=None)
    images = np.random.default_rng(1).normal(size=(3, 8, 8, 1))
    np.testing.assert_array_equal(model(images), model(images, training=False))


def test_frozen_layers_stay_as_they_are_and_the_others_learn(weights):
    model = transfer.build((32, 32, 3), CLASSES, backbone="MobileNet", weights=weights)
    images = np.random.default_rng(1).normal(size=(6, 32, 32, 3))
    changed = []
    for phase in transfer.phases(model):
        phase.prepare()
        model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
        before = model.get_weights()
        model.fit(images, np.arange(6) % CLASSES, verbose=0)
        after = model.get_weights()
        changed.append(
            {
                variable.path
                for variable, old, new in zip(model.weights, before, after, strict=True)
                if not np.array_equal(old, new)
            }
        )
        assert changed[-1] <= {variable.path for variable in model.trainable_variables}
    assert len(changed[0]) == 2
    assert len(changed[1]) > 2


def test_weights_are_those_of_the_file(model, weights):
    backbone = keras.applications.MobileNet(
        include_top=False, input_shape=(32, 32, 3), weights=None
    )
    backbone.load_weights(weights)
    loaded = backbone_of(transfer.build((32, 32, 3), 2, backbone="MobileNet", weights=weights))
    for expected, actual in zip(backbone.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"backbone": "mobilenetv2"}, "did you mean 'MobileNetV2'"),
        ({"backbone": "layers"}, "no such model .*valid: ConvNeXtBase, .*Xception"),
        ({"weights": "no/such.h5"}, "'no/such.h5': there is no file /.*valid: 'imagenet'"),
        ({"fine_tune": -1}, "fine_tune = -1: valid are 0 and above"),
        ({"resolution": 31}, "resolution = 31: MobileNetV2 takes at least 32"),
        ({"backbone": "Xception", "resolution": 70}, "Xception takes at least 71"),
    ],
)
def test_a_wrong_option_is_named_with_what_is_valid(options, complaint):
    with pytest.raises(InputError, match=complaint):
        transfer.build((8, 8, 3), CLASSES, **options)


@pytest.mark.parametrize("name", ["other.weights.h5", "notes.txt", "broken.h5"])
def test_a_file_that_holds_no_such_weights_is_named(name, tmp_path):
    path = tmp_path / name
    path.write_text("no weights")
    if name == "other.weights.h5":
        keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save_weights(path)
    with pytest.raises(InputError, match=f"{name}.*no weights file of MobileNet "):
        transfer.build((32, 32, 3), CLASSES, backbone="MobileNet", weights=str(path))


def test_without_a_network_it_says_what_to_do(monkeypatch):
    def refuse(*args, **options):
        raise Exception("URL fetch failure on https://example.org: None -- no network")

    monkeypatch.setattr("keras.src.utils.file_utils.get_file", refuse)
    with pytest.raises(
        InputError, match=r"(?s)VGG16: URL fetch failure .* set weights to its path"
    ):
        transfer.build((32, 32, 3), CLASSES, backbone="VGG16")
