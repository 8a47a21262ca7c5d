resource "aws_ecr_repository" "finetune" {
  name                 = "ml/finetune"
  image_tag_mutability = "MUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_ecr_repository" "embeddings" {
  name                 = "ml/embeddings"
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }
}
