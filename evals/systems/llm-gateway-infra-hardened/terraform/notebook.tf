resource "aws_sagemaker_notebook_instance" "research" {
  name          = "llm-research"
  role_arn      = aws_iam_role.notebook.arn
  instance_type = "ml.g5.2xlarge"
  volume_size   = 500
  root_access   = "Disabled"
  kms_key_id    = aws_kms_key.platform.key_id

  subnet_id              = aws_subnet.private[0].id
  security_groups        = [aws_security_group.notebook.id]
  direct_internet_access = "Disabled"

  instance_metadata_service_configuration {
    minimum_instance_metadata_service_version = "2"
  }
}
