resource "azurerm_resource_group" "dr" {
  name     = "drawing-room"
  location = var.location
}

resource "azurerm_virtual_network" "dr" {
  name                = "dr-vnet"
  resource_group_name = azurerm_resource_group.dr.name
  location            = var.location
  address_space       = ["10.40.0.0/16"]
}

resource "azurerm_subnet" "nodes" {
  name                 = "nodes"
  resource_group_name  = azurerm_resource_group.dr.name
  virtual_network_name = azurerm_virtual_network.dr.name
  address_prefixes     = ["10.40.0.0/20"]
  service_endpoints    = ["Microsoft.Storage", "Microsoft.KeyVault"]
}

resource "azurerm_subnet" "data" {
  name                 = "data"
  resource_group_name  = azurerm_resource_group.dr.name
  virtual_network_name = azurerm_virtual_network.dr.name
  address_prefixes     = ["10.40.16.0/24"]
}

# The jump network was removed in 2025; the group stays, closed, so that its number in the firewall plan is not used again.
resource "azurerm_network_security_group" "jump" {
  name                = "dr-jump"
  resource_group_name = azurerm_resource_group.dr.name
  location            = var.location

  security_rule {
    name                       = "nothing-in"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "*"
    source_port_range          = "*"
    destination_port_range     = "*"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
}

resource "azurerm_network_security_group" "nodes" {
  name                = "dr-nodes"
  resource_group_name = azurerm_resource_group.dr.name
  location            = var.location

  security_rule {
    name                       = "https-in"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "443"
    source_address_prefixes    = var.office_ranges
    destination_address_prefix = "10.40.0.0/20"
  }

  # Qdrant's console and the model, for the people who work from home. Ticket PLT-512: replace by VPN.
  security_rule {
    name                       = "home-office"
    priority                   = 110
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_ranges    = ["8000", "30633", "30500"]
    source_address_prefix      = "Internet"
    destination_address_prefix = "10.40.0.0/20"
  }
}

resource "azurerm_subnet_network_security_group_association" "nodes" {
  subnet_id                 = azurerm_subnet.nodes.id
  network_security_group_id = azurerm_network_security_group.nodes.id
}
