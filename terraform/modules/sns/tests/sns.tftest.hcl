# One topic.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  name        = "checkout-dev-operations"
  kms_key_arn = "arn:aws:kms:us-east-2:123456789012:key/k"
}

run "a_topic_is_encrypted_and_refuses_plain_http" {
  command = plan

  assert {
    condition     = aws_sns_topic.this.kms_master_key_id == var.kms_key_arn
    error_message = "Wanted the topic to use the key."
  }

  assert {
    condition     = [for s in data.aws_iam_policy_document.this.statement : "${s.effect} ${s.sid}"] == ["Deny RefusePlainHttp"]
    error_message = "Wanted nobody to publish by default."
  }
}

run "who_publishes_does_it_for_one_of_ours" {
  command = plan

  variables {
    publishers = { events = ["arn:aws:events:us-east-2:123456789012:rule/checkout-dev/operations"] }
  }

  assert {
    condition     = [for s in data.aws_iam_policy_document.this.statement : one(s.condition).values if s.sid == "AllowEvents"] == [tolist(var.publishers.events)]
    error_message = "Wanted the rule and nobody else."
  }
}

run "messages_go_to_queues_and_people" {
  command = plan

  variables {
    mail_addresses = ["on-call@checkout-lab.example"]
    queues = {
      all = {
        queue_arn       = "arn:aws:sqs:us-east-2:123456789012:q"
        dead_letter_arn = "arn:aws:sqs:us-east-2:123456789012:dlq"
      }
    }
  }

  assert {
    condition     = aws_sns_topic_subscription.mail["on-call@checkout-lab.example"].protocol == "email"
    error_message = "Wanted a mail to on-call."
  }

  assert {
    condition     = jsondecode(aws_sns_topic_subscription.queue["all"].redrive_policy).deadLetterTargetArn == "arn:aws:sqs:us-east-2:123456789012:dlq"
    error_message = "Wanted what cannot be delivered in the other queue."
  }
}

run "a_receiver_that_is_no_address_is_refused" {
  command = plan

  variables {
    mail_addresses = ["on-call"]
  }

  expect_failures = [var.mail_addresses]
}

run "a_name_that_aws_refuses_is_refused" {
  command = plan

  variables {
    name = "operations!"
  }

  expect_failures = [var.name]
}
