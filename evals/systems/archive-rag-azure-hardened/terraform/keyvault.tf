data "azurerm_client_config" "me" {}

resource "azurerm_key_vault" "dr" {
  name                       = "cb-dr-kv"
  resource_group_name        = azurerm_resource_group.dr.name
  location                   = var.location
  tenant_id                  = data.azurerm_client_config.me.tenant_id
  sku_name                   = "standard"
  enable_rbac_authorization  = true
  purge_protection_enabled   = true
  soft_delete_retention_days = 90

  network_acls {
    bypass                     = "AzureServices"
    default_action             = "Deny"
    virtual_network_subnet_ids = [azurerm_subnet.nodes.id]
  }
}
