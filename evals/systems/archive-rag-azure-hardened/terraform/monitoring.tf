resource "azurerm_log_analytics_workspace" "dr" {
  name                = "dr-logs"
  resource_group_name = azurerm_resource_group.dr.name
  location            = var.location
  sku                 = "PerGB2018"
  retention_in_days   = 365
}

resource "azurerm_monitor_diagnostic_setting" "aks" {
  name                       = "aks"
  target_resource_id         = azurerm_kubernetes_cluster.dr.id
  log_analytics_workspace_id = azurerm_log_analytics_workspace.dr.id

  enabled_log {
    category = "kube-audit-admin"
  }

  enabled_log {
    category = "guard"
  }

  metric {
    category = "AllMetrics"
  }
}

resource "azurerm_monitor_diagnostic_setting" "embed" {
  name                       = "embed"
  target_resource_id         = azurerm_cognitive_account.embed.id
  log_analytics_workspace_id = azurerm_log_analytics_workspace.dr.id

  enabled_log {
    category = "Audit"
  }
}

resource "azurerm_monitor_diagnostic_setting" "models" {
  name                       = "models"
  target_resource_id         = "${azurerm_storage_account.models.id}/blobServices/default"
  log_analytics_workspace_id = azurerm_log_analytics_workspace.dr.id

  enabled_log {
    category = "StorageWrite"
  }
}

resource "azurerm_consumption_budget_resource_group" "dr" {
  name              = "dr-monthly"
  resource_group_id = azurerm_resource_group.dr.id
  amount            = 38000
  time_grain        = "Monthly"

  time_period {
    start_date = "2026-04-01T00:00:00Z"
  }

  notification {
    threshold      = 80
    operator       = "GreaterThan"
    contact_emails = [var.alert_mail]
  }
}
