resource "azurerm_container_registry" "dr" {
  name                   = "cbdrregistry"
  resource_group_name    = azurerm_resource_group.dr.name
  location               = var.location
  sku                    = "Premium"
  admin_enabled          = false
  anonymous_pull_enabled = false
  trust_policy_enabled   = true
}

resource "azurerm_role_assignment" "pull" {
  scope                = azurerm_container_registry.dr.id
  role_definition_name = "AcrPull"
  principal_id         = azurerm_kubernetes_cluster.dr.kubelet_identity[0].object_id
}
