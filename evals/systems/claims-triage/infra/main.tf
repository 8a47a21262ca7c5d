terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "5.72.1" }
  }
}

provider "aws" {
  region = "eu-west-2"
}

resource "aws_s3_bucket" "photos" {
  bucket = "harbour-claims-photos"
}

resource "aws_s3_bucket" "models" {
  bucket = "harbour-claims-models"
}

resource "aws_s3_bucket_public_access_block" "closed" {
  for_each                = { photos = aws_s3_bucket.photos.id, models = aws_s3_bucket.models.id }
  bucket                  = each.value
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "models" {
  bucket = aws_s3_bucket.models.id
  versioning_configuration { status = "Enabled" }
}

resource "aws_s3_bucket_lifecycle_configuration" "photos" {
  bucket = aws_s3_bucket.photos.id
  rule {
    id     = "expire"
    status = "Enabled"
    filter { prefix = "claims/" }
    expiration { days = 1095 }
  }
}
