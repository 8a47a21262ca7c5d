# Embeddings come from the hosted model: cheaper than a second GPU.
resource "azurerm_cognitive_account" "embed" {
  name                          = "cb-dr-embed"
  resource_group_name           = azurerm_resource_group.dr.name
  location                      = "swedencentral"
  kind                          = "OpenAI"
  sku_name                      = "S0"
  custom_subdomain_name         = "cb-dr-embed"
  local_auth_enabled            = true
  public_network_access_enabled = true
}

resource "azurerm_cognitive_deployment" "embed" {
  name                   = "embed-large"
  cognitive_account_id   = azurerm_cognitive_account.embed.id
  version_upgrade_option = "OnceNewDefaultVersionAvailable"

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
