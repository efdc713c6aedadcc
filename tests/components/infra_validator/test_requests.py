"""What is written into a model is what a server plays, and what a client sends."""

import shutil

import tensorflow as tf

from components.examples import image_example
from components.infra_validator.requests import real_requests, warm_up_requests, write_warm_up
from serving.saved_model import SavedModel
from serving.warmup import warm_up
from tests.serving import toy


def counts(requests):
    return [
        (request.model_spec.signature_name, request.inputs[name].tensor_shape.dim[0].size)
        for request in requests
        for name in request.inputs
    ]


def test_every_example_is_sent_as_a_client_sends_it(saved_model):
    files = [toy.image(10), toy.image(200)]
    serialized = [toy.example(file).SerializeToString() for file in files]
    requests = real_requests("toy", serialized)
    assert [tf.make_ndarray(each.inputs["image_bytes"]).tolist() for each in requests] == [
        [file] for file in files
    ]
    assert {each.model_spec.name for each in requests} == {"toy"}


def test_a_warm_up_touches_both_signatures_and_a_full_batch(saved_model, examples):
    requests = warm_up_requests("toy", examples, largest_batch=4)
    assert counts(requests) == [("predict", 1), ("predict", 4), ("serving_default", 1)]


def test_large_images_make_a_smaller_batch(saved_model):
    noise = tf.random.stateless_uniform((1000, 1000, 3), (1, 2), 0, 255, tf.int32).numpy()
    image = toy.Image.fromarray(noise.astype("uint8"))
    requests = warm_up_requests("toy", [image_example(image)] * 4, largest_batch=4)
    assert counts(requests) == [("predict", 1), ("predict", 2), ("serving_default", 1)]


def test_the_same_examples_in_another_order_are_the_same_warm_up(saved_model, examples):
    """Else a run that is repeated would push another version."""
    one = warm_up_requests("toy", examples, 4)
    assert one == warm_up_requests("toy", examples[::-1], 4)


def test_a_server_plays_what_was_written(saved_model, examples, tmp_path):
    folder = tmp_path / "1"
    shutil.copytree(saved_model, folder)
    write_warm_up(warm_up_requests("toy", examples, 4), folder)
    model = SavedModel(folder)
    try:
        assert warm_up(model, folder) == 3
    finally:
        model.close()
