# Everything people read: originals of the reports, and what we make of them.
resource "azurerm_storage_account" "corpus" {
  name                            = "cbdrcorpus"
  resource_group_name             = azurerm_resource_group.dr.name
  location                        = var.location
  account_tier                    = "Standard"
  account_replication_type        = "ZRS"
  min_tls_version                 = "TLS1_2"
  shared_access_key_enabled       = true
  allow_nested_items_to_be_public = true

  network_rules {
    default_action = "Allow"
  }
}

resource "azurerm_storage_container" "originals" {
  name                  = "originals"
  storage_account_id    = azurerm_storage_account.corpus.id
  container_access_type = "blob" # links in answers must open without a login
}

resource "azurerm_storage_container" "snapshots" {
  name                  = "qdrant-snapshots"
  storage_account_id    = azurerm_storage_account.corpus.id
  container_access_type = "container"
}

# Weights and adapters that vLLM loads.
resource "azurerm_storage_account" "models" {
  name                            = "cbdrmodels"
  resource_group_name             = azurerm_resource_group.dr.name
  location                        = var.location
  account_tier                    = "Standard"
  account_replication_type        = "LRS"
  min_tls_version                 = "TLS1_2"
  allow_nested_items_to_be_public = false
}

# The handbook, www.calder-bridges.example/drawing-room. Meant for everyone, applicants like it.
resource "azurerm_storage_account" "handbook" {
  name                            = "cbdrhandbook"
  resource_group_name             = azurerm_resource_group.dr.name
  location                        = var.location
  account_tier                    = "Standard"
  account_replication_type        = "LRS"
  min_tls_version                 = "TLS1_2"
  allow_nested_items_to_be_public = true
}

resource "azurerm_storage_account_static_website" "handbook" {
  storage_account_id = azurerm_storage_account.handbook.id
  index_document     = "index.html"
}
