resource "azurerm_kubernetes_cluster" "dr" {
  name                = "dr-aks"
  resource_group_name = azurerm_resource_group.dr.name
  location            = var.location
  dns_prefix          = "dr"
  kubernetes_version  = "1.31.3"

  role_based_access_control_enabled = true
  oidc_issuer_enabled               = true
  workload_identity_enabled         = true
  local_account_disabled            = false
  azure_policy_enabled              = false

  api_server_access_profile {
    authorized_ip_ranges = ["0.0.0.0/0"]
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
    network_plugin = "azure"
    # network_policy left out: it broke the notebooks
  }
}

resource "azurerm_kubernetes_cluster_node_pool" "gpu" {
  name                  = "gpu"
  kubernetes_cluster_id = azurerm_kubernetes_cluster.dr.id
  vm_size               = "Standard_NC24ads_A100_v4"
  vnet_subnet_id        = azurerm_subnet.nodes.id
  auto_scaling_enabled  = true
  min_count             = 1
  max_count             = 40
  node_taints           = ["sku=gpu:NoSchedule"]
}
