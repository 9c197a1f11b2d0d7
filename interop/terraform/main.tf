# A whole set-up as Terraform's azuread provider makes it, with all data sources that it takes to name things.
terraform {
  required_providers {
    azuread = {
      source = "hashicorp/azuread"
    }
  }
}

provider "azuread" {}

variable "name" { default = "From Terraform" }
variable "enabled" { default = true }
variable "url" {}
variable "token" { sensitive = true }

data "azuread_client_config" "me" {}

data "azuread_application_template" "custom" {
  display_name = "Custom"
}

data "azuread_user" "alice" {
  user_principal_name = "alice@contoso.com"
}

data "azuread_users" "some" {
  mail_nicknames = ["alice", "bob"]
}

data "azuread_group" "users" {
  display_name = "IDmelon users"
}

resource "azuread_application_from_template" "app" {
  display_name = var.name
  template_id  = data.azuread_application_template.custom.template_id
}

data "azuread_application" "app" {
  object_id = azuread_application_from_template.app.application_object_id
}

data "azuread_service_principal" "app" {
  object_id = azuread_application_from_template.app.service_principal_object_id
}

resource "azuread_synchronization_secret" "app" {
  service_principal_id = azuread_application_from_template.app.service_principal_id

  credential {
    key   = "BaseAddress"
    value = var.url
  }

  credential {
    key   = "SecretToken"
    value = var.token
  }
}

resource "azuread_synchronization_job" "app" {
  service_principal_id = azuread_application_from_template.app.service_principal_id
  template_id          = "scim"
  enabled              = var.enabled
  depends_on           = [azuread_synchronization_secret.app]
}

resource "azuread_app_role_assignment" "users" {
  app_role_id         = "18d14569-c3bd-439b-9a66-3a2aee01d14f"
  principal_object_id = data.azuread_group.users.object_id
  resource_object_id  = azuread_application_from_template.app.service_principal_object_id
}

resource "azuread_synchronization_job_provision_on_demand" "alice" {
  service_principal_id   = azuread_application_from_template.app.service_principal_id
  synchronization_job_id = azuread_synchronization_job.app.id

  parameter {
    rule_id = "03f7d90d-bf71-41b1-bda6-aaf0ddbee5d8"

    subject {
      object_id        = data.azuread_user.alice.object_id
      object_type_name = "User"
    }
  }

  depends_on = [azuread_app_role_assignment.users]
}
