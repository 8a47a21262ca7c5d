"""A realistic scan for golden files: a bank's assistant, twelve elements, ten findings over all six classes."""

from __future__ import annotations

from pipeline.findings.model import (
    STRIDE,
    AttackHop,
    AttackPath,
    AttackRoute,
    Coverage,
    Decision,
    Failed,
    KnownThreat,
    Mitigation,
    PathCut,
    Scan,
    Skipped,
    Suppression,
    Taxonomy,
)
from pipeline.system.model import Boundary, Claim, Control, DrawnName, Relation, System
from tests import factories as make

VISITOR, WIKI = "anonymous_public:anonymous visitor", "web_content:wiki.example.org"
ROUTE, AGENT, PROMPT = "http_route:POST /chat", "agent:support agent", "prompt:SYSTEM_PROMPT"
REFUND, PYTHON, STORE = "tool:refund_payment", "interpreter:run_analysis", "vector_store:kb"
LLM, MODEL, ORDERS, CI = "hosted_llm:gpt-4.1", "model_file:intent.joblib", "data_store:orders.db", "ci_job:triage.yml"

ELEMENTS = (
    make.element("anonymous_public", "anonymous visitor", "internet"),
    make.element("web_content", "wiki.example.org", "internet"),
    make.element("http_route", "POST /chat", attributes={"authenticated": False}),
    make.element("agent", "support agent"),
    make.element("prompt", "SYSTEM_PROMPT"),
    make.element("tool", "refund_payment", attributes={"moves_money": True}),
    make.element("interpreter", "run_analysis"),
    make.element("vector_store", "kb", "data"),
    make.element("data_store", "orders.db", "data"),
    make.element("hosted_llm", "gpt-4.1", "third_party"),
    make.element("model_file", "intent.joblib", "supply_chain"),
    make.element("ci_job", "triage.yml", "build"),
)

_INPUT = make.evidence("src/api/chat.py:21", "    question = body.message", "source", "anyone on the internet writes this")
_ASK = make.evidence("src/agent/build.py:40", 'result = agent.invoke({"messages": [("user", question)]})', "step")
_PAGE = make.evidence("src/ingest/wiki.py:18", "page = httpx.get(url).text", "source", "pages anyone can edit")
_INDEX = make.evidence("src/ingest/wiki.py:33", "store.add_texts(chunks)", "step", "stored without review")
_FOUND = make.evidence("src/agent/knowledge.py:12", "docs = store.similarity_search(question, k=4)", "step")
_EXEC = make.evidence("src/agent/tools.py:88", "    exec(plan.code, scope)", "sink", "the model's reply is run as Python")
_REFUND = make.evidence(
    "src/agent/tools.py:41", "@tool\ndef refund_payment(order_id: str, amount: float) -> str:", "sink", "no approval before money moves"
)

_ACCEPTED = Decision(
    kind="accepted", reason="issues are read by maintainers first", until="2030-06-30", where=".github/workflows/triage.yml:18"
)
_LATER = Decision(kind="dismissed", reason="the route is gone", by="ann", where=".threatloom.yaml:7")

FINDINGS = (
    make.finding(
        "model-output-executed", id="a1f0c2d9e8b7", title="Model output is run as code",
        description="The support agent's reply is run as Python by run_analysis. Whoever steers the model owns the process.",
        stride=("elevation_of_privilege", "tampering"), severity="critical", likelihood=5, impact=5, element=PYTHON,
        attack_path=(VISITOR, ROUTE, AGENT, PYTHON), evidence=(_INPUT, _ASK, _EXEC),
        risk_reasons=("Anyone on the internet can reach the route.", "The process holds the payment key."),
        would_change_it=("A sandbox without network around the interpreter.",),
        taxonomy=Taxonomy(owasp_llm=("LLM05:2025",), cwe=("CWE-94", "CWE-95"), atlas=("AML.T0053",)),
        mitigations=(
            Mitigation(text="Run generated code in a sandbox without network and credentials.", test="A reply that opens a socket fails."),
            Mitigation(text="Replace free code by a closed list of operations.", test="An unknown operation is refused."),
        ),
        missing_controls=("sandbox", "allow_list"),
    ),
    make.finding(
        "tool-without-approval", id="b2e1d3caf9a8", title="A tool with effects runs without approval",
        description="refund_payment moves money on the model's word alone.", stride=("elevation_of_privilege",), severity="critical",
        likelihood=4, impact=5, element=REFUND, attack_path=(WIKI, STORE, AGENT, REFUND),
        evidence=(
            _PAGE, _INDEX, _FOUND, _ASK,
            make.evidence("src/agent/build.py:52", "tools = [search_orders, refund_payment, run_analysis]", "step"),
            make.evidence("src/agent/build.py:55", "agent = create_agent(model, tools=tools)", "step"), _REFUND,
            make.evidence("docs/design.md:57", "Every refund is confirmed by a human.", "claim", "promised, not kept"),
            make.evidence(
                "docs/risks.xlsx:4", "R1 | Refunds | Every refund is confirmed by a human.", "claim", "promised, not kept", page=1,
                where="sheet Register, C4",
            ),
        ),
        risk_reasons=("The tool pays out.", "Content anyone can edit reaches the agent."),
        taxonomy=Taxonomy(owasp_llm=("LLM06:2025",), owasp_agentic=("ASI02:2026",), cwe=("CWE-862",)),
        mitigations=(Mitigation(text="Ask a human before each refund.", test="A refund without approval is not paid."),),
        missing_controls=("human_approval",),
    ),
    make.finding(
        "indirect-prompt-injection", id="c3d2e4bb0a99", title="Content anyone can edit reaches the prompt",
        description="Pages of wiki.example.org reach the support agent's prompt through kb.", stride=("tampering",), severity="high",
        likelihood=4, impact=4, element=AGENT, attack_path=(WIKI, STORE, AGENT),
        evidence=(_PAGE, _INDEX, _FOUND, make.evidence("src/agent/build.py:61", 'prompt = f"{SYSTEM}\\n{docs}\\n{question}"', "sink")),
        taxonomy=Taxonomy(owasp_llm=("LLM01:2025",), atlas=("AML.T0051.001",)),
        mitigations=(Mitigation(text="Mark retrieved text as data and review pages before they are indexed.", test="An instruction in a page is not followed."),),
        missing_controls=("content_separation", "review_before_use"),
    ),
    make.finding(
        "unauthenticated-inference", id="d4c3f5aa1b88", title="An inference endpoint has no authentication",
        description="POST /chat answers anyone.", stride=("spoofing",), severity="high", likelihood=4, impact=4, element=ROUTE,
        evidence=(make.evidence("src/api/chat.py:17", '@router.post("/chat")\nasync def chat(body: ChatRequest) -> ChatReply:', "missing", "no dependency checks the caller"),),
        taxonomy=Taxonomy(cwe=("CWE-306",)), missing_controls=("authentication",),
        mitigations=(Mitigation(text="Require a session before the model is called.", test="A call without a token answers 401."),),
    ),
    make.finding(
        "unsafe-model-load", id="e5b4a6992c77", title="A model file is loaded in a way that runs code",
        description="intent.joblib is unpickled when the service starts.", stride=("tampering",), severity="high", confidence="medium",
        likelihood=3, impact=5, element=MODEL, attack_path=(MODEL, ROUTE),
        evidence=(make.evidence("src/intent/classifier.py:14", "self.model = joblib.load(MODEL_PATH)", "sink", "runs code while it loads"),),
        taxonomy=Taxonomy(cwe=("CWE-502",), atlas=("AML.T0010.003",)), missing_controls=("signature_check", "safe_loader"),
        mitigations=(Mitigation(text="Load tensors only, or check a signature first.", test="A file with a reduce opcode is refused."),),
    ),
    make.finding(
        "no-tenant-separation", id="f6a5b7883d66", title="A vector store mixes tenants",
        description="kb is searched without a filter on the customer.", stride=("information_disclosure",), severity="medium",
        likelihood=3, impact=4, element=STORE, evidence=(_FOUND.model_copy(update={"role": "sink", "note": "no filter on the customer"}),),
        taxonomy=Taxonomy(owasp_llm=("LLM08:2025",), cwe=("CWE-639",)), missing_controls=("tenant_filter",),
        mitigations=(Mitigation(text="Filter every search by the customer of the session.", test="Customer A never sees a chunk of B."),),
    ),
    make.finding(
        "secret-in-prompt", id="0796c877ae55", title="A secret stands in a prompt",
        description="SYSTEM_PROMPT carries an access code.", stride=("information_disclosure",), severity="medium", likelihood=3, impact=3,
        element=PROMPT, evidence=(make.evidence("src/agent/prompts.py:9", 'OVERRIDE_CODE = "********"', "sink", "a model repeats what it was told"),),
        taxonomy=Taxonomy(owasp_llm=("LLM07:2025",), cwe=("CWE-522",)), missing_controls=("secret_store",),
        mitigations=(Mitigation(text="Keep codes out of prompts and check them in code.", test="No prompt matches a secret detector."),),
    ),
    make.finding(
        "unbounded-consumption", id="1887d966bf44", title="Calls of the model are not bounded",
        description="The support agent may call the model without limit.", stride=("denial_of_service",), severity="medium", confidence="medium",
        likelihood=4, impact=2, element=AGENT, attack_path=(VISITOR, ROUTE, AGENT), evidence=(_ASK.model_copy(update={"role": "missing", "note": "no limit on turns or tokens"}),),
        taxonomy=Taxonomy(owasp_llm=("LLM10:2025",), cwe=("CWE-770",)), missing_controls=("rate_limit", "loop_limit"),
        mitigations=(Mitigation(text="Bound turns, tokens and calls per caller.", test="The 61st call of a minute answers 429."),),
    ),
    make.finding(
        "decisions-not-logged", id="2978ea55c033", title="Tool calls leave no trail",
        description="No prompt, tool call or decision of the support agent is logged.", stride=("repudiation",), severity="low", confidence="low",
        likelihood=3, impact=2, element=AGENT, evidence=(_ASK.model_copy(update={"role": "missing", "note": "nothing is written down"}),),
        taxonomy=Taxonomy(cwe=("CWE-778",)), missing_controls=("audit_log",),
        mitigations=(Mitigation(text="Log prompt, tool, arguments and caller, append only.", test="A refund can be traced to its prompt."),),
    ),
    make.finding(
        "untrusted-text-in-ci", id="3a69fb44d122", title="Text of strangers reaches a workflow with a token",
        description="triage.yml hands issue texts to a model that holds a write token.", stride=("elevation_of_privilege",), severity="low",
        likelihood=2, impact=3, element=CI, status="accepted", source="contradiction", decision=_ACCEPTED,
        evidence=(make.evidence(".github/workflows/triage.yml:19", "run: python scripts/triage_issue.py", "sink"),),
        mitigations=(Mitigation(text="Give the job a read-only token.", test="The job cannot push."),),
    ),
)  # fmt: skip

SYSTEM = System(
    elements=ELEMENTS,
    flows=(
        make.flow(VISITOR, ROUTE, ("user_input",), "features", crosses=("zone:internet-application",)),
        make.flow(ROUTE, AGENT, ("user_input",), "prompt"),
        make.flow(WIKI, STORE, ("web_content",), "index_write", crosses=("zone:internet-data",)),
        make.flow(STORE, AGENT, ("retrieved_text",), "prompt"),
        make.flow(AGENT, LLM, ("user_input", "retrieved_text"), "conversation"),
        make.flow(LLM, AGENT, ("model_reply",), None),
        make.flow(AGENT, REFUND, ("tool_arguments",), "payment"),
        make.flow(AGENT, PYTHON, ("model_reply",), "code"),
        make.flow(REFUND, ORDERS, ("tool_arguments",), "query_parameters"),
        make.flow(MODEL, ROUTE, ("model_artifact",), "deserialised"),
    ),
    relations=(
        Relation(source=AGENT, kind="has_prompt", target=PROMPT),
        Relation(source=AGENT, kind="has_tool", target=REFUND),
    ),
    boundaries=(
        Boundary(id="zone:internet-application", name="internet / application", kind="zone", elements=(VISITOR, ROUTE)),
        Boundary(id="zone:internet-data", name="internet / data", kind="zone", elements=(WIKI, STORE)),
    ),
    controls=(
        Control(id="c1", kind="parameterised_query", protects=(ORDERS,), evidence=(make.evidence("src/storage/repository.py:30", "db.execute(SQL, (order_id,))", "step"),)),
    ),
    claims=(
        Claim(id="k1", text="Every refund is confirmed by a human.", about=(REFUND,), promises=("human_approval",), modality="must", kept=False, evidence=(make.evidence("docs/design.md:57", "Every refund is confirmed by a human.", "claim"),)),
        Claim(id="k2", text="A visitor plants instructions in the wiki", about=(WIKI,), kind="threat", state="mitigated", category="Tampering", severity="High", mitigations=("Review of changes",), evidence=(make.evidence("docs/model.json:88", '"title": "A visitor plants instructions in the wiki",', "claim"),)),
    ),
    drawn=(
        DrawnName(name="Assistant", element=AGENT, found=True, reason="the same name", evidence=(make.evidence("docs/design.md:12", "agent[Assistant]", "claim"),)),
        DrawnName(name="Fraud check", element="component:Fraud check", found=False, reason="nothing found bears this name", evidence=(make.evidence("docs/design.md:13", "fraud[Fraud check]", "claim"),)),
    ),
)  # fmt: skip


def _cell(element: str, stride: str) -> Coverage:
    hits = tuple(item.id for item in FINDINGS if item.element == element and stride in item.stride)
    if hits:
        return Coverage(element=element, stride=stride, state="finding", reason="threats were found", findings=hits)
    if element == ORDERS and stride == "tampering":
        return Coverage(element=element, stride=stride, state="mitigated", reason="queries are parameterised", controls=("c1",))
    if element in (VISITOR, WIKI):
        return Coverage(element=element, stride=stride, state="not_applicable", reason="outside of the system")
    return Coverage(element=element, stride=stride, state="not_examined", reason="no threat of the catalog looks at this kind")


_CALLED = AttackHop(source=VISITOR, target=ROUTE, does="user input reaches `POST /chat`", flow=f"{VISITOR}->{ROUTE}", evidence=(_INPUT,))
_PLANTED = AttackHop(
    source=WIKI,
    target=STORE,
    does="it is kept in `kb` and found in other people's questions",
    flow=f"{WIKI}->{STORE}",
    evidence=(_PAGE, _INDEX),
)
_RECALLED = AttackHop(
    source=STORE, target=AGENT, does="instructions in that text steer `support agent`", flow=f"{STORE}->{AGENT}",
    findings=("c3d2e4bb0a99",), evidence=(_FOUND, _ASK),
)  # fmt: skip
_TALKED = AttackHop(
    source=ROUTE, target=AGENT, does="user input reaches `support agent` as prompt", flow=f"{ROUTE}->{AGENT}", evidence=(_ASK,)
)
_RUN = AttackHop(
    source=AGENT,
    target=PYTHON,
    does="what it writes is run as code",
    flow=f"{AGENT}->{PYTHON}",
    findings=("a1f0c2d9e8b7",),
    evidence=(_EXEC,),
)
_PAID = AttackHop(
    source=AGENT, target=REFUND, does="nobody is asked before `refund_payment` acts", flow=f"{AGENT}->{REFUND}",
    findings=("b2e1d3caf9a8",), evidence=(_REFUND,),
)  # fmt: skip
_AUTHOR = "whoever writes what is fetched"

PATHS = (
    AttackPath(
        id="5be0f1d2c3a49687", title="Anyone on the internet runs code in `run_analysis`", prize="code", asset=PYTHON, severity="critical",
        likelihood=5, impact=5, reasons=("likelihood starts at 5 for anyone on the internet", "impact 5: anyone on the internet runs code in `run_analysis`"),
        routes=(
            AttackRoute(attacker="anyone on the internet", entry=ROUTE, likelihood=5, hops=(_CALLED, _TALKED, _RUN), findings=("a1f0c2d9e8b7",)),
            AttackRoute(attacker=_AUTHOR, entry=WIKI, likelihood=3, hops=(_PLANTED, _RECALLED, _RUN), findings=("c3d2e4bb0a99", "a1f0c2d9e8b7")),
        ),
        cut_by=(PathCut(finding="a1f0c2d9e8b7", controls=("sandbox",), text="Run generated code in a sandbox without network."),),
    ),
    AttackPath(
        id="6cf1a2e3d4b5a798", title="Whoever writes what is fetched acts on payments through `refund_payment`", prize="money", asset=REFUND,
        also=("sends messages in the owner's name through `mail`",), severity="high", likelihood=3, impact=5,
        reasons=("likelihood starts at 3 for whoever writes what is fetched",),
        routes=(AttackRoute(attacker=_AUTHOR, entry=WIKI, likelihood=3, hops=(_PLANTED, _RECALLED, _PAID), findings=("c3d2e4bb0a99", "b2e1d3caf9a8")),),
        cut_by=(
            PathCut(finding="c3d2e4bb0a99", controls=("review_before_use",), text="Review pages before they are indexed."),
            PathCut(finding="b2e1d3caf9a8", controls=(), text="Ask a human before each refund."),
        ),
    ),
)  # fmt: skip

SCAN: Scan = make.scan(
    FINDINGS,
    system=SYSTEM,
    coverage=tuple(_cell(item.id, stride) for item in ELEMENTS for stride in STRIDE),
    skipped=(
        *(Skipped(path=f"web/vendor/lib{number}.min.js", reason="minified") for number in range(7)),
        Skipped(path="data/dump.bin", reason="binary"),
        Skipped(path="notes/big.txt", reason="larger than the limit of 2 MB"),
    ),
    errors=(Failed(path="src/legacy/broken.py", error="line 12 could not be parsed; the rest of the file was read"),),
    hidden={"white_text": 1, "comment": 12},
    suppressions=(
        Suppression(
            decision=_ACCEPTED,
            threat="untrusted-text-in-ci",
            path=".github/workflows/triage.yml",
            lines=(18, 19),
            findings=("3a69fb44d122",),
        ),
        Suppression(
            decision=_LATER,
            threat="unbounded-upload",
            path="src/api/**",
            stale="no such finding any more: unbounded-upload is not reported",
        ),
    ),
    threats=(
        KnownThreat(
            slug="model-output-executed",
            title="Model output is run as code",
            summary="What a model writes is run as a program. Whoever can steer the model runs code in the process.",
            how_we_look="Calls that run text as code whose text comes from a model. Code that is built by reflection is missed.",
            not_a_threat_when="The interpreter is isolated and holds nothing of value.",
            references=("https://genai.owasp.org/llmrisk/llm052025-improper-output-handling/",),
        ),
    ),
    examined=(".github/workflows/triage.yml", "docs/design.md", "docs/risks.xlsx", "src/agent/build.py", "src/agent/tools.py"),
    attack_paths=PATHS,
)
