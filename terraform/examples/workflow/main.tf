# A workflow without a function: it waits a minute and then puts what it was given into a queue.

module "common" {
  source = "../../modules/common"

  name        = "reminders"
  environment = "dev"
}

module "workflow" {
  source = "../../modules/step-functions"

  name               = module.common.prefix
  account            = module.common.account
  log_retention_days = 365

  definition = jsonencode({
    StartAt = "Wait"
    States = {
      Wait = { Type = "Wait", Seconds = 60, Next = "Remind" }
      Remind = {
        Type           = "Task"
        Resource       = "arn:${module.common.partition}:states:::sqs:sendMessage"
        Parameters     = { QueueUrl = module.reminders.queue_url, "MessageBody.$" = "$" }
        TimeoutSeconds = 10
        End            = true
      }
    }
  })

  permissions = [
    {
      sid       = "Remind"
      actions   = ["sqs:SendMessage"]
      resources = [module.reminders.queue_arn]
    },
  ]
}

module "reminders" {
  source = "../../modules/sqs"

  name       = "${module.common.prefix}-due"
  arn_prefix = module.common.arn_prefix.sqs
}
