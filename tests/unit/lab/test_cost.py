"""The arithmetic of `lab cost`, by hand and by the examples that AWS publishes."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lab.core.environment_settings import settings_of
from lab.core.errors import LabError
from lab.deploy import plans
from lab.measure import cost
from lab.measure.cost import alternatives, bill, prices, sizing
from lab.measure.cost import counted as kept
from lab.measure.cost.bill import FIXED, HOURLY, KEPT, ORDERS, Line
from lab.measure.cost.counted import Counted, DataEvents, FunctionUse, Measured, Structure
from lab.measure.cost.prices import Price, PriceList
from lab.measure.cost.usage import Usage
from lab.measure.cost.usage import cost as cost_of

LISTED = prices.load()
NOTHING: dict[str, Any] = {"log_retention_days": 7}
FIREWALL = {"requests_per_address": 2000}


def counted(**checkout: float) -> Counted:
    """An order that uses what is said, in a shop in which nothing stands."""
    return Counted(
        on="2026-11-22",
        checkout=Usage(**checkout),
        sweep=Usage(),
        functions=(),
        execution_s=0.15,
        stored_bytes=0,
        structure=Structure(0, 0, 0, 0, 0, 0, 0),
    )


def lines(settings: dict[str, Any], found: Counted, kind: str, orders: int = 1) -> dict[str, Line]:
    made = bill.of("dev", NOTHING | settings, found, orders).lines
    return {line.what: line for line in made if line.kind == kind}


# AWS's own examples: the numbers are theirs.


def test_lambdas_example_of_three_million_seconds_of_512_mb() -> None:
    """https://aws.amazon.com/lambda/pricing/, example 1: 18.34 + 0.40 = 18.74 (AWS rounds up)."""
    used = [
        Line(ORDERS, "", "lambda_requests", 3e6, 3e6 * 2e-7),
        Line(ORDERS, "", "lambda_gb_seconds", 1.5e6, 1.5e6 * LISTED.of("lambda_gb_seconds").usd),
    ]
    charged = sum(line.usd for line in used) - bill.free(used, LISTED)
    assert charged == pytest.approx(18.74, abs=0.01)


def test_x_rays_example_of_2000_requests_an_hour_one_in_ten_traced() -> None:
    """https://aws.amazon.com/xray/pricing/, example 1: 48,800 billed traces, 0.24 USD."""
    traces = 2000 * 24 * 31 * 0.10
    line = Line(ORDERS, "", "traces", traces, traces * LISTED.of("traces").usd)
    assert line.usd - bill.free([line], LISTED) == pytest.approx(0.24, abs=0.005)


def test_step_functions_example_of_express_workflows() -> None:
    """https://aws.amazon.com/step-functions/pricing/: 100 million of 10 s with 62.85 MB."""
    assert 1e8 * LISTED.of("express_requests").usd == pytest.approx(100.00)
    assert 1e8 * alternatives.express_gb_seconds(10, 62.85) == pytest.approx(62_500_000)
    first_thousand_gb_hours = 1000 * 3600 * LISTED.of("express_gb_seconds").usd
    assert first_thousand_gb_hours == pytest.approx(60.00, abs=0.001)


def test_api_gateways_price_for_five_million_calls() -> None:
    """https://aws.amazon.com/api-gateway/pricing/: 3.50 and 1.00 USD a million."""
    assert cost_of(Usage(api_calls=5e6), LISTED).total == pytest.approx(17.50)
    assert 216e6 * LISTED.of("http_api_calls").usd == pytest.approx(216.00)


# By hand.


def test_the_cost_is_the_sum_of_its_parts() -> None:
    found = cost_of(Usage(state_transitions=6, mails=1), LISTED)
    assert found.parts["state_transitions"] == pytest.approx(6 * 0.025 / 1000)
    assert found.total == pytest.approx(6 * 0.025 / 1000 + 0.0001)
    assert found.counted["mails"] == 1


def test_every_part_of_a_usage_has_a_price() -> None:
    assert set(Usage().parts()) <= set(LISTED.prices)


def test_a_part_without_a_price_is_an_error_that_names_it() -> None:
    with pytest.raises(LabError, match="dreams"):
        LISTED.of("dreams")


@pytest.mark.parametrize("name", sorted(LISTED.prices))
def test_every_price_has_a_source_at_aws_a_day_and_says_who_confirms_it(name: str) -> None:
    price = LISTED.of(name)
    assert price.source.startswith("https://aws.amazon.com/")
    assert date.fromisoformat(price.looked_up) <= date.fromisoformat("2026-12-31")
    assert price.confirmed is None or price.confirmed == "AWS" or "://" in price.confirmed


def test_orders_cost_in_proportion_to_their_number() -> None:
    shop = counted(state_transitions=6, mails=1)
    one = bill.of("dev", NOTHING, shop, 1)
    thousand = bill.of("dev", NOTHING, shop, 1000)
    assert thousand.total(ORDERS) == pytest.approx(1000 * one.total(ORDERS))
    assert thousand.per_order == pytest.approx(6 * 0.000025 + 0.0001)


def test_what_stands_there_costs_the_same_at_any_load() -> None:
    shop = counted(mails=1)
    loads = [bill.of("dev", NOTHING, shop, orders).total(FIXED) for orders in (1, 1_000_000)]
    assert loads[0] == pytest.approx(loads[1])


def test_a_bill_for_no_orders_is_refused() -> None:
    with pytest.raises(LabError, match="0 orders"):
        bill.of("dev", NOTHING, counted(), 0)


@pytest.mark.parametrize(
    ("setting", "what", "usd"),
    [
        ({"firewall": FIREWALL}, "firewall", 5.00),
        ({"firewall": FIREWALL}, "firewall: rules", 4.00),
        ({"api_cache": {"size_gb": 0.5, "ttl_seconds": 60}}, "API cache of 0.5 GB", 730 * 0.02),
        ({"tracing": True}, "sweeper: traces", 730 * 60 * 0.000005),
    ],
)
def test_a_setting_that_costs_has_a_line_of_its_own(
    setting: dict[str, Any], what: str, usd: float
) -> None:
    assert what not in lines({}, counted(), FIXED)
    assert lines(setting, counted(), FIXED)[what].usd == pytest.approx(usd)


@pytest.mark.parametrize(
    ("setting", "what"),
    [
        ({}, "encryption key of the topics"),
        ({"own_encryption_key": False}, "encryption key of the topics"),
        ({"own_encryption_key": True}, "encryption key of everything"),
    ],
)
def test_every_environment_has_one_key_and_its_line_says_of_what(
    setting: dict[str, Any], what: str
) -> None:
    found = lines(setting, counted(), FIXED).values()
    assert {line.what: line.usd for line in found if line.price == "keys"} == {what: 1.00}


def test_the_firewall_looks_at_every_call_of_the_api() -> None:
    shop = counted(api_calls=1)
    requests = lines({"firewall": FIREWALL}, shop, ORDERS, orders=1_000_000)["firewall: requests"]
    assert requests.usd == pytest.approx(0.60)
    assert "firewall: requests" not in lines({"firewall": None}, shop, ORDERS)


@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_as_many_rules_are_billed_as_are_planned(environment: str) -> None:
    """The stored plan is compared with Terraform's by tests/terraform/test_plans.py."""
    planned = plans.file_of(environment).read_text().splitlines()
    (firewall,) = (line for line in planned if ".aws_wafv2_web_acl.this " in line)
    assert len(re.findall(r"\brule\.\d+\.name=", firewall)) == bill.FIREWALL_RULES


def test_the_audit_trail_records_orders_and_sweeps() -> None:
    shop = replace(counted(), data_events=DataEvents(order=19, sweep=1))
    settings = {"audit_trail_days": 365}
    orders = lines(settings, shop, ORDERS, orders=100_000)["calls in the audit trail"]
    sweeps = lines(settings, shop, FIXED)["sweeper: audit trail"]
    assert orders.usd == pytest.approx(19 * 0.10)
    assert sweeps.usd == pytest.approx(730 * 60 * 0.10 / 100_000)


@pytest.mark.parametrize("kind", [ORDERS, FIXED])
def test_without_an_audit_trail_nothing_is_recorded(kind: str) -> None:
    shop = replace(counted(), data_events=DataEvents(order=19, sweep=1))
    assert not [what for what in lines({"audit_trail_days": 0}, shop, kind) if "trail" in what]


def test_what_was_counted_before_there_was_a_trail_can_be_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = asdict(cost.stored())
    assert said.pop("data_events")["order"] > 0
    monkeypatch.setattr(kept, "FILE", tmp_path / "counted.json")
    kept.FILE.write_text(json.dumps(said))
    assert cost.stored().data_events == DataEvents()


def test_a_cache_of_a_size_that_aws_does_not_have_is_an_error() -> None:
    with pytest.raises(LabError, match=r"cache_hours_3"):
        bill.of("dev", NOTHING | {"api_cache": {"size_gb": 3}}, counted(), 1)


def test_metrics_of_the_shop_are_billed_for_the_hours_in_which_they_are_sent() -> None:
    """Ten of 30 cents a month: one order makes an hour of them, 730 and more a whole month."""
    shop = replace(counted(), structure=Structure(0, 0, 0, 0, 0, 0, business_metrics=10))
    hourly = [lines({}, shop, HOURLY, n)["metrics of the shop"].usd for n in (1, 365, 730, 10**6)]
    assert hourly == pytest.approx([3.0 / 730, 1.5, 3.0, 3.0])
    assert "metrics of the shop" not in lines({}, shop, FIXED)


def test_an_alarm_is_billed_for_each_metric_and_not_where_its_threshold_is_0() -> None:
    shop = Structure(7, 1, 1, tables=7, indexes=5, watched_queues=3, business_metrics=0)
    thresholds = {"function_throttles": 1, "function_time_percent": 80, "table_throttles": 10}
    off = {"alarm_thresholds": dict.fromkeys(thresholds, 0)}
    assert bill.alarm_metrics(off, shop) == 7 + 3 + 3 + 6
    assert bill.alarm_metrics({"alarm_thresholds": thresholds}, shop) == 19 + 7 + 7 + 24


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_as_many_metrics_of_alarms_are_billed_as_are_planned(environment: str) -> None:
    planned = plans.file_of(environment).read_text().splitlines()
    single = sum("aws_cloudwatch_metric_alarm.single[" in line for line in planned)
    combined = [line for line in planned if "aws_cloudwatch_metric_alarm.combined[" in line]
    metrics = single + sum(
        len(set(re.findall(r"metric_query\.(\d+)\.metric[.=]", c))) for c in combined
    )
    settings, structure = settings_of(environment), cost.stored().structure
    assert bill.alarm_metrics(settings, structure) == metrics


def test_a_dashboard_as_large_as_ours_is_not_free() -> None:
    shop = replace(
        counted(),
        structure=Structure(
            0, 0, dashboards=1, tables=0, indexes=0, watched_queues=0, business_metrics=0
        ),
    )
    made = bill.of("dev", NOTHING, shop, 1)
    assert lines({}, shop, FIXED)["dashboards"].usd == pytest.approx(3.0)
    assert made.free_usd == pytest.approx(
        bill.free([x for x in made.lines if x.price != "dashboards"], LISTED)
    )


def test_dev_costs_less_than_seven_dollars_a_month_when_nobody_orders() -> None:
    assert cost.of("dev", 1).total(FIXED, HOURLY) < 7


def test_function_time_is_billed_with_the_memory_and_the_processor_of_the_environment() -> None:
    shop = replace(counted(), functions=(FunctionUse("checkout-api", 1, 1000, 256),))
    assert lines({}, shop, ORDERS)["function time"].units == pytest.approx(0.25)
    twice = lines({"memory_mb": {"checkout-api": 512}}, shop, ORDERS)["function time"]
    arm = lines({"architecture": "arm64"}, shop, ORDERS)["function time"]
    assert twice.units == pytest.approx(0.5)
    assert arm.usd == pytest.approx(0.25 * 0.0000133334)


def test_what_is_kept_is_that_of_a_year() -> None:
    shop = replace(counted(), stored_bytes=1000)
    kept = lines({"recovery_days": 7}, shop, KEPT, orders=1_000_000)
    assert kept["tables"].units == pytest.approx(12)
    assert kept["point-in-time recovery"].usd == pytest.approx(12 * 0.20)


def test_every_nightly_backup_is_a_full_copy() -> None:
    a_gigabyte_a_day = 365 / 12
    assert bill.backups(a_gigabyte_a_day, nights=1) == pytest.approx(365)
    assert bill.backups(a_gigabyte_a_day, nights=3) == pytest.approx(365 + 364 + 363)
    assert bill.backups(a_gigabyte_a_day, nights=0) == 0


def test_logs_are_kept_as_long_as_the_environment_says() -> None:
    shop = counted(log_gigabytes=12 / 365)  # a GB in a twelfth of a year: one a day for 1 order
    assert lines({}, shop, KEPT)["logs of 7 days"].units == pytest.approx(7 * (12 / 365) ** 2)


def test_the_free_tier_is_given_once_for_all_lines_of_a_price() -> None:
    listed = PriceList("here", "today", {"traces": Price(2.0, "", "", "", free_per_month=10)})
    twice = [Line(ORDERS, "a", "traces", 8, 16.0), Line(FIXED, "b", "traces", 8, 16.0)]
    assert bill.free(twice, listed) == 20.0
    assert bill.free(twice[:1], listed) == 16.0


def test_two_ways_cross_where_the_dearer_start_has_been_earned_back() -> None:
    assert alternatives.crossing(lambda n: 3.0 * n, lambda n: 100 + 2.0 * n) == 101
    assert alternatives.crossing(lambda n: 3.0 * n, lambda n: 2.0 * n) == 1
    assert alternatives.crossing(lambda n: 2.0 * n, lambda n: 3.0 * n) is None
    assert alternatives.crossing(lambda n: 2.0 * n, lambda n: 2.0 * n) is None


def test_provisioned_capacity_pays_for_an_even_load_and_never_for_peaks() -> None:
    """One table, one write an order; a unit of 2,628,000 seconds is used to 70 %.

    0.00065 USD x 730 h = 0.4745 for a unit that writes 1,839,600 orders, 0.2579 USD a million:
    less than 0.625. Its floor of one unit for writes and one for reads is 0.5694 USD, which
    0.000000625 USD an order reach at 911,041 orders.
    """
    shop = replace(counted(write_units=1), structure=Structure(0, 0, 0, 1, 0, 0, 0))
    even, peaks = (one for one in alternatives.of(NOTHING, shop, 1) if "provisioned" in one.instead)
    assert even.cheaper_from == 911_041
    assert peaks.cheaper_from is None


def test_an_express_execution_is_billed_in_tenths_of_a_second_and_64_mb() -> None:
    assert alternatives.express_gb_seconds(0.13) == pytest.approx(0.2 * 64 / 1024)
    assert alternatives.express_gb_seconds(0.3) == pytest.approx(0.3 * 64 / 1024)
    assert alternatives.express_gb_seconds(0.1, megabytes=65) == pytest.approx(0.1 * 128 / 1024)


def test_an_http_api_saves_the_cache_too() -> None:
    cache = {"api_cache": {"size_gb": 0.5, "ttl_seconds": 60}}
    (found,) = (
        one
        for one in alternatives.of(NOTHING | cache, counted(api_calls=1), 1_000_000)
        if one.instead == "an HTTP API"
    )
    assert found.now_usd == pytest.approx(14.60 + 3.50)
    assert found.instead_usd == pytest.approx(1.00)


def test_an_http_api_can_have_no_firewall() -> None:
    (found,) = (
        one
        for one in alternatives.of(
            NOTHING | {"firewall": FIREWALL}, counted(api_calls=1), 1_000_000
        )
        if one.instead == "an HTTP API"
    )
    assert found.now_usd == pytest.approx(5.00 + 4.00 + 0.60 + 3.50)
    assert found.instead_usd == pytest.approx(1.00)


MEASURED = Measured("checkout-api", 30, 10.0, 20.0, memory_used_mb=100, timeout_s=15)


def test_a_function_has_the_share_of_a_processor_that_its_memory_has_of_1769_mb() -> None:
    assert sizing.duration_ms(MEASURED, 1769) == pytest.approx(10 + 20)
    assert sizing.duration_ms(MEASURED, 1769 / 2) == pytest.approx(2 * 10 + 20)
    assert sizing.duration_ms(MEASURED, 10_240) == pytest.approx(10 + 20)


def test_a_million_invocations_cost_their_requests_and_their_time() -> None:
    size = sizing.size_of(MEASURED, 1769, LISTED)
    assert size.usd_per_million == pytest.approx(0.20 + 30_000 * 1769 / 1024 * 0.0000166667)


def test_the_cheapest_size_has_memory_and_time_enough() -> None:
    (usual,) = sizing.of([MEASURED], LISTED)
    (large,) = sizing.of([replace(MEASURED, memory_used_mb=110)], LISTED)
    (slow,) = sizing.of([replace(MEASURED, processor_ms=500, timeout_s=2)], LISTED)
    found = [one.cheapest.memory_mb for one in (usual, large, slow) if one.cheapest]
    assert found == [128, 192, 1024]


def test_a_function_that_fits_nowhere_has_no_cheapest_size() -> None:
    (found,) = sizing.of([replace(MEASURED, memory_used_mb=9000)], LISTED)
    assert found.cheapest is None


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_every_environment_can_be_billed_from_what_was_kept(environment: str) -> None:
    found = cost.of(environment, 10_000)
    assert found.total() == pytest.approx(found.total(ORDERS, HOURLY, FIXED, KEPT))
    assert found.total(ORDERS) > 0
    assert found.free_usd < found.total()


def test_an_environment_that_there_is_not_is_refused() -> None:
    with pytest.raises(LabError, match="'moon'"):
        cost.of("moon")
