# What each function may do, besides writing its own logs. One statement per reason.

locals {
  table      = { for name, table in module.table : name => table.table_arn }
  index      = { for name, table in module.table : name => table.index_arns }
  parameter  = "arn:${module.common.partition}:ssm:${module.common.region}:${module.common.account_id}:parameter${local.settings_path}"
  identities = "arn:${module.common.partition}:ses:${module.common.region}:${module.common.account_id}:identity/*"
  execution  = "${module.common.arn_prefix.states}:execution:${local.prefix}"

  publish_events = {
    sid       = "PublishEvents"
    actions   = ["events:PutEvents"]
    resources = [module.event_bus.bus_arn]
  }

  permissions = {
    cart-validator = [
      {
        sid       = "PriceOrder"
        actions   = ["dynamodb:GetItem", "dynamodb:UpdateItem"]
        resources = [local.table.orders]
      },
      {
        sid       = "ReadCatalogue"
        actions   = ["dynamodb:BatchGetItem"]
        resources = [local.table.products, local.table.promotions]
      },
      {
        sid       = "ReadPricing"
        actions   = ["ssm:GetParametersByPath"]
        resources = ["${local.parameter}/pricing"]
      },
    ]

    stock-checker = [
      {
        sid       = "ReadOrder"
        actions   = ["dynamodb:GetItem"]
        resources = [local.table.orders]
      },
      {
        # Whether a promotion code for first orders may be used.
        sid       = "LookForEarlierOrders"
        actions   = ["dynamodb:Query"]
        resources = [local.index.orders["by-customer"]]
      },
      {
        sid       = "HoldAndRelease"
        actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
        resources = [local.table.reservations]
      },
      {
        sid       = "MoveStockAndCountRedemptions"
        actions   = ["dynamodb:BatchGetItem", "dynamodb:UpdateItem"]
        resources = [local.table.inventory, local.table.promotions]
      },
      {
        # All shards of a hot product at one moment: TransactGetItems asks for GetItem.
        sid       = "LookAtShards"
        actions   = ["dynamodb:GetItem"]
        resources = [local.table.inventory]
      },
      {
        sid       = "ReadHoldTime"
        actions   = ["ssm:GetParametersByPath"]
        resources = ["${local.parameter}/reservation"]
      },
      local.publish_events,
    ]

    payment-processor = [
      {
        sid       = "ReadOrder"
        actions   = ["dynamodb:GetItem"]
        resources = [local.table.orders]
      },
      {
        sid       = "KeepLedger"
        actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
        resources = [local.table.payments]
      },
      {
        sid       = "ReadGatewayTimeout"
        actions   = ["ssm:GetParametersByPath"]
        resources = ["${local.parameter}/payment"]
      },
      local.publish_events,
    ]

    order-generator = [
      {
        sid       = "EndOrder"
        actions   = ["dynamodb:GetItem", "dynamodb:UpdateItem"]
        resources = [local.table.orders]
      },
      {
        sid       = "CommitReservation"
        actions   = ["dynamodb:UpdateItem"]
        resources = [local.table.reservations]
      },
      {
        sid       = "ReadLedger"
        actions   = ["dynamodb:Query"]
        resources = [local.table.payments]
      },
      local.publish_events,
    ]

    checkout-api = [
      {
        sid       = "ListProducts"
        actions   = ["dynamodb:Query"]
        resources = [local.index.products["listing"]]
      },
      {
        sid       = "ReadCatalogue"
        actions   = ["dynamodb:BatchGetItem"]
        resources = [local.table.products, local.table.inventory, local.table.promotions]
      },
      {
        sid       = "PlaceAndReadOrders"
        actions   = ["dynamodb:GetItem", "dynamodb:PutItem"]
        resources = [local.table.orders]
      },
      {
        sid       = "ListOrdersOfCustomer"
        actions   = ["dynamodb:Query"]
        resources = [local.index.orders["by-customer"]]
      },
      {
        sid       = "ReadLedger"
        actions   = ["dynamodb:Query"]
        resources = [local.table.payments]
      },
      {
        sid       = "RecogniseReplays"
        actions   = ["dynamodb:GetItem", "dynamodb:PutItem"]
        resources = [local.table.idempotency]
      },
      {
        sid       = "StartWorkflow"
        actions   = ["states:StartExecution"]
        resources = [local.state_machine_arn]
      },
      {
        sid       = "ReadSettings"
        actions   = ["ssm:GetParametersByPath"]
        resources = ["${local.parameter}/auth", "${local.parameter}/pricing"]
      },
    ]

    notifier = [
      {
        sid       = "RecordMail"
        actions   = ["dynamodb:GetItem", "dynamodb:UpdateItem"]
        resources = [local.table.orders]
      },
      {
        # In the sandbox SES asks for the recipient's identity as well, where it is the account's.
        sid       = "SendMail"
        actions   = ["ses:SendRawEmail"]
        resources = [local.identities]

        conditions = [{ test = "StringEquals", variable = "ses:FromAddress", values = [var.mail_sender] }]
      },
      {
        sid       = "ReceiveNotifications"
        actions   = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
        resources = [local.queue_arns["notifications"]]
      },
    ]

    sweeper = [
      {
        sid       = "Release"
        actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
        resources = [local.table.reservations]
      },
      {
        sid       = "GiveBack"
        actions   = ["dynamodb:UpdateItem"]
        resources = [local.table.inventory, local.table.promotions]
      },
      {
        # Stock that was given back may no longer be low; stock that is low may be untold.
        sid       = "LookAtLevels"
        actions   = ["dynamodb:BatchGetItem"]
        resources = [local.table.inventory]
      },
      {
        sid       = "FinishOrders"
        actions   = ["dynamodb:GetItem", "dynamodb:UpdateItem"]
        resources = [local.table.orders]
      },
      {
        sid     = "FindWhatIsLeft"
        actions = ["dynamodb:Query"]
        resources = [
          local.index.inventory["untold"],
          local.index.orders["open"],
          local.index.reservations["held"],
        ]
      },
      {
        sid       = "Refund"
        actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"]
        resources = [local.table.payments]
      },
      {
        sid       = "RestartWorkflow"
        actions   = ["states:StartExecution"]
        resources = [local.state_machine_arn]
      },
      {
        sid       = "LookAtExecution"
        actions   = ["states:DescribeExecution"]
        resources = ["${local.execution}:*"]
      },
      {
        sid       = "ReadGatewayTimeout"
        actions   = ["ssm:GetParametersByPath"]
        resources = ["${local.parameter}/payment"]
      },
      local.publish_events,
    ]
  }

  workflow_permissions = [
    {
      sid     = "RunSteps"
      actions = ["lambda:InvokeFunction"]
      resources = [
        for step in ["cart-validator", "stock-checker", "payment-processor", "order-generator"] :
        module.function[step].alias_arn
      ]
    },
    {
      sid       = "QueueFailedCompensation"
      actions   = ["sqs:SendMessage"]
      resources = [local.queue_arns["compensation"]]
    },
    local.publish_events,
  ]
}
