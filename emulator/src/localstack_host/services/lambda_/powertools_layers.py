"""Powertools' public layers, made of the packages that are installed beside the emulator.

Samples name them by their ARN, of an account of AWS's:
https://docs.aws.amazon.com/powertools/python/latest/getting-started/install/
Whatever version a sample names, it gets the one that is installed.
"""

from __future__ import annotations

import io
import re
import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from localstack.services.lambda_.api_utils import generate_lambda_date
from localstack.services.lambda_.invocation.lambda_models import Layer, LayerVersion
from localstack.services.lambda_.invocation.lambda_service import store_lambda_archive
from localstack.services.lambda_.layerfetcher.layer_fetcher import LayerFetcher

ARN = re.compile(
    r"(?P<layer>arn:[\w-]+:lambda:(?P<region>[\w-]+):(?P<account>017000801446)"
    r":layer:(?P<name>AWSLambdaPowertoolsPython[\w-]*)):(?P<version>\d+)"
)
# Powertools, and those of its optional dependencies that are in the layer, if they are installed.
DISTRIBUTIONS = (
    "aws-lambda-powertools",
    "annotated-types",
    "aws-encryption-sdk",
    "aws-xray-sdk",
    "fastjsonschema",
    "jmespath",
    "jsonpath-ng",
    "pydantic",
    "pydantic-core",
    "pydantic-settings",
    "redis",
    "typing-extensions",
    "typing-inspection",
    "wrapt",
)
UNUSED = ("__pycache__", "..", "bin")


class PowertoolsLayers(LayerFetcher):
    """Makes a layer when a function first names it."""

    def fetch_layer(self, layer_version_arn: str) -> Layer | None:
        """The layer with the version that is named; None for any other layer."""
        named = ARN.fullmatch(layer_version_arn)
        if not named:
            return None
        version = int(named["version"])
        code = store_lambda_archive(packed(), named["name"], named["region"], named["account"])
        made = LayerVersion(
            layer_version_arn=layer_version_arn,
            layer_arn=named["layer"],
            version=version,
            code=code,
            license_info="MIT-0",
            compatible_runtimes=[],
            compatible_architectures=[],
            created=generate_lambda_date(),
            description="AWS Lambda Powertools for Python",
        )
        return Layer(named["layer"], version + 1, layer_versions={named["version"]: made})


def packed() -> bytes:
    """A zip file with the packages in the folder in which Lambda looks for a layer's."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as opened:
        for name in DISTRIBUTIONS:
            for inside, file in _files(name):
                opened.write(file, f"python/{inside}")
    return archive.getvalue()


def _files(name: str) -> list[tuple[str, Path]]:
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return []
    return [
        (str(file), Path(str(found.locate_file(file))))
        for file in found.files or []
        if not set(file.parts) & set(UNUSED) and Path(str(found.locate_file(file))).is_file()
    ]
