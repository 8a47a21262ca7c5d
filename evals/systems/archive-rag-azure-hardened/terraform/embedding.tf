# Embeddings come from the hosted model: cheaper than a second GPU.
resource "azurerm_cognitive_account" "embed" {
  name                          = "cb-dr-embed"
  resource_group_name           = azurerm_resource_group.dr.name
  location                      = "swedencentral"
  kind                          = "OpenAI"
  sku_name                      = "S0"
  custom_subdomain_name         = "cb-dr-embed"
  local_auth_enabled            = false
  public_network_access_enabled = false
}

resource "azurerm_private_endpoint" "embed" {
  name                = "dr-embed"
  resource_group_name = azurerm_resource_group.dr.name
  location            = var.location
  subnet_id           = azurerm_subnet.nodes.id

  private_service_connection {
    name                           = "embed"
    private_connection_resource_id = azurerm_cognitive_account.embed.id
    subresource_names              = ["account"]
    is_manual_connection           = false
  }
}

resource "azurerm_cognitive_deployment" "embed" {
  name                   = "embed-large"
  cognitive_account_id   = azurerm_cognitive_account.embed.id
  version_upgrade_option = "NoAutoUpgrade"

  model {
    format  = "OpenAI"
    name    = "text-embedding-3-large"
    version = "1"
  }

  sku {
    name     = "Standard"
    capacity = 350
  }
}
