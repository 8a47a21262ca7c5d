resource "aws_sagemaker_notebook_instance" "research" {
  name          = "llm-research"
  role_arn      = aws_iam_role.notebook.arn
  instance_type = "ml.g5.2xlarge"
  volume_size   = 500
  root_access   = "Enabled"

  direct_internet_access = "Enabled"

  instance_metadata_service_configuration {
    minimum_instance_metadata_service_version = "2"
  }
}
