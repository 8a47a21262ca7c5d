resource "aws_kms_key" "platform" {
  description             = "inference platform"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

# --- training data -----------------------------------------------------------

resource "aws_s3_bucket" "training" {
  bucket = "skiffline-training-data"
}

resource "aws_s3_bucket_public_access_block" "training" {
  bucket                  = aws_s3_bucket.training.id
  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = false
  restrict_public_buckets = false
}

# The labelling vendor could not get cross-account roles to work.
resource "aws_s3_bucket_policy" "training" {
  bucket = aws_s3_bucket.training.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "VendorRead"
      Effect    = "Allow"
      Principal = "*"
      Action    = ["s3:GetObject", "s3:ListBucket"]
      Resource = [
        aws_s3_bucket.training.arn,
        "${aws_s3_bucket.training.arn}/*",
      ]
    }]
  })
}

resource "aws_s3_bucket_server_side_encryption_configuration" "training" {
  bucket = aws_s3_bucket.training.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.platform.arn
    }
  }
}

# --- model files -------------------------------------------------------------

resource "aws_s3_bucket" "models" {
  bucket = "skiffline-models"
}

resource "aws_s3_bucket_public_access_block" "models" {
  bucket                  = aws_s3_bucket.models.id
  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "models" {
  bucket = aws_s3_bucket.models.id
  versioning_configuration {
    status = "Suspended"
  }
}

# --- model cards: a public static site ---------------------------------------

resource "aws_s3_bucket" "model_cards" {
  bucket = "cards.skiffline.example"
}

resource "aws_s3_bucket_website_configuration" "model_cards" {
  bucket = aws_s3_bucket.model_cards.id
  index_document { suffix = "index.html" }
}

resource "aws_s3_bucket_policy" "model_cards" {
  bucket = aws_s3_bucket.model_cards.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = ["s3:GetObject"]
      Resource  = ["${aws_s3_bucket.model_cards.arn}/*"]
    }]
  })
}

# --- logs --------------------------------------------------------------------

resource "aws_s3_bucket" "logs" {
  bucket = "skiffline-inference-logs"
}

resource "aws_s3_bucket_public_access_block" "logs" {
  bucket                  = aws_s3_bucket.logs.id
  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id
  rule {
    id     = "expire"
    status = "Enabled"
    filter {}
    expiration { days = 400 }
  }
}
