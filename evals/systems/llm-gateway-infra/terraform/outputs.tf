output "cluster_endpoint" {
  value = aws_eks_cluster.this.endpoint
}

output "vectors_endpoint" {
  value = aws_db_instance.vectors.endpoint
}

output "litellm_salt" {
  value     = random_password.litellm_salt.result
  sensitive = true
}
