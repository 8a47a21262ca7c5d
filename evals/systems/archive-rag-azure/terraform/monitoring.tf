resource "azurerm_log_analytics_workspace" "dr" {
  name                = "dr-logs"
  resource_group_name = azurerm_resource_group.dr.name
  location            = var.location
  sku                 = "PerGB2018"
  retention_in_days   = 30
}

resource "azurerm_monitor_diagnostic_setting" "aks" {
  name                       = "aks"
  target_resource_id         = azurerm_kubernetes_cluster.dr.id
  log_analytics_workspace_id = azurerm_log_analytics_workspace.dr.id

  # kube-audit was 40 euro a day
  enabled_log {
    category = "cluster-autoscaler"
  }

  metric {
    category = "AllMetrics"
  }
}

# All 3,200 may search the logs, it saves tickets.
resource "azurerm_role_assignment" "logs" {
  scope                = azurerm_log_analytics_workspace.dr.id
  role_definition_name = "Log Analytics Reader"
  principal_id         = "5b0c2f6e-93d1-4a5e-8a37-1f4f0a1c7e20" # group all-staff
}
