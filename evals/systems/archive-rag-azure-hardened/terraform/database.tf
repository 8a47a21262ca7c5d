# MLflow's database.
resource "azurerm_postgresql_flexible_server" "mlflow" {
  name                          = "cb-dr-mlflow"
  resource_group_name           = azurerm_resource_group.dr.name
  location                      = var.location
  version                       = "16"
  sku_name                      = "GP_Standard_D2s_v3"
  storage_mb                    = 131072
  delegated_subnet_id           = azurerm_subnet.data.id
  private_dns_zone_id           = azurerm_private_dns_zone.postgres.id
  public_network_access_enabled = false

  authentication {
    active_directory_auth_enabled = true
    password_auth_enabled         = false
    tenant_id                     = data.azurerm_client_config.me.tenant_id
  }
}

resource "azurerm_private_dns_zone" "postgres" {
  name                = "dr.postgres.database.azure.com"
  resource_group_name = azurerm_resource_group.dr.name
}

# Room bookings of the office share the subscription, not the data.
resource "random_password" "rooms" {
  length  = 32
  special = false
}

resource "azurerm_key_vault_secret" "rooms" {
  name         = "rooms-db-password"
  value        = random_password.rooms.result
  key_vault_id = azurerm_key_vault.dr.id
}
