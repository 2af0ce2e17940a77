# One queue.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  name       = "checkout-dev-undelivered"
  arn_prefix = "arn:aws:sqs:us-east-2:123456789012"
}

run "by_default_a_queue_is_encrypted_keeps_for_14_days_and_lets_nobody_send" {
  command = plan

  assert {
    condition     = aws_sqs_queue.this.sqs_managed_sse_enabled && aws_sqs_queue.this.kms_master_key_id == null
    error_message = "Wanted the queue to use the key of SQS."
  }

  assert {
    condition     = aws_sqs_queue.this.message_retention_seconds == 1209600 && aws_sqs_queue.this.visibility_timeout_seconds == 30
    error_message = "Wanted 14 days, and 30 seconds."
  }

  assert {
    condition     = [for s in data.aws_iam_policy_document.this.statement : "${s.effect} ${s.sid}"] == ["Deny RefusePlainHttp"]
    error_message = "Wanted nothing but plain HTTP to be refused."
  }
}

run "a_queue_is_as_it_was_said" {
  command = plan

  variables {
    kms_key_arn                = "arn:aws:kms:us-east-2:123456789012:key/k"
    visibility_timeout_seconds = 60
    message_retention_seconds  = 3600
    dead_letter                = { queue_arn = "arn:aws:sqs:us-east-2:123456789012:dlq", max_receive_count = 5 }
  }

  assert {
    condition     = aws_sqs_queue.this.kms_master_key_id == var.kms_key_arn
    error_message = "Wanted the queue to use our key."
  }

  assert {
    condition     = aws_sqs_queue.this.visibility_timeout_seconds == 60 && aws_sqs_queue.this.message_retention_seconds == 3600
    error_message = "Wanted a minute, and an hour."
  }

  assert {
    condition     = jsondecode(aws_sqs_queue.this.redrive_policy).maxReceiveCount == 5
    error_message = "Wanted five tries."
  }
}

run "who_sends_does_it_for_one_of_ours" {
  command = plan

  variables {
    senders = { sns = ["arn:aws:sns:us-east-2:123456789012:checkout-dev-orders"] }
  }

  assert {
    condition     = [for s in data.aws_iam_policy_document.this.statement : one(s.condition).values if s.sid == "AllowSns"] == [tolist(var.senders.sns)]
    error_message = "Wanted the topic and nobody else."
  }
}

run "a_name_that_aws_refuses_is_refused" {
  command = plan

  variables {
    name = "undelivered events"
  }

  expect_failures = [var.name]
}

run "a_prefix_of_another_service_is_refused" {
  command = plan

  variables {
    arn_prefix = "arn:aws:sns:us-east-2:123456789012"
  }

  expect_failures = [var.arn_prefix]
}

run "hiding_for_a_day_is_refused" {
  command = plan

  variables {
    visibility_timeout_seconds = 86400
  }

  expect_failures = [var.visibility_timeout_seconds]
}

run "keeping_for_a_month_is_refused" {
  command = plan

  variables {
    message_retention_seconds = 2592000
  }

  expect_failures = [var.message_retention_seconds]
}

run "a_dead_letter_queue_for_what_was_never_tried_is_refused" {
  command = plan

  variables {
    dead_letter = { queue_arn = "arn:aws:sqs:us-east-2:123456789012:dlq", max_receive_count = 0 }
  }

  expect_failures = [var.dead_letter]
}
