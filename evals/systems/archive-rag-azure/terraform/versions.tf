terraform {
  required_version = ">= 1.9"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "4.14.0"
    }
    random = {
      source  = "hashicorp/random"
      version = "3.6.3"
    }
  }

  backend "azurerm" {
    resource_group_name  = "cb-tfstate"
    storage_account_name = "cbtfstate01"
    container_name       = "state"
    key                  = "drawing-room.tfstate"
    access_key           = "q7Jd0mTzX1vN8sYk4RbWc2HfLp6UeGa9ioKx3ZrQtB5nMjVhSyDwEg0CuAlIFPO7T2kXvN8sYk4RbWc2HfLp6w=="
  }
}

provider "azurerm" {
  subscription_id     = var.subscription_id
  storage_use_azuread = false
  features {}
}
