"""Which configuration formats are read, and what of each: the table that the tests of this folder prove.

A `Format` has a small file as people write it, and for each thing that is read the setting and attribute that it becomes.
`test_formats.py` reads the file and looks for them; what a format cannot say has no entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from ingest.facts import SettingKind
from ingest.source import SourceKind

Aspect = Literal["exposure", "identity", "secrets", "pinning", "isolation", "resources", "schedules", "data flow"]
ASPECTS: tuple[Aspect, ...] = get_args(Aspect)
_KEY = "sk-proj-a8Bc9dEf1GhI2jKl3MnO4pQr5StU6vWx7YzA8bCd9EfG0hIj"


@dataclass(frozen=True)
class Format:
    """One format: a file of it, and what that file shows is read."""

    name: str
    kind: SourceKind
    path: str
    text: str
    reads: Mapping[Aspect, tuple[SettingKind, str]]  # setting, attribute
    left_out: str = ""


FORMATS: tuple[Format, ...] = (
    Format(
        "Kubernetes", "kubernetes", "deploy.yaml",
        "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: j}\nspec:\n  schedule: '0 3 * * *'\n  jobTemplate:\n    spec:\n      template:\n        spec:\n"
        "          serviceAccountName: trainer\n          containers:\n            - name: c\n              image: a/b@sha256:" + "a" * 64 + "\n"
        "              command: [vllm, serve, org/model]\n              securityContext: {privileged: true}\n              resources: {limits: {cpu: 1}}\n"
        "              env: [{name: OPENAI_API_KEY, value: " + _KEY + "}]\n"
        "---\napiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {type: LoadBalancer, selector: {a: b}}\n",
        {"exposure": ("exposure", "open"), "identity": ("workload", "service_account"), "secrets": ("environment", "secret"),
         "pinning": ("workload", "pin"), "isolation": ("workload", "privileged"), "resources": ("workload", "limits"),
         "schedules": ("workload", "schedule"), "data flow": ("command", "words")},
        "what operators and admission policies add",
    ),
    Format(
        "Helm templates", "helm_template", "templates/service.yaml",
        "{{- if .Values.on }}\napiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec:\n  type: NodePort\n{{- end }}\n---\napiVersion: v1\nkind: Pod\n"
        "metadata: {name: p}\nspec:\n  containers:\n    - name: c\n      image: \"{{ .Values.image }}\"\n      securityContext: {runAsUser: 0}\n"
        "      resources: {limits: {cpu: 1}}\n",
        {"exposure": ("exposure", "open"), "pinning": ("workload", "pin"), "isolation": ("workload", "root"), "resources": ("workload", "limits")},
        "named templates and charts that are depended on; nothing is rendered",
    ),
    Format(
        "Envoy", "envoy", "envoy.yaml",
        "static_resources:\n  listeners:\n  - address: {socket_address: {address: 0.0.0.0, port_value: 80}}\n    filter_chains:\n    - filters:\n"
        "      - typed_config:\n          route_config: {virtual_hosts: [{routes: [{match: {prefix: /}, route: {cluster: llm}}]}]}\n",
        {"exposure": ("proxy", "public"), "data flow": ("proxy", "location")},
        "what is discovered at run time; Lua and WebAssembly filters, rules of RBAC",
    ),
    Format(
        "Kustomize", "kustomization", "kustomization.yaml", "secretGenerator:\n- name: hub\n  literals: [OPENAI_API_KEY=" + _KEY + "]\n",
        {"secrets": ("environment", "secret")},
        "Resources are files of their own. Patches, replacements and images are not applied.",
    ),
    Format(
        "Helm values", "helm_values", "values.yaml", "image:\n  tag: latest\nauth:\n  apiKey: 9fK2mQ7xV4bT8nL1\n",
        {"secrets": ("environment", "secret"), "pinning": ("chart_values", "values")}, "values of an installation",
    ),
    Format(
        "Helm charts", "helm_chart", "Chart.yaml",
        "apiVersion: v2\nname: desk\ndependencies:\n  - name: qdrant\n    version: 1.4.0\n    condition: qdrant.enabled\n",
        {"pinning": ("chart_dependency", "version")}, "tags, and values that are imported from a chart below",
    ),
    Format(
        "DevSpace, Skaffold, helmfile", "chart_deployer", "devspace.yaml",
        "deployments:\n  db:\n    helm:\n      chart: {path: ./charts/db}\n      values:\n        image: {tag: latest}\n        auth: {apiKey: 9fK2mQ7xV4bT8nL1}\n",
        {"secrets": ("environment", "secret"), "pinning": ("chart_values", "values")},
        "files of values that are named, profiles, and what is built or patched; variables stay as they are written",
    ),
    Format(
        "Terraform", "terraform", "main.tf",
        'resource "aws_sagemaker_notebook_instance" "n" {\n  role_arn = aws_iam_role.r.arn\n  direct_internet_access = "Enabled"\n}\n'
        'variable "api_key" {\n  default = "' + _KEY + '"\n}\nresource "aws_instance" "m" {\n  user_data = <<-EOT\n    ollama serve\n  EOT\n}\n',
        {"exposure": ("resource", "values"), "identity": ("resource", "values"), "secrets": ("environment", "secret"),
         "isolation": ("resource", "values"), "data flow": ("command", "words")},
        "modules, functions and state; what a variable file gives is not put into resources",
    ),
    Format(
        "CloudFormation, SAM", "cloudformation", "template.yaml",
        "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Role: !GetAtt R.Arn\n"
        "      FunctionUrlConfig: {AuthType: NONE}\n      Environment: {Variables: {OPENAI_API_KEY: " + _KEY + "}}\n",
        {"exposure": ("resource", "values"), "identity": ("resource", "values"), "secrets": ("environment", "secret")},
        "macros, conditions and nested stacks",
    ),
    Format(
        "Bicep", "bicep", "main.bicep",
        "@secure()\nparam login string = 'Rowing-Desk!2025'\nresource m 'Microsoft.CognitiveServices/accounts@2024-10-01' = {\n  name: 'm'\n"
        "  identity: { type: 'SystemAssigned' }\n  properties: { publicNetworkAccess: 'Enabled' }\n}\n",
        {"exposure": ("resource", "values"), "identity": ("resource", "values"), "secrets": ("environment", "secret")},
        "functions, loops, modules of registries, and what the Azure Developer CLI fills in",
    ),
    Format(
        "Parameters of Bicep and ARM", "bicep_values", "main.parameters.json",
        '{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",\n'
        ' "parameters": {"modelApiKey": {"value": "' + _KEY + '"}}}',
        {"secrets": ("environment", "secret")}, "references to vaults",
    ),
    Format(
        "Compose", "compose", "compose.yaml",
        'services:\n  m:\n    image: vllm/vllm-openai:latest\n    ports: ["8000:8000"]\n    privileged: true\n    mem_limit: 1g\n    user: root\n'
        "    command: [vllm, serve, org/model]\n    environment: {OPENAI_API_KEY: " + _KEY + "}\n",
        {"exposure": ("service", "published"), "identity": ("service", "user"), "secrets": ("environment", "secret"), "pinning": ("service", "pin"),
         "isolation": ("service", "privileged"), "resources": ("service", "limits"), "data flow": ("command", "words")},
        "files it extends or includes",
    ),
    Format(
        "Dockerfile", "dockerfile", "Dockerfile", f"FROM python:3\nENV OPENAI_API_KEY={_KEY}\nEXPOSE 80\nRUN pip install openai\nUSER root\nCMD [\"vllm\", \"serve\", \"m\"]\n",
        {"exposure": ("container_build", "exposes"), "identity": ("container_user", "root"), "secrets": ("environment", "secret"),
         "pinning": ("image", "pin"), "data flow": ("command", "words")},
    ),
    Format(
        "nginx", "nginx", "nginx.conf", "server {\n listen 443 ssl;\n auth_basic x;\n limit_req zone=a;\n location / { deny all; proxy_pass http://m:8000; }\n}\n",
        {"exposure": ("proxy", "public"), "identity": ("proxy", "authenticated"), "isolation": ("proxy", "limited"),
         "resources": ("proxy", "rate_limited"), "data flow": ("proxy", "location")}, "included files",
    ),
    Format(
        "LiteLLM", "gateway", "litellm.yaml",
        "model_list:\n  - model_name: a\n    litellm_params: {model: openai/gpt-5, api_key: " + _KEY + "}\nlitellm_settings: {max_budget: 10}\n"
        "router_settings: {fallbacks: [{a: [b]}]}\ngeneral_settings: {master_key: sk-1234}\n",
        {"identity": ("gateway", "values"), "secrets": ("environment", "secret"), "resources": ("gateway", "values"), "data flow": ("gateway", "values")},
        "the gateway's database and what variables say",
    ),
    Format(
        "OpenAPI, Swagger", "openapi", "openapi.yaml",
        "openapi: 3.1.0\ninfo: {title: T}\nservers: [{url: https://a.dev}]\nsecurity: [{b: []}]\npaths:\n  /chat:\n    post: {}\n",
        {"exposure": ("api", "servers"), "identity": ("api_route", "secured")}, "references and schemas",
    ),
    Format(
        "GitHub Actions", "github_workflow", ".github/workflows/a.yml",
        "on: [schedule]\npermissions: read-all\njobs:\n  a:\n    runs-on: self-hosted\n    steps:\n      - uses: a/b@main\n        with: {key: \"${{ secrets.K }}\"}\n"
        "      - run: echo ${{ github.event.issue.title }}\n",
        {"identity": ("workflow", "permissions"), "secrets": ("workflow_step", "secrets"), "pinning": ("workflow_step", "pin"),
         "isolation": ("workflow_step", "runs_on"), "schedules": ("workflow", "triggers"), "data flow": ("workflow_step", "untrusted_input")},
        "actions that are called",
    ),
    Format(
        "GitLab CI", "gitlab_ci", ".gitlab-ci.yml",
        "variables: {OPENAI_API_KEY: " + _KEY + "}\na:\n  image: python:latest\n  tags: [own]\n  rules: [{if: '$CI_PIPELINE_SOURCE == \"schedule\"'}]\n  script: [make]\n",
        {"secrets": ("environment", "secret"), "pinning": ("workflow_step", "pin"), "isolation": ("workflow_step", "runs_on"),
         "schedules": ("workflow", "triggers")}, "included pipelines",
    ),
    Format(
        "MCP clients", "mcp_config", ".mcp.json",
        '{"mcpServers": {"a": {"command": "npx", "args": ["-y", "server-a"], "alwaysAllow": ["*"], "env": {"OPENAI_API_KEY": "' + _KEY + '"}}}}',
        {"identity": ("mcp_server", "auto_approve"), "secrets": ("mcp_server", "env_secrets"), "pinning": ("mcp_server", "pin"),
         "data flow": ("mcp_server", "command")}, "the servers themselves",
    ),
    Format(
        "Settings of coding agents", "agent_settings", ".claude/settings.json",
        '{"permissions": {"allow": ["Bash(*)"]}, "hooks": {"Stop": [{"hooks": [{"command": "make"}]}]}, "env": {"OPENAI_API_KEY": "' + _KEY + '"}}',
        {"identity": ("agent_right", "what"), "secrets": ("environment", "secret"), "schedules": ("agent_right", "event")},
        "settings of a user and of an organisation",
    ),
    Format("Environment files", "dotenv", ".env", f"OPENAI_API_KEY={_KEY}\n", {"secrets": ("environment", "secret")}),
    Format("langgraph.json", "langgraph_config", "langgraph.json", '{"graphs": {"a": "./a.py:graph"}, "auth": {"path": "./b.py:auth"}}',
           {"identity": ("agent_server", "authenticated"), "data flow": ("agent_server", "graphs")}),
    Format("Shell scripts", "shell_script", "start.sh", "vllm serve org/model --host 0.0.0.0\n", {"exposure": ("command", "words"), "data flow": ("command", "words")}),
    Format("Units of systemd", "systemd_unit", "vllm.service",
           f"[Service]\nEnvironment=OPENAI_API_KEY={_KEY}\nExecStart=/usr/bin/vllm serve org/model \\\n  --host 0.0.0.0\n",
           {"exposure": ("command", "words"), "secrets": ("environment", "secret"), "data flow": ("command", "words")}, "drop-ins and files of variables"),
    Format("Task definitions of ECS", "ecs_task", "task-definition.json",
           '{"family": "t", "taskRoleArn": "r", "containerDefinitions": [{"name": "m", "image": "vllm/vllm-openai:latest", "memory": 1, "privileged": true,'
           ' "command": ["--model", "org/m"], "environment": [{"name": "OPENAI_API_KEY", "value": "' + _KEY + '"}]}]}',
           {"identity": ("workload", "service_account"), "secrets": ("environment", "secret"), "pinning": ("workload", "pin"),
            "isolation": ("workload", "privileged"), "resources": ("workload", "limits"), "data flow": ("workload", "command")},
           "services and balancers, files of variables"),
    Format("Settings of Streamlit", "page_settings", ".streamlit/config.toml", '[server]\naddress = "127.0.0.1"\n',
           {"exposure": ("page_settings", "address")}, "everything but the address"),
    Format("Settings of Chainlit", "page_settings", ".chainlit/config.toml", "[features]\nunsafe_allow_html = true\n",
           {"exposure": ("page_settings", "raw_markup")}, "everything but markup in messages"),
    Format("Entry points", "entry_script", "entrypoint.sh", "exec gosu app vllm serve m\n", {"identity": ("run_command", "steps_down")}),
    Format("Makefile", "makefile", "Makefile", "serve:\n\tvllm serve org/model --host 0.0.0.0\n", {"exposure": ("command", "words")}),
    Format("Procfile", "procfile", "Procfile", "web: vllm serve org/model --host 0.0.0.0\n", {"exposure": ("command", "words")}),
    Format(
        "Settings of DVC", "dvc_config", ".dvc/config",
        "['remote \"blob\"']\n    url = azure://scans/data\n    account_key = q7Tz0PkV4mXr9sLhY2bWnC5dFgJ8aEuK3oRi6vQx1ZtBwMyNpDfHcSjGlUeAkOq8I2rV5bX==\n",
        {"secrets": ("environment", "secret")}, "remotes themselves",
    ),
    Format("DVC, MLflow", "ml_pipeline", "dvc.yaml", "stages:\n  train:\n    cmd: python t.py\n    deps: [a.csv]\n    outs: [m.pkl]\nouts:\n- {md5: aa, path: a.csv}\n",
           {"pinning": ("ml_data", "pinned"), "data flow": ("ml_stage", "writes")}, "parameters, templates and remotes"),
    Format("Columns of a training", "feature_list", "configs/train.yaml", "data:\n  categorical_columns:\n    - gender\n    - contract\n",
           {"data flow": ("feature_column", "list")}, "what code makes of the columns"),
    Format("Model Card Toolkit, models in CycloneDX", "card_file", "model_card.json",
           '{"schema_version": "0.0.2", "model_details": {"name": "m"}, "model_parameters": {"data": [{"name": "rows"}]}}',
           {"data flow": ("card_part", "what")}, "figures, graphics and owners"),
    Format("pip requirements", "requirements", "requirements.txt", "--extra-index-url https://a.dev/simple\nopenai==2.0\n",
           {"pinning": ("package", "pin"), "data flow": ("package_index", "extra")}),
    Format("pyproject.toml, Pipfile", "pyproject", "pyproject.toml", '[project]\nname = "x"\ndependencies = ["openai"]\n', {"pinning": ("package", "pin")}),
    Format("Locks of Python, npm, pnpm, yarn, bun, Go", "lockfile", "yarn.lock", 'a@^1:\n  version "1.0.0"\n  integrity sha512-x==\n', {"pinning": ("package", "pin")}),
    Format("package.json", "package_json", "package.json", '{"dependencies": {"a": "^1"}}', {"pinning": ("package", "pin")}),
    Format("go.mod", "go_mod", "go.mod", "module a.dev/b\nrequire c.dev/d v1.0.0\n", {"pinning": ("package", "pin")}),
    Format("NuGet", "nuget", "a.csproj", '<Project><ItemGroup><PackageReference Include="A" Version="1.0.0"/></ItemGroup></Project>', {"pinning": ("package", "pin")}),
    Format("appsettings.json", "app_settings", "appsettings.json",
           '{"Kestrel": {"Endpoints": {"Http": {"Url": "http://*:8080"}}}, "Llm": {"ApiKey": "' + _KEY + '"}}',
           {"exposure": ("listener", "environment"), "secrets": ("environment", "secret")}, "settings of the application itself"),
    Format("application.yml, application.properties", "spring_settings", "src/main/resources/application-eu.yml",
           "management:\n  endpoints:\n    web:\n      exposure:\n        include: '*'\n",
           {"exposure": ("property", "profile")}, "secrets, imports, what a variable says"),
    Format("HOCON (application.conf, reference.conf)", "hocon", "src/main/resources/application.conf",
           'llm {\n  apiKey = "' + _KEY + '"\n  apiKey = ${?LLM_KEY}\n}\n', {"secrets": ("environment", "secret")},
           "includes (listed), and what other substitutions stand for"),
    Format("Files of sections and keys (.ini, .cfg, .properties)", "ini_file", "alembic.ini",
           "[alembic]\nsqlalchemy.url = postgresql://ann:q7Tz0PkV4mXr9s@db.acme.dev/notes\n", {"secrets": ("environment", "secret")},
           "what the keys mean"),
    Format("Requests of an editor (.http, .rest)", "request_file", "ask.http",
           "POST https://api.mistral.ai/v1/chat/completions\nAuthorization: Bearer q7Tz0PkV4mXr9sLhY2bWnC5dFgJ8aEuK\n",
           {"secrets": ("environment", "secret")}, "files of variables of an editor"),
    Format("Run configurations of JetBrains (.run/*.run.xml)", "run_settings", ".run/desk.run.xml",
           '<component><configuration><envs><env name="SPEECH_API_KEY" value="q7Tz0PkV4mXr9sLhY2bWnC5dFgJ8aEuK" /></envs></configuration></component>',
           {"secrets": ("environment", "secret")}, "what is started, and how"),
    Format("NuGet.config", "nuget", "NuGet.config",
           '<configuration><packageSources><add key="a" value="https://nuget.a.dev/v3/index.json"/></packageSources>'
           '<packageSourceCredentials><a><add key="ClearTextPassword" value="Kx82mQ7vLp3zRt9w"/></a></packageSourceCredentials></configuration>',
           {"secrets": ("environment", "secret"), "data flow": ("package_index", "extra")}, "sources of a user and of a machine"),
    Format("Maven", "maven", "pom.xml",
           "<project><dependencies><dependency><groupId>a</groupId><artifactId>b</artifactId><version>1</version></dependency></dependencies></project>",
           {"pinning": ("package", "pin")}, "parents and bills of materials"),
    Format("Gradle", "gradle", "build.gradle", "dependencies { implementation 'a:b:1.0' }\n", {"pinning": ("package", "pin")}, "what a build file computes"),
    Format("conda", "conda", "environment.yml", "dependencies:\n  - numpy=1.26.4\n", {"pinning": ("package", "pin")}),
    Format(".npmrc", "npmrc", ".npmrc", "registry=http://a.dev\n//a.dev/:_authToken=npm_Ab12Cd34Ef56Gh78Ij90Kl12Mn34Op56Qr78\n",
           {"secrets": ("environment", "secret"), "data flow": ("package_index", "trusted_host")}),
    Format("pip.conf", "pip_config", "pip.conf", "[global]\nextra-index-url = https://a.dev/simple\n", {"data flow": ("package_index", "extra")}),
    Format("tsconfig.json", "tsconfig", "tsconfig.json", '{"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}', {"data flow": ("module_paths", "paths")}),
)  # fmt: skip
