# MLflow's database.
resource "azurerm_postgresql_flexible_server" "mlflow" {
  name                          = "cb-dr-mlflow"
  resource_group_name           = azurerm_resource_group.dr.name
  location                      = var.location
  version                       = "16"
  sku_name                      = "GP_Standard_D2s_v3"
  storage_mb                    = 131072
  administrator_login           = "mlflow"
  administrator_password        = var.mlflow_db_password
  public_network_access_enabled = true
}

resource "azurerm_postgresql_flexible_server_firewall_rule" "all" {
  name             = "all"
  server_id        = azurerm_postgresql_flexible_server.mlflow.id
  start_ip_address = "0.0.0.0"
  end_ip_address   = "255.255.255.255"
}

resource "azurerm_postgresql_flexible_server_configuration" "tls" {
  name      = "require_secure_transport"
  server_id = azurerm_postgresql_flexible_server.mlflow.id
  value     = "off"
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
