env          = "prod"
region       = "eu-north-1"
vpc_cidr     = "10.42.0.0/16"
db_username  = "postgres"
db_password  = "postgres"
chat_replicas = 4
