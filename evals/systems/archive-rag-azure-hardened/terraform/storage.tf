# Everything people read: originals of the reports, and what we make of them.
resource "azurerm_storage_account" "corpus" {
  name                            = "cbdrcorpus"
  resource_group_name             = azurerm_resource_group.dr.name
  location                        = var.location
  account_tier                    = "Standard"
  account_replication_type        = "ZRS"
  min_tls_version                 = "TLS1_2"
  shared_access_key_enabled       = false
  allow_nested_items_to_be_public = false

  network_rules {
    default_action             = "Deny"
    virtual_network_subnet_ids = [azurerm_subnet.nodes.id]
  }

  blob_properties {
    versioning_enabled = true
    delete_retention_policy {
      days = 30
    }
  }
}

resource "azurerm_storage_container" "originals" {
  name                  = "originals"
  storage_account_id    = azurerm_storage_account.corpus.id
  container_access_type = "private"
}

resource "azurerm_storage_container" "snapshots" {
  name                  = "qdrant-snapshots"
  storage_account_id    = azurerm_storage_account.corpus.id
  container_access_type = "private"
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
  shared_access_key_enabled       = false

  network_rules {
    default_action             = "Deny"
    virtual_network_subnet_ids = [azurerm_subnet.nodes.id]
  }

  blob_properties {
    versioning_enabled = true
  }

  immutability_policy {
    allow_protected_append_writes = false
    period_since_creation_in_days = 365
    state                         = "Unlocked"
  }
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
