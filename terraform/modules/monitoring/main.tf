# What is watched, and who hears of it. Each file is one way to look:
#   alarms.tf      what somebody must look at, each with a section of the runbook
#   dashboard.tf   everything on one page
#   queries.tf     questions to the logs, saved under the environment's name

resource "aws_cloudwatch_composite_alarm" "unhealthy" {
  alarm_name        = "${var.prefix}-unhealthy"
  alarm_description = "At least one alarm of this environment rings. ${var.runbook}#unhealthy"
  alarm_rule        = join(" OR ", [for alarm in local.metric_alarms : "ALARM(\"${alarm.arn}\")"])
  alarm_actions     = [var.topic_arn]
  ok_actions        = [var.topic_arn]

  lifecycle {
    precondition {
      condition     = length(local.metric_alarms) > 0
      error_message = "Nothing is watched: give this module an api, a state_machine, a shop, functions, tables or queues."
    }
  }
}
