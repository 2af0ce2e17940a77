"""ItemReader: sources of items that LocalStack does not read.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

DELIMITERS = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}
INVENTORY = "S3_INVENTORY"
# What Python raises for a manifest, or a file that it names, of another form.
MALFORMED = (
    *(AttributeError, LookupError, TypeError, ValueError, EOFError),
    *(csv.Error, gzip.BadGzipFile, zlib.error),
)


class UnreadableItems(Exception):
    """Raised for items that are not of the form that their reader names."""


def objects(client: Any, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The objects of a bucket, of all pages of ListObjectsV2."""
    pages = client.get_paginator("list_objects_v2").paginate(**parameters)
    return [each for page in pages for each in page.get("Contents", ())]


def json_lines(text: str) -> list[Any]:
    """The items of a file with a JSON document in each line. Raises `UnreadableItems`."""
    try:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except ValueError as error:
        raise UnreadableItems(f"The file is not valid JSON Lines: {error}") from error


def with_commas(text: str, delimiter: str) -> str:
    """A CSV file with another delimiter, by its name at AWS. Raises `UnreadableItems`."""
    if delimiter not in DELIMITERS:
        raise UnreadableItems(f"CSVDelimiter must be one of {', '.join(DELIMITERS)}")
    written = io.StringIO()
    csv.writer(written).writerows(csv.reader(io.StringIO(text), delimiter=DELIMITERS[delimiter]))
    return written.getvalue()


def inventory(client: Any, text: str) -> Iterator[dict[str, str]]:
    """The objects that the manifest of an S3 inventory in CSV lists. Raises `UnreadableItems`.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html
    """
    manifest = json.loads(text)
    if manifest.get("fileFormat") != "CSV":
        raise UnreadableItems("Only an S3 inventory in CSV is read by the emulator")
    names = [name.strip() for name in manifest["fileSchema"].split(",")]
    bucket = manifest["destinationBucket"].rpartition(":")[2]
    for file in manifest["files"]:
        body = client.get_object(Bucket=bucket, Key=file["key"])["Body"].read()
        rows = csv.reader(io.StringIO(gzip.decompress(body).decode()))
        yield from (dict(zip(names, row, strict=False)) for row in rows)


def items(kind: str, read: Any, client: Any, most: int) -> list[Any]:
    """The items, at most so many, of what was read: a text or objects. Raises `UnreadableItems`."""
    match kind:
        case "JSONL":
            found: Any = json_lines(read)
        case "MANIFEST":
            found = inventory(client, read)
        case _:
            found = read
    try:
        return list(islice(found, most))
    except MALFORMED as error:
        raise UnreadableItems(f"The manifest is not that of an S3 inventory: {error}") from error
