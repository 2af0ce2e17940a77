# Settings below one path, as a program reads them with one call of GetParametersByPath.

module "settings" {
  source = "../../modules/ssm"

  path = "/library/dev"
  settings = {
    "loans/days"       = "28"
    "loans/reminders"  = jsonencode([7, 1])
    "opening/saturday" = "10:00"
  }
}
