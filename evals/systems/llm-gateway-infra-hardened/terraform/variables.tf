variable "region" {
  type    = string
  default = "eu-north-1"
}

variable "env" {
  type    = string
  default = "prod"
}

variable "vpc_cidr" {
  type    = string
  default = "10.42.0.0/16"
}

variable "office_cidrs" {
  description = "Egress addresses of the two offices and of the VPN."
  type        = list(string)
  default     = ["198.51.100.0/27", "203.0.113.64/28"]
}

variable "db_username" {
  type    = string
  default = "postgres"
}

variable "gpu_instance_type" {
  type    = string
  default = "g6.4xlarge"
}

variable "chat_replicas" {
  type    = number
  default = 3
}
