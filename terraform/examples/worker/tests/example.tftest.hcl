# Planned with a mocked provider: terraform init && terraform test

mock_provider "aws" {
  source = "../../modules/checkout/tests/mocks"
}

variables {
  package = "main.tf" # any file does for a plan
}

run "a_worker_has_names_of_its_own_and_nothing_of_a_shop" {
  command = plan

  assert {
    condition     = module.work.queue_name == "thumbnails-dev-work" && module.worker.function_name == "thumbnails-dev-worker"
    error_message = "Wanted names of its own, got ${module.work.queue_name} and ${module.worker.function_name}."
  }
}

run "what_goes_wrong_rings" {
  command = plan

  assert {
    condition     = output.unhealthy_alarm_name == "thumbnails-dev-unhealthy"
    error_message = "Wanted an alarm over all alarms, got ${output.unhealthy_alarm_name}."
  }
}

run "another_name_gives_another_worker_beside_it" {
  command = plan

  variables {
    name        = "invoices"
    environment = "prod"
  }

  assert {
    condition     = module.failed.queue_name == "invoices-prod-failed"
    error_message = "Wanted invoices-prod-failed, got ${module.failed.queue_name}."
  }
}
