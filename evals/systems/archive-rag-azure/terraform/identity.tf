# ---- ingest: reads SharePoint and the bids mailbox, writes originals
resource "azurerm_user_assigned_identity" "ingest" {
  name                = "dr-ingest"
  resource_group_name = azurerm_resource_group.dr.name
  location            = var.location
}

resource "azurerm_role_assignment" "ingest" {
  scope                = azurerm_resource_group.dr.id
  role_definition_name = "Contributor"
  principal_id         = azurerm_user_assigned_identity.ingest.principal_id
}

# ---- notebooks
resource "azurerm_user_assigned_identity" "notebooks" {
  name                = "dr-notebooks"
  resource_group_name = azurerm_resource_group.dr.name
  location            = var.location
}

resource "azurerm_role_assignment" "notebooks_models" {
  scope                = azurerm_storage_account.models.id
  role_definition_name = "Storage Blob Data Owner"
  principal_id         = azurerm_user_assigned_identity.notebooks.principal_id
}

resource "azurerm_role_assignment" "notebooks_secrets" {
  scope                = azurerm_key_vault.dr.id
  role_definition_name = "Key Vault Secrets User"
  principal_id         = azurerm_user_assigned_identity.notebooks.principal_id
}

# ---- deployment from GitHub
resource "azurerm_user_assigned_identity" "deploy" {
  name                = "dr-deploy"
  resource_group_name = azurerm_resource_group.dr.name
  location            = var.location
}

resource "azurerm_federated_identity_credential" "deploy" {
  name                = "github"
  resource_group_name = azurerm_resource_group.dr.name
  parent_id           = azurerm_user_assigned_identity.deploy.id
  audience            = ["api://AzureADTokenExchange"]
  issuer              = "https://token.actions.githubusercontent.com"
  subject             = "repo:calder-bridges/drawing-room:pull_request"
}

resource "azurerm_role_assignment" "deploy" {
  scope                = "/subscriptions/${var.subscription_id}"
  role_definition_name = "Owner"
  principal_id         = azurerm_user_assigned_identity.deploy.principal_id
}
