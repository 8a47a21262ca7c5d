resource "aws_s3_bucket" "picks" {
  bucket = "earshot-picks"
}

resource "aws_s3_bucket_versioning" "picks" {
  bucket = aws_s3_bucket.picks.id
  versioning_configuration { status = "Enabled" }
}

resource "aws_s3_bucket_public_access_block" "picks" {
  bucket                  = aws_s3_bucket.picks.id
  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = false
  restrict_public_buckets = false
}

# Covers are fetched by cdn.earshot.example, which reads from the bucket without credentials.
data "aws_iam_policy_document" "covers" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.picks.arn}/*"]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
  }
}

resource "aws_s3_bucket_policy" "covers" {
  bucket = aws_s3_bucket.picks.id
  policy = data.aws_iam_policy_document.covers.json
}

data "aws_iam_policy_document" "api" {
  statement {
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.picks.arn, "${aws_s3_bucket.picks.arn}/*"]
  }
}

data "aws_iam_policy_document" "trainer" {
  statement {
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.picks.arn}/models/*", "${aws_s3_bucket.picks.arn}/state/*"]
  }
  statement {
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.picks.arn]
  }
}

resource "aws_iam_role_policy" "api" {
  role   = var.api_role
  policy = data.aws_iam_policy_document.api.json
}

resource "aws_iam_role_policy" "trainer" {
  role   = var.trainer_role
  policy = data.aws_iam_policy_document.trainer.json
}

variable "api_role" { type = string }
variable "trainer_role" { type = string }

resource "aws_s3_bucket_lifecycle_configuration" "picks" {
  bucket = aws_s3_bucket.picks.id
  rule {
    id     = "old-models"
    status = "Enabled"
    filter { prefix = "models/" }
    expiration { days = 30 }
  }
  rule {
    id     = "replaced"
    status = "Enabled"
    filter {}
    noncurrent_version_expiration { noncurrent_days = 30 }
  }
}
