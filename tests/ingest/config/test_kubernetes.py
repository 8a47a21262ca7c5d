"""Kubernetes manifests: containers with their rights, who reaches them, and who may do what."""

from __future__ import annotations

import base64
from pathlib import Path

from ingest.heads import kind_of_head
from tests.ingest.config.test_config import error, one, read

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: chat, namespace: ai}
spec:
  template:
    metadata:
      labels: {app: chat}
    spec:
      serviceAccountName: chat
      hostNetwork: true
      securityContext: {runAsNonRoot: true}
      initContainers:
        - {name: fetch, image: busybox}
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
          command: [sh, -c]
          args: ["exec vllm serve mistralai/Mistral-7B --host 0.0.0.0"]
          securityContext:
            privileged: true
            capabilities: {add: [SYS_ADMIN], drop: [ALL]}
            readOnlyRootFilesystem: true
          env:
            - {name: OPENAI_API_KEY, value: "sk-proj-a8Bc9dEf1GhI2jKl3MnO4pQr5StU6vWx7YzA8bCd9EfG0hIj"}
            - name: HF_TOKEN
              valueFrom: {secretKeyRef: {name: hub, key: token}}
          resources: {limits: {nvidia.com/gpu: 1}}
          volumeMounts: [{name: engine, mountPath: /var/run/docker.sock}]
      volumes:
        - {name: engine, hostPath: {path: /var/run/docker.sock}}
"""


def test_a_pod_tells_what_runs_in_it_and_with_which_rights(tmp_path: Path) -> None:
    found = read(tmp_path, "chat.yaml", DEPLOYMENT, "kubernetes")
    a = one(found, "workload", "chat/vllm").attributes
    assert (a["image"], a["pin"], a["resource"], a["namespace"]) == ("vllm/vllm-openai", "tag", "Deployment", "ai")
    assert a["privileged"] is True and a["docker_socket"] is True and a["host_network"] is True and a["read_only_root"] is True
    assert a["root"] is False and a["capabilities"] == ("SYS_ADMIN",) and a["limits"] is True
    assert a["service_account"] == "chat" and a["secrets_from"] == ("HF_TOKEN",) and a["labels"] == ("app=chat",)
    assert one(found, "workload", "chat/fetch").attributes["init"] is True


def test_a_script_of_a_pod_is_read_as_its_commands(tmp_path: Path) -> None:
    command = one(read(tmp_path, "chat.yaml", DEPLOYMENT, "kubernetes"), "command", "vllm")
    assert command.attributes["words"] == ("vllm", "serve", "mistralai/Mistral-7B", "--host", "0.0.0.0")
    assert command.attributes["service"] == "chat/vllm" and (command.place.start_line, command.place.end_line) == (17, 18)


def test_a_key_in_clear_is_told_from_one_that_a_secret_gives(tmp_path: Path) -> None:
    found = read(tmp_path, "chat.yaml", DEPLOYMENT, "kubernetes")
    key = one(found, "environment", "OPENAI_API_KEY")
    assert key.attributes["secret"] is not None and key.place.start_line == 24
    assert not [setting for setting in found if setting.kind == "environment" and setting.name == "HF_TOKEN"]


def test_a_manifest_of_a_secret_holds_what_its_base64_says(tmp_path: Path) -> None:
    held = base64.b64encode(b"sk-proj-a8Bc9dEf1GhI2jKl3MnO4pQr5StU6vWx7YzA8bCd9EfG0hIj").decode()
    text = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: k}}\ndata:\n  OPENAI_API_KEY: {held}\n"
    assert one(read(tmp_path, "s.yaml", text, "kubernetes"), "environment", "OPENAI_API_KEY").attributes["secret"] is not None


def test_services_and_ingresses_tell_who_reaches_a_pod(tmp_path: Path) -> None:
    text = (
        "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {type: LoadBalancer, selector: {app: a}, ports: [{port: 80}]}\n---\n"
        "apiVersion: v1\nkind: Service\nmetadata: {name: b}\nspec: {type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0/8]}\n---\n"
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: c\n  annotations:\n"
        '    service.beta.kubernetes.io/azure-load-balancer-internal: "true"\nspec: {type: LoadBalancer}\n---\n'
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: d\n  annotations: {nginx.ingress.kubernetes.io/auth-type: basic}\n"
        "spec:\n  tls: [{hosts: [x]}]\n  rules: [{http: {paths: [{backend: {service: {name: a}}}]}}]\n"
    )
    found = read(tmp_path, "s.yaml", text, "kubernetes")
    assert [(s.name, s.attributes["open"]) for s in found] == [("a", True), ("b", False), ("c", False), ("d", True)]
    ingress = one(found, "exposure", "d").attributes
    assert ingress["backends"] == ("a",) and ingress["tls"] is True and ingress["authenticated"] is True


def test_operators_resources_tell_their_pods_and_models_too(tmp_path: Path) -> None:
    text = (
        "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: llm}\nspec:\n  predictor:\n    model:\n"
        "      modelFormat: {name: huggingface}\n      storageUri: hf://org/model\n---\n"
        "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: retrain}\nspec:\n  schedule: '0 3 * * *'\n  jobTemplate:\n    spec:\n      template:\n"
        "        spec:\n          containers: [{name: train, image: train:1}]\n"
    )
    found = read(tmp_path, "s.yaml", text, "kubernetes")
    assert one(found, "workload", "llm").attributes["storage"] == "hf://org/model"
    assert one(found, "workload", "retrain/train").attributes["schedule"] == "0 3 * * *"


def test_a_head_tells_a_manifest_from_other_yaml() -> None:
    assert kind_of_head("a.yaml", b"# c\napiVersion: v1\nkind: Pod\n") == "kubernetes"
    assert kind_of_head("chart/templates/a.yaml", b"{{- if .Values.x }}\napiVersion: v1\nkind: Pod\n") == "helm_template"
    assert kind_of_head("a.yaml", b"name: x\nkind: y\n") is None
    assert kind_of_head("crd.yaml", b"apiVersion: v1\nkind: CustomResourceDefinition\n") is None


def test_a_manifest_made_to_exhaust_its_reader_is_an_error(tmp_path: Path) -> None:
    bomb = "a: &a [1,1,1,1,1,1,1,1,1]\n" + "".join(
        f"{c}: &{c} [*{p},*{p},*{p},*{p},*{p},*{p},*{p},*{p},*{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert "too many values" in error(tmp_path, "b.yaml", "apiVersion: v1\nkind: Pod\n" + bomb, "kubernetes")
    assert "nested deeper" in error(tmp_path, "d.yaml", "a: " + "[" * 5000, "kubernetes")
    assert "documents" in error(tmp_path, "n.yaml", "a: 1\n---\n" * 600, "kubernetes")


def test_tags_are_not_obeyed_and_odd_shapes_say_nothing(tmp_path: Path) -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: !!python/object/apply:os.system [id]\nspec: [1, {containers: [a, {image: {x: y}}, {name: z}]}]\n"
    assert [s.name for s in read(tmp_path, "p.yaml", text, "kubernetes")] == ["/z"]


def test_a_port_of_the_machine_itself_is_open_to_nobody_else(tmp_path: Path) -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: d}\nspec:\n  containers:\n  - name: q\n    image: qdrant/qdrant:v1\n    ports:\n"
    own = read(tmp_path, "a.yaml", pod + "    - {containerPort: 1, hostPort: 1, hostIP: 127.0.0.1}\n", "kubernetes")
    every = read(tmp_path, "b.yaml", pod + "    - {containerPort: 1, hostPort: 1}\n", "kubernetes")
    assert one(own, "workload", "d/q").attributes["host_port"] is False
    assert one(every, "workload", "d/q").attributes["host_port"] is True


def test_what_a_container_installs_when_it_starts_is_told_at_its_line(tmp_path: Path) -> None:
    text = """\
apiVersion: batch/v1
kind: CronJob
metadata: {name: tune}
spec:
  jobTemplate:
    spec:
      template:
        spec:
          containers:
            - name: tune
              image: acme/tune:1
              command: ["/bin/sh", "-c"]
              args:
                - |
                  set -e
                  pip install -U peft \\
                    git+https://github.com/acme/tricks
                  python tune.py --note "pip, npm and others"
            - name: exact
              image: acme/tune:1
              command: [pip, install, "peft==0.17.1"]
            - name: none
              image: acme/tune:1
              command: [python, tune.py, --install, peft]
"""
    packages = [s for s in read(tmp_path, "tune.yaml", text, "kubernetes") if s.kind == "package"]
    assert [(p.name.split("+")[0], p.attributes["pin"], p.place.start_line, p.place.end_line) for p in packages] == [
        ("peft", "none", 16, 17), ("git", "git", 16, 17), ("peft", "exact", 21, 21),
    ]  # fmt: skip
