data "aws_caller_identity" "me" {}

locals {
  issuer = replace(aws_iam_openid_connect_provider.this.url, "https://", "")
}

resource "aws_iam_role" "cluster" {
  name = "inference-cluster"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "eks.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "cluster" {
  role       = aws_iam_role.cluster.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
}

resource "aws_iam_role" "node" {
  name = "inference-node"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "node" {
  for_each = toset([
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
    "AmazonEC2ContainerRegistryReadOnly",
  ])
  role       = aws_iam_role.node.name
  policy_arn = "arn:aws:iam::aws:policy/${each.value}"
}

resource "aws_iam_role_policy" "node_models" {
  name = "models"
  role = aws_iam_role.node.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "s3:*"
      Resource = "*"
    }]
  })
}

# vLLM reads adapters, nothing else.
resource "aws_iam_role" "vllm" {
  name = "inference-vllm"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = aws_iam_openid_connect_provider.this.arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = { "${local.issuer}:sub" = "system:serviceaccount:inference:vllm" }
      }
    }]
  })
}

resource "aws_iam_role_policy" "vllm" {
  name = "read-adapters"
  role = aws_iam_role.vllm.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["s3:GetObject"]
      Resource = "${aws_s3_bucket.models.arn}/adapters/*"
    }]
  })
}

resource "aws_iam_role" "finetune" {
  name = "inference-finetune"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = aws_iam_openid_connect_provider.this.arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = { "${local.issuer}:sub" = "system:serviceaccount:training:finetune" }
      }
    }]
  })
}

resource "aws_iam_role_policy" "finetune" {
  name = "train"
  role = aws_iam_role.finetune.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:ListBucket"]
        Resource = [aws_s3_bucket.training.arn, "${aws_s3_bucket.training.arn}/*"]
      },
      {
        Effect   = "Allow"
        Action   = ["s3:PutObject"]
        Resource = "${aws_s3_bucket.models.arn}/*"
      },
    ]
  })
}

resource "aws_iam_role" "notebook" {
  name = "inference-notebook"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "notebook" {
  for_each = toset([
    "AmazonSageMakerFullAccess",
    "AmazonS3FullAccess",
    "IAMFullAccess",
  ])
  role       = aws_iam_role.notebook.name
  policy_arn = "arn:aws:iam::aws:policy/${each.value}"
}
