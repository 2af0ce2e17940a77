# Planned with a mocked provider: terraform init && terraform test

mock_provider "aws" {
  source = "../../modules/checkout/tests/mocks"
}

run "events_end_in_a_queue" {
  command = plan

  assert {
    condition     = output.bus_name == "parcels-dev" && module.receipts.queue_name == "parcels-dev-receipts"
    error_message = "Got ${output.bus_name} and ${module.receipts.queue_name}."
  }
}
