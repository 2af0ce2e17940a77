"""Dashboards over the API: a wrong body is refused as on AWS, and changes nothing."""

from __future__ import annotations

import json

import pytest

from tests.integration.conftest import Cloud


def test_a_dashboard_with_a_wrong_body_is_refused_and_not_changed(cloud: Cloud) -> None:
    cloudwatch = cloud.client("cloudwatch")
    properties = {"metrics": [["AWS/Lambda", "Errors"]], "region": "us-east-2"}
    body = {"widgets": [{"type": "metric", "properties": properties}]}
    cloudwatch.put_dashboard(DashboardName="shop", DashboardBody=json.dumps(body))

    del properties["region"]
    refused = cloudwatch.exceptions.DashboardInvalidInputError
    with pytest.raises(refused, match="there are 1 validation errors") as error:
        cloudwatch.put_dashboard(DashboardName="shop", DashboardBody=json.dumps(body))
    assert error.value.response["Error"]["Code"] == "InvalidParameterInput"
    with pytest.raises(refused, match="The field DashboardBody must be a valid JSON object"):
        cloudwatch.put_dashboard(DashboardName="shop", DashboardBody="{// nothing\n}")

    kept = cloudwatch.get_dashboard(DashboardName="shop")["DashboardBody"]
    assert "us-east-2" in kept
    cloudwatch.delete_dashboards(DashboardNames=["shop"])
