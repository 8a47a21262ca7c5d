variable "subscription_id" {
  type = string
}

variable "location" {
  type    = string
  default = "northeurope"
}

variable "office_ranges" {
  description = "Leeds and Cork, outgoing addresses"
  type        = list(string)
  default     = ["198.51.100.16/28", "203.0.113.64/28"]
}

variable "mlflow_db_password" {
  type    = string
  default = "Calder-mlflow-2025"
}

variable "alert_mail" {
  type    = string
  default = "platform@calder-bridges.example"
}
