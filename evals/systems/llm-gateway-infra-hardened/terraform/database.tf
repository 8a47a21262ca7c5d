# pgvector: documents of the claims desk with their embeddings.

resource "aws_db_subnet_group" "vectors" {
  name = "vectors"
  subnet_ids = aws_subnet.private[*].id
}

resource "aws_db_instance" "vectors" {
  identifier             = "vectors-${var.env}"
  engine                 = "postgres"
  engine_version         = "17.5"
  instance_class         = "db.m7g.large"
  allocated_storage      = 200
  db_name                = "claims_vectors"
  username               = var.db_username
  publicly_accessible    = false

  manage_master_user_password   = true
  master_user_secret_kms_key_id = aws_kms_key.platform.key_id
  db_subnet_group_name   = aws_db_subnet_group.vectors.name
  vpc_security_group_ids = [aws_security_group.vectors.id]
  storage_encrypted      = true
  kms_key_id             = aws_kms_key.platform.arn
  backup_retention_period = 14
  deletion_protection    = true
  skip_final_snapshot    = false
}
