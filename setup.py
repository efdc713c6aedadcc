"""What is installed, and what it needs.

The ranges here are abstract; every version that runs is in requirements.lock (`make lock`).
"""

from setuptools import find_packages, setup

setup(
    name="tfx-image-text-pipeline",
    version="0.1.0",
    description="A production TFX pipeline for image and text classifiers",
    license="Apache-2.0",
    # tfx 1.16, the newest TFX that installs as a whole, declares <3.11, but every part of it has
    # wheels for 3.11 and runs there. uv ignores such an upper bound; pip would refuse it.
    python_requires=">=3.11,<3.12",
    packages=find_packages(include=["pipeline*", "components*", "data*", "serving", "serving.*"]),
    package_data={"": ["*.html", "*.j2"]},
    install_requires=[
        "tfx>=1.16,<1.17",
        "tensorflow>=2.16,<2.17",
        "keras>=3.15,<4",
        "keras-tuner>=1.4,<2",
        # Later Beam releases drop dill, which pickles what TFX passes to the workers.
        "apache-beam>=2.68,<2.69",
        "kfp>=2.13,<2.14",
        "kfp-server-api>=2.4,<3",
        "requests>=2.31",
        "urllib3>=1.26",
        "jinja2>=3.1,<4",
        "markupsafe>=2",
        "numpy>=1.26,<2",
        "pillow>=10",
        "pydantic>=2,<3",
        "rich>=13",
        # The stand-in for TensorFlow Serving: its HTTP, its protocol.
        "tornado>=6.5,<7",
        "grpcio>=1.62",
        "tensorflow-serving-api>=2.16,<2.17",
        "protobuf>=4.25,<5",
        "scikit-learn>=1.5,<2",
        # TFMA imports ipywidgets 7, which imports ipykernel without saying so.
        "ipykernel>=6",
        # Transform and Trainer with a module_file call `python -m pip`, the tfx CLI `pip freeze`.
        "pip>=24",
        # 81 drops pkg_resources, which TensorBoard 2.16 imports.
        "setuptools>=70,<81",
    ],
    extras_require={
        "dev": [
            # Certificates for the fake of Kubeflow's API, and its OpenAPI file.
            "cryptography>=42",
            "jsonschema>=4",
            "httpx>=0.27",
            "kubernetes-validate>=1.29",
            "psutil>=5",
            "pytest>=8",
            "pytest-timeout>=2.3",
            "pytest-xdist>=3.6",
            # The tokenizer in the README of a pushed text model.
            "regex>=2024",
            "ruff>=0.6",
            "uv>=0.9",
            "websockets>=13",
        ],
        "gpu": ["tensorflow[and-cuda]>=2.16,<2.17"],
        # onnx 1.19 asks ml_dtypes for what TensorFlow 2.16 keeps out.
        "onnx": ["tf2onnx>=1.16", "onnx>=1.17,<1.19", "onnxruntime>=1.18"],
        "openvino": ["openvino>=2024"],
    },
)
