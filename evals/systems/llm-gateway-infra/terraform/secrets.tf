resource "random_password" "litellm_salt" {
  length  = 48
  special = false
}

resource "aws_secretsmanager_secret" "litellm_salt" {
  name       = "inference/litellm-salt"
  kms_key_id = aws_kms_key.platform.arn
}

resource "aws_secretsmanager_secret_version" "litellm_salt" {
  secret_id     = aws_secretsmanager_secret.litellm_salt.id
  secret_string = random_password.litellm_salt.result
}

# Filled by hand; the value never passes through Terraform.
resource "aws_secretsmanager_secret" "openai" {
  name       = "inference/openai"
  kms_key_id = aws_kms_key.platform.arn
}

resource "aws_secretsmanager_secret" "playground" {
  name       = "inference/playground"
  kms_key_id = aws_kms_key.platform.arn
}
