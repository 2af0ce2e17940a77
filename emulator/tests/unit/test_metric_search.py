"""SEARCH in metric math, with the examples of AWS's documentation.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
"""

from __future__ import annotations

import pytest

from localstack_host.services.cloudwatch.metric_math import search
from localstack_host.services.cloudwatch.metric_math.search import FoundMetric, contains, matching
from localstack_host.services.cloudwatch.metric_math.syntax import InvalidExpression


def metric(namespace: str, name: str, **dimensions: str) -> FoundMetric:
    return FoundMetric(namespace, name, tuple(dimensions.items()))


METRICS = {
    "cpu": metric("AWS/EC2", "CPUUtilization", InstanceId="i-1234567890123456"),
    "cpu2": metric("AWS/EC2", "CPUUtilization", InstanceId="i-2"),
    "type": metric("AWS/EC2", "CPUUtilization", InstanceType="t2.micro"),
    "in": metric("AWS/EC2", "NetworkPacketsIn", InstanceId="i-2"),
    "ebs": metric("AWS/EBS", "VolumeReadOps", VolumeId="ProjectA-1"),
    "errors": metric("AWS/Lambda", "Errors", FunctionName="ProjectB"),
    "calls": metric("AWS/Lambda", "Invocations", FunctionName="ProjectA-pay"),
    "others": metric("AWS/Lambda", "Invocations", FunctionName="other"),
    "own": metric("My Namespace", "Custom:Name[Special_Characters", **{"Dimension@Name": "x"}),
    "bare": metric("Shop", "CustomCount1"),
}


def found(text: str) -> set[str]:
    names = {each: name for name, each in METRICS.items()}
    return {names[each] for each in matching(text, list(METRICS.values()))}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (' {AWS/EC2,InstanceId} MetricName="CPUUtilization" ', {"cpu", "cpu2"}),
        ('{AWS/EC2, InstanceType} "CPUUtilization"', {"type"}),
        ("{AWS/EC2}", {"cpu", "cpu2", "type", "in"}),
        ('"CPUUtilization"', {"cpu", "cpu2", "type"}),
        ('"cpuutilization"', set()),
        ("InstanceType=micro", {"type"}),
        ('InstanceType="t2.micro" Namespace="AWS/EC2"', {"type"}),
        ("{AWS/EC2,InstanceId} network AND packets", {"in"}),
        ("{AWS/EC2,InstanceId} network packets", {"in"}),
        ('{AWS/EC2,InstanceId} MetricName="CPUUtilization" NOT i-1234567890123456', {"cpu2"}),
        ("NOT Namespace=AWS", {"own", "bare"}),
        ('{AWS/Lambda} NOT "other" NOT "ProjectB"', {"calls"}),
        ("(EC2 OR EBS) AND MetricName=ReadOps", {"ebs"}),
        ("(EC2 OR EBS) MetricName=ReadOps", {"ebs"}),
        (
            '{AWS/Lambda,FunctionName} MetricName="Errors" OR '
            '(MetricName="Invocations" AND (ProjectA OR ProjectB))',
            {"errors", "calls"},
        ),
        ('{"My Namespace", "Dimension@Name"}, "Custom:Name[Special_Characters"', {"own"}),
        ("{Shop}", {"bare"}),
    ],
)
def test_metrics_are_found_as_documented(text: str, names: set[str]) -> None:
    assert found(text) == names


@pytest.mark.parametrize(
    ("name", "terms", "others"),
    [
        (
            "CustomCount1",
            ["count", "Count", "COUNT", "CustomCount", "Count1", "customcount1"],
            ["couNT", "customcount", "count1", "Counts"],
        ),
        ("SDBFailure", ["sdb", "failure", "SDBFailure", "sdbfailure"], ["SDBFail", "sd"]),
        ("Project2-trial333", ["project2trial333", "trial", "2", "333"], ["33"]),
        (
            "Network-Errors-2",
            ["network/errors", "network+errors", "network-errors", "Network_Errors"],
            ["errors-network"],
        ),
        ("NetworkErrors2", ["network/errors", "Network_Errors"], ["networkerrors"]),
    ],
)
def test_terms_match_tokens(name: str, terms: list[str], others: list[str]) -> None:
    assert {term: contains(name, term) for term in terms} == dict.fromkeys(terms, True)
    assert {term: contains(name, term) for term in others} == dict.fromkeys(others, False)


def test_a_backslash_escapes_in_quotes() -> None:
    france = metric("Shop", "Europe\\France Traffic(Network)")
    assert matching(r'"Europe\\France Traffic\(Network\)"', [france]) == [france]


@pytest.mark.parametrize("text", ["", "{AWS/EC2", "(a", "a )", "MetricName=", "a AND", "NOT"])
def test_what_is_no_search_is_refused(text: str) -> None:
    with pytest.raises(InvalidExpression):
        matching(text, [])


def test_labels_are_what_tells_metrics_apart() -> None:
    assert search.labels([METRICS["cpu"], METRICS["cpu2"]]) == ["i-1234567890123456", "i-2"]
    assert search.labels([METRICS["cpu2"], METRICS["in"]]) == [
        *("i-2 CPUUtilization", "i-2 NetworkPacketsIn"),
    ]
    assert search.labels([METRICS["cpu"]]) == ["CPUUtilization"]
