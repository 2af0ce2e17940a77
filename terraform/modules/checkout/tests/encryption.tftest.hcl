# A key of one's own for everything that is stored.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  kms_key_arn = "arn:aws:kms:us-east-2:123456789012:key/k"
}

run "the_key_is_rotated_and_has_the_name_that_was_given" {
  command = plan

  module {
    source = "../kms"
  }

  variables {
    name        = "checkout-prod"
    description = "Everything that checkout-prod stores"
    account     = { partition = "aws", region = "us-east-2", id = "123456789012" }
  }

  assert {
    condition     = aws_kms_key.this.enable_key_rotation && output.alias_name == "alias/checkout-prod"
    error_message = "Wanted a rotated key alias/checkout-prod, got ${output.alias_name}."
  }
}

run "a_key_that_is_gone_too_soon_is_refused" {
  command = plan

  module {
    source = "../kms"
  }

  variables {
    name                 = "checkout-prod"
    description          = "Everything"
    account              = { partition = "aws", region = "us-east-2", id = "123456789012" }
    deletion_window_days = 1
  }

  expect_failures = [var.deletion_window_days]
}

run "a_name_that_aws_keeps_for_itself_is_refused" {
  command = plan

  module {
    source = "../kms"
  }

  variables {
    name        = "aws/checkout"
    description = "Everything"
    account     = { partition = "aws", region = "us-east-2", id = "123456789012" }
  }

  expect_failures = [var.name]
}

run "a_queue_uses_the_key_in_place_of_the_one_of_sqs" {
  command = plan

  module {
    source = "../sqs"
  }

  variables {
    name       = "checkout-dev-undelivered"
    arn_prefix = "arn:aws:sqs:us-east-2:123456789012"
  }

  assert {
    condition     = aws_sqs_queue.this.kms_master_key_id == var.kms_key_arn
    error_message = "Wanted the queue to use our key."
  }
}

run "a_queue_without_a_key_is_encrypted_all_the_same" {
  command = plan

  module {
    source = "../sqs"
  }

  variables {
    name        = "checkout-dev-undelivered"
    arn_prefix  = "arn:aws:sqs:us-east-2:123456789012"
    kms_key_arn = null
  }

  assert {
    condition     = aws_sqs_queue.this.sqs_managed_sse_enabled && aws_sqs_queue.this.kms_master_key_id == null
    error_message = "Wanted the queue to use the key of SQS."
  }
}

run "a_topic_uses_the_key" {
  command = plan

  module {
    source = "../sns"
  }

  variables {
    name           = "checkout-dev-operations"
    mail_addresses = ["on-call@checkout-lab.example"]
  }

  assert {
    condition     = aws_sns_topic.this.kms_master_key_id == var.kms_key_arn
    error_message = "Wanted the topic to use our key."
  }

  assert {
    condition     = aws_sns_topic_subscription.mail["on-call@checkout-lab.example"].protocol == "email"
    error_message = "Wanted a mail to on-call."
  }
}

run "a_receiver_that_is_no_address_is_refused" {
  command = plan

  module {
    source = "../sns"
  }

  variables {
    name           = "checkout-dev-operations"
    mail_addresses = ["on-call"]
  }

  expect_failures = [var.mail_addresses]
}

run "settings_become_secrets_with_the_key" {
  command = plan

  module {
    source = "../ssm"
  }

  variables {
    path     = "/checkout/prod"
    settings = { "pricing/currency" = "USD" }
  }

  assert {
    condition     = aws_ssm_parameter.this["pricing/currency"].type == "SecureString"
    error_message = "Wanted a SecureString, got ${aws_ssm_parameter.this["pricing/currency"].type}."
  }
}

run "the_code_uses_the_key" {
  command = plan

  module {
    source = "../package"
  }

  variables {
    bucket_name = "checkout-dev-code-123456789012"
    package     = "main.tf"
  }

  assert {
    condition = one([
      for rule in aws_s3_bucket_server_side_encryption_configuration.this.rule :
      rule.apply_server_side_encryption_by_default[0].sse_algorithm
    ]) == "aws:kms"
    error_message = "Wanted the bucket to use our key."
  }
}
