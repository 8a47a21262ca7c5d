"""Terraform and CloudFormation: resources with their values, references and secrets; nothing evaluated, nothing followed."""

from __future__ import annotations

from pathlib import Path

from ingest.facts import Setting
from ingest.heads import kind_of_head
from tests.ingest.config.test_config import error, one, read

TERRAFORM = """\
variable "db_password" {
  default = "Xk29sLqP0aVw7RtB"
}
resource "aws_s3_bucket" "data" {
  bucket = "training-${var.env}"
  versioning {
    enabled = true
  }
  policy = jsonencode({
    Statement = [
      { Action = ["s3:GetObject", "s3:PutObject"], Principal = "*" },
      { Action = "s3:ListBucket" },
    ]
  })
}
data "aws_iam_policy_document" "p" {
  statement { actions = ["*"] }
  statement { actions = [aws_s3_bucket.data.arn] }
}
resource "aws_instance" "m" {
  user_data = <<-EOT
    #!/bin/bash
    ollama serve
  EOT
}
resource "aws_iam_policy" "q" {
  policy = <<EOF
{"Statement": [{"Effect": "Allow",
  "Action": "bedrock:*"}]}
EOF
}
"""


def values(setting: Setting) -> list[str]:
    found = setting.attributes["values"]
    assert isinstance(found, tuple)
    return list(found)


def test_terraform_resources_tell_their_values_with_lines(tmp_path: Path) -> None:
    found = read(tmp_path, "main.tf", TERRAFORM)
    bucket = one(found, "resource", "aws_s3_bucket.data")
    assert values(bucket) == [
        "bucket=training-${var.env}", "versioning.0.enabled=true", "policy.Statement.0.Action=s3:GetObject",
        "policy.Statement.0.Action=s3:PutObject", "policy.Statement.0.Principal=*", "policy.Statement.1.Action=s3:ListBucket",
    ]  # fmt: skip
    assert bucket.attributes["value_lines"] == ("5", "7", "11", "11", "11", "12")
    assert (bucket.attributes["type"], bucket.place.start_line, bucket.place.end_line) == ("aws_s3_bucket", 4, 15)


def test_references_stay_in_their_own_words(tmp_path: Path) -> None:
    found = read(tmp_path, "main.tf", TERRAFORM)
    document = one(found, "resource", "data.aws_iam_policy_document.p")
    assert values(document) == ["statement.0.actions=*", "statement.1.actions=${aws_s3_bucket.data.arn}"]


def test_policies_in_text_are_values_and_scripts_are_commands(tmp_path: Path) -> None:
    found = read(tmp_path, "main.tf", TERRAFORM)
    policy = one(found, "resource", "aws_iam_policy.q")
    assert values(policy) == ["policy.Statement.0.Effect=Allow", "policy.Statement.0.Action=bedrock:*"]
    assert policy.attributes["value_lines"] == ("28", "29")
    assert one(found, "command", "ollama").attributes["service"] == "aws_instance.m"


def test_a_default_that_is_a_secret_is_told_and_not_kept(tmp_path: Path) -> None:
    found = read(tmp_path, "main.tf", TERRAFORM)
    secret = one(found, "environment", "db_password")
    assert secret.attributes["secret"] is not None and secret.place.start_line == 2
    assert "Xk29sLqP0aVw7RtB" not in repr(found)


def test_cloudformation_says_the_same_in_both_its_forms(tmp_path: Path) -> None:
    yaml = (
        "AWSTemplateFormatVersion: '2010-09-09'\nParameters:\n  Env: {Type: String, Default: prod}\nResources:\n  B:\n    Type: AWS::S3::Bucket\n"
        "    Properties:\n      BucketName: !Sub 'data-${Env}'\n      Role: !GetAtt R.Arn\n      Tags:\n        - {Key: a, Value: !Ref Env}\n"
    )
    json = (
        '{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": '
        '{"BucketName": {"Fn::Sub": "data-${Env}"}, "Role": {"Fn::GetAtt": ["R", "Arn"]}, "Tags": [{"Key": "a", "Value": {"Ref": "Env"}}]}}}}'
    )
    wanted = ["BucketName=data-${Env}", "Role=${R.Arn}", "Tags.0.Key=a", "Tags.0.Value=${Env}"]
    found = read(tmp_path, "t.yaml", yaml, "cloudformation")
    assert values(one(found, "resource", "B")) == wanted and one(found, "resource", "B").place.start_line == 5
    assert values(one(found, "resource", "var.Env")) == ["default.Env=prod"]
    assert values(one(read(tmp_path, "t.json", json, "cloudformation"), "resource", "B")) == wanted


def test_a_condition_of_a_template_is_no_value_of_it(tmp_path: Path) -> None:
    text = (
        "Resources:\n  A:\n    Type: AWS::Lambda::Function\n    Properties:\n      TOKEN: !If [HasToken, !Ref Token, !Ref 'AWS::NoValue']\n"
        "      Name: !Join ['-', [a, !Ref B]]\n      Zone: !Select [0, !GetAZs '']\n      Size: {'Fn::If': [Big, l, s]}\n"
    )
    found = read(tmp_path, "t.yaml", text, "cloudformation")
    assert values(one(found, "resource", "A")) == [
        "TOKEN=${Token}", "TOKEN=${AWS::NoValue}", "Name=a-${B}", "Zone=${!Select}", "Size=l", "Size=s",
    ]  # fmt: skip
    assert not [s for s in found if s.kind == "environment"]


def test_a_template_is_told_by_its_head() -> None:
    assert kind_of_head("stack.yaml", b"AWSTemplateFormatVersion: '2010-09-09'\n") == "cloudformation"
    assert kind_of_head("template.json", b'{\n "Resources": {"A": {\n "Type": "AWS::S3::Bucket"') == "cloudformation"
    assert kind_of_head("data.json", b'{"Type": "bucket"}') is None


def test_hostile_terraform_is_an_error(tmp_path: Path) -> None:
    assert "not HCL" in error(tmp_path, "a.tf", "resource {{{{")
    assert "nested" in error(tmp_path, "b.tf", "a = " + "[" * 400 + "]" * 400 + "\nresource x y {\n v = " + "[" * 400 + "]" * 400 + "\n}\n")
    assert "larger" in error(tmp_path, "c.tf", "# x\n" * 150_000)
    assert "not HCL" in error(tmp_path, "d.tf", "a = <<E\n" * 2000)
    assert "not HCL" in error(tmp_path, "e.tf", b"\xff\xfe\x00\x01")


def test_a_template_of_odd_shapes_is_an_error_that_says_where(tmp_path: Path) -> None:
    assert "Resources is a list" in error(tmp_path, "t.yaml", "Resources: [1]\n", "cloudformation")
    assert read(tmp_path, "u.yaml", "Resources: {A: x, B: {Type: [1], Properties: 7}}\n", "cloudformation")[0].name == "A"


def test_the_key_to_the_state_is_a_secret_that_stands_in_the_backend(tmp_path: Path) -> None:
    key = "q7Jd0mTzX1vN8sYk4RbWc2HfLp6UeGa9ioKx3ZrQtB5nMjVhSyDwEg0CuAlIFPO7T2kXvN8sYk4RbWc2HfLp6w=="
    text = 'terraform {\n  backend "azurerm" {\n    key = "room.tfstate"\n    access_key = "%s"\n  }\n}\n'
    told = [s.place.start_line for s in read(tmp_path, "a.tf", text % key, "terraform") if s.attributes.get("secret")]
    none = [s for s in read(tmp_path, "b.tf", text % "${var.key}", "terraform") if s.attributes.get("secret")]
    assert told == [4] and none == []
