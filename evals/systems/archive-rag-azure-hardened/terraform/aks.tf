resource "azurerm_kubernetes_cluster" "dr" {
  name                = "dr-aks"
  resource_group_name = azurerm_resource_group.dr.name
  location            = var.location
  dns_prefix          = "dr"
  kubernetes_version  = "1.31.3"

  role_based_access_control_enabled = true
  oidc_issuer_enabled               = true
  workload_identity_enabled         = true
  local_account_disabled            = true
  azure_policy_enabled              = true

  api_server_access_profile {
    authorized_ip_ranges = var.office_ranges
  }

  azure_active_directory_role_based_access_control {
    azure_rbac_enabled     = true
    admin_group_object_ids = [var.oncall_group_id]
  }

  default_node_pool {
    name           = "system"
    vm_size        = "Standard_D4s_v5"
    node_count     = 3
    vnet_subnet_id = azurerm_subnet.nodes.id
  }

  identity {
    type = "SystemAssigned"
  }

  network_profile {
    network_plugin     = "azure"
    network_policy     = "cilium"
    network_data_plane = "cilium"
  }

  oms_agent {
    log_analytics_workspace_id = azurerm_log_analytics_workspace.dr.id
  }
}

resource "azurerm_kubernetes_cluster_node_pool" "gpu" {
  name                  = "gpu"
  kubernetes_cluster_id = azurerm_kubernetes_cluster.dr.id
  vm_size               = "Standard_NC24ads_A100_v4"
  vnet_subnet_id        = azurerm_subnet.nodes.id
  auto_scaling_enabled  = true
  min_count             = 1
  max_count             = 4
  node_taints           = ["sku=gpu:NoSchedule"]
}
