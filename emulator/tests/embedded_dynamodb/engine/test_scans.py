"""Scan: segments, and what it refuses."""

from typing import Any

import pytest

Client = Any
START = "The provided starting key is invalid"


@pytest.mark.parametrize("total", [1, 2, 3, 7, 50])
def test_segments_are_a_partition_of_the_table(client: Client, total: int) -> None:
    table = client.table("many", "p s:N")
    for place in range(60):
        client.put(table, p=f"partition {place % 20}", s=place)
    seen: list[str] = []
    for segment in range(total):
        found = client.all("Scan", TableName=table, Segment=segment, TotalSegments=total, Limit=7)
        seen += [item["s"]["N"] for item in found]
    assert sorted(map(int, seen)) == list(range(60))


def test_segments_are_about_equal(client: Client) -> None:
    table = client.table("many")
    for place in range(400):
        client.put(table, p=f"customer#{place:05d}")
    counts = [
        client("Scan", TableName=table, Segment=segment, TotalSegments=4)["Count"]
        for segment in range(4)
    ]
    assert min(counts) > 60


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"Segment": 0},
            "The TotalSegments parameter is required but was not present in the "
            "request when Segment parameter is present",
        ),
        (
            {"TotalSegments": 2},
            "The Segment parameter is required but was not present in the "
            "request when parameter TotalSegments is present",
        ),
        (
            {"Segment": 2, "TotalSegments": 2},
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            "Segment: 2 is not less than TotalSegments: 2",
        ),
        (
            {"ExclusiveStartKey": {"p": {"S": "a"}}},
            f"{START}: The provided key element does not match the schema",
        ),
    ],
)
def test_a_scan_that_cannot_be_answered_says_why(
    client: Client, numbers: str, parameters: dict[str, Any], message: str
) -> None:
    assert client.refusal("Scan", TableName=numbers, **parameters).message == message


def test_a_scan_does_not_go_on_in_another_segment(client: Client, numbers: str) -> None:
    segments = [
        client("Scan", TableName=numbers, Segment=segment, TotalSegments=2, Limit=1)
        for segment in range(2)
    ]
    start = next(one["LastEvaluatedKey"] for one in segments if one["Count"])
    other = 1 if segments[0]["Count"] else 0
    refused = client.refusal(
        "Scan", TableName=numbers, Segment=other, TotalSegments=2, ExclusiveStartKey=start
    )
    assert refused.message == (
        f"{START}: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. "
        f"TotalSegments: 2 Segment: {other}"
    )
