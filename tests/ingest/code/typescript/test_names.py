"""What a call means in TypeScript and JavaScript: names through imports, objects, configuration and callbacks."""

from __future__ import annotations

import pytest

from ingest.code.program import Program
from ingest.code.typescript.names import specifier
from ingest.config.package_json import read_package_json
from ingest.config.tsconfig import read_tsconfig
from ingest.facts import OFFERED, ConfigFacts
from tests.ingest.code.reading import called, facts_of

TYPES = {"openai": "openai.OpenAI", "express": "express.Application"}


def program_of(files: dict[str, str]) -> Program:
    """The linked program of code and the configuration beside it."""
    code = [facts_of(text, path) for path, text in sorted(files.items()) if not path.endswith(".json")]
    configuration = [
        ConfigFacts(
            path, "product", (read_package_json if path.endswith("package.json") else read_tsconfig)(text, path), text.count("\n") + 1
        )
        for path, text in sorted(files.items())
        if path.endswith(".json")
    ]
    program = Program(code, TYPES.get, configuration)
    program.link()
    return program


def called_here(files: dict[str, str] | str) -> set[str]:
    """Qualified names called on the one line marked `// here`."""
    given = {"app.ts": files} if isinstance(files, str) else files
    path, text = next((path, text) for path, text in given.items() if "// here" in text)
    line = next(number for number, line in enumerate(facts_text(text), 1) if line.rstrip().endswith("// here"))
    return called(program_of(given), line, path)


def facts_text(text: str) -> list[str]:
    from textwrap import dedent

    return dedent(text).split("\n")


IN_ONE_FILE = {
    "a named import": ("import { exec } from 'child_process';\nexec('ls'); // here\n", "node:child_process.exec"),
    "node's own prefix": ("import { exec } from 'node:child_process';\nexec('ls'); // here\n", "node:child_process.exec"),
    "an alias": ("import { exec as run } from 'child_process';\nrun('ls'); // here\n", "node:child_process.exec"),
    "a namespace": ("import * as cp from 'child_process';\ncp.exec('ls'); // here\n", "node:child_process.exec"),
    "a default import of a package": ("import axios from 'axios';\naxios.get('x'); // here\n", "axios.get"),
    "a default import by its name": ("import { default as axios } from 'axios';\naxios.get('x'); // here\n", "axios.get"),
    "require": ("const cp = require('child_process');\ncp.exec('ls'); // here\n", "node:child_process.exec"),
    "require, taken apart": ("const { exec: run } = require('child_process');\nrun('ls'); // here\n", "node:child_process.exec"),
    "require on the spot": ("require('child_process').exec('ls'); // here\n", "node:child_process.exec"),
    "import =": ("import cp = require('child_process');\ncp.exec('ls'); // here\n", "node:child_process.exec"),
    "a dynamic import": ("async function f() {\n  const { exec } = await import('child_process');\n  exec('ls'); // here\n}\n", "node:child_process.exec"),
    "the default of a dynamic import": ("async function f() {\n  const fs = (await import('fs')).default;\n  fs.readFileSync('x'); // here\n}\n", "node:fs.readFileSync"),
    "a part of a package": ("import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nnew McpServer({}); // here\n", "@modelcontextprotocol/sdk/server/mcp.McpServer"),
    "a constructed default import": ("import OpenAI from 'openai';\nnew OpenAI().chat.completions.create({}); // here\n", "openai.OpenAI.chat.completions.create"),
    "a constructed require": ("const OpenAI = require('openai');\nconst c = new OpenAI();\nc.responses.create({}); // here\n", "openai.OpenAI.responses.create"),
    "a factory": ("import express from 'express';\nconst app = express();\napp.post('/x', f); // here\n", "express.Application.post"),
    "a factory nobody knows": ("import make from 'maker';\nmake().run(); // here\n", "maker().run"),
    "a global": ("eval('1'); // here\n", "globalThis.eval"),
    "a global of the window": ("window.eval('1'); // here\n", "globalThis.eval"),
    "a member of a global": ("console.log('x'); // here\n", "globalThis.console.log"),
    "a variable for a function": ("import { exec } from 'child_process';\nconst run = exec;\nrun('ls'); // here\n", "node:child_process.exec"),
    "a choice of functions": ("import { exec, spawn } from 'child_process';\nconst run = quick ? exec : spawn;\nrun('ls'); // here\n", "node:child_process.spawn"),
    "a fallback": ("import { exec } from 'child_process';\nfunction f(run) {\n  run = run ?? exec;\n  run('ls'); // here\n}\n", "node:child_process.exec"),
    "a default of a parameter": ("import { exec } from 'child_process';\nfunction f(run = exec) {\n  run('ls'); // here\n}\n", "node:child_process.exec"),
    "a table of functions": ("import { exec } from 'child_process';\nconst table = { exec, other: 1 };\ntable.exec('ls'); // here\n", "node:child_process.exec"),
    "a table, by a key in quotes": ("import { exec } from 'child_process';\nconst table = { 'run-it': exec };\ntable['run-it']('ls'); // here\n", "node:child_process.exec"),
    "promisify": ("import { promisify } from 'util';\nimport { exec } from 'child_process';\nconst run = promisify(exec);\nrun('ls'); // here\n", "node:child_process.exec"),
    "optional calls": ("import cp from 'child_process';\ncp?.exec?.('ls'); // here\n", "node:child_process.exec"),
    "a cast": ("import cp from 'child_process';\n(cp as any)!.exec('ls'); // here\n", "node:child_process.exec"),
    "an annotated parameter": ("import OpenAI from 'openai';\nfunction f(c: OpenAI) {\n  c.responses.create({}); // here\n}\n", "openai.OpenAI.responses.create"),
    "an optional parameter": ("import OpenAI from 'openai';\nfunction f(c?: OpenAI | null) {\n  c?.responses.create({}); // here\n}\n", "openai.OpenAI.responses.create"),
    "an argument passed on": ("import { exec } from 'child_process';\nfunction f(run) {\n  run('ls'); // here\n}\nf(exec);\n", "node:child_process.exec"),
    "a property of an argument": ("import { exec } from 'child_process';\nfunction f({ run }) {\n  run('ls'); // here\n}\nf({ run: exec });\n", "node:child_process.exec"),
    "a function declared below": ("import OpenAI from 'openai';\nfunction f() {\n  make().responses.create({}); // here\n  function make() { return new OpenAI(); }\n}\n", "openai.OpenAI.responses.create"),
    "a variable set in a closure": ("import OpenAI from 'openai';\nlet client;\nfunction init() { client = new OpenAI(); }\nfunction f() {\n  client.responses.create({}); // here\n}\n", "openai.OpenAI.responses.create"),
    "useMemo": ("import OpenAI from 'openai';\nimport { useMemo } from 'react';\nfunction f() {\n  const c = useMemo(() => new OpenAI(), []);\n  c.responses.create({}); // here\n}\n", "openai.OpenAI.responses.create"),
    "an element of an array": ("import { exec } from 'child_process';\nfor (const run of [exec]) {\n  run('ls'); // here\n}\n", "node:child_process.exec"),
    "an element in a callback": ("import OpenAI from 'openai';\n[new OpenAI()].forEach((c) => {\n  c.responses.create({}); // here\n});\n", "openai.OpenAI.responses.create"),
    "a namespace of the language": ("import { exec } from 'child_process';\nnamespace Shell { export const run = exec; }\nShell.run('ls'); // here\n", "node:child_process.exec"),
    "a component": ("import { Chat } from 'ui';\nconst x = <Chat a={1} />; // here\n", "ui.Chat"),
    "an element of markup": ("const x = <div dangerouslySetInnerHTML={{ __html: y }} />; // here\n", "jsx.div"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "name"), IN_ONE_FILE.values(), ids=IN_ONE_FILE.keys())
def test_a_call_is_known_by_its_qualified_name_through(text: str, name: str) -> None:
    assert name in called_here({"app.tsx" if "<" in text and "/>" in text else "app.ts": text})


@pytest.mark.parametrize("text", [text for text, _name in IN_ONE_FILE.values() if ":" not in text.replace("node:", "") and " as " not in text and "namespace" not in text and "import cp = " not in text])  # fmt: skip
def test_javascript_is_read_the_same_way(text: str) -> None:
    assert called_here({"app.jsx": text}) == called_here({"app.tsx": text}) != set()


THROUGH_OBJECTS = {
    "a field set in the constructor": "class Bot {\n  constructor() { this.client = new OpenAI(); }\n  ask() {\n    this.client.responses.create({}); // here\n  }\n}\n",
    "a field of the class": "class Bot {\n  private client = new OpenAI();\n  ask() {\n    this.client.responses.create({}); // here\n  }\n}\n",
    "a private field": "class Bot {\n  #client = new OpenAI();\n  ask() {\n    this.#client.responses.create({}); // here\n  }\n}\n",
    "an annotated field": "class Bot {\n  client: OpenAI;\n  ask() {\n    this.client.responses.create({}); // here\n  }\n}\n",
    "a parameter property": "class Bot {\n  constructor(private readonly client: OpenAI) {}\n  ask() {\n    this.client.responses.create({}); // here\n  }\n}\n",
    "a static field": "class Bot {\n  static client = new OpenAI();\n}\nBot.client.responses.create({}); // here\n",
    "a getter": "class Bot {\n  get client() { return new OpenAI(); }\n  ask() {\n    this.client.responses.create({}); // here\n  }\n}\n",
    "a static factory": "class Bot {\n  static make() { return new OpenAI(); }\n}\nBot.make().responses.create({}); // here\n",
    "a closure inside a method": "class Bot {\n  client = new OpenAI();\n  ask(items) {\n    items.forEach(() => {\n      this.client.responses.create({}); // here\n    });\n  }\n}\n",
    "a function that is a field": "class Bot {\n  client = new OpenAI();\n  ask = async () => {\n    this.client.responses.create({}); // here\n  };\n}\n",
    "inheritance": "class Base {\n  client = new OpenAI();\n}\nclass Bot extends Base {\n  ask() {\n    this.client.responses.create({}); // here\n  }\n}\n",
    "what the base was given": "class Base {\n  constructor(client) { this.client = client; }\n}\nclass Bot extends Base {\n  constructor() { super(new OpenAI()); }\n  ask() {\n    this.client.responses.create({}); // here\n  }\n}\n",
    "inheritance from outside": "class Bot extends OpenAI {}\nnew Bot().responses.create({}); // here\n",
    "an interface's implementation": "interface Maker { make(): unknown }\nclass Real implements Maker {\n  make() { return new OpenAI(); }\n}\nfunction f(m: Maker) {\n  m.make().responses.create({}); // here\n}\n",
    "an object of settings": "const services = { ai: { client: new OpenAI() } };\nservices.ai.client.responses.create({}); // here\n",
    "an object filled later": "const services: any = {};\nservices.client = new OpenAI();\nservices.client.responses.create({}); // here\n",
    "a promise": "const ready = Promise.resolve(new OpenAI());\nready.then((c) => {\n  c.responses.create({}); // here\n});\n",
}  # fmt: skip


@pytest.mark.parametrize("text", THROUGH_OBJECTS.values(), ids=THROUGH_OBJECTS.keys())
def test_a_client_is_known_through(text: str) -> None:
    assert "openai.OpenAI.responses.create" in called_here("import OpenAI from 'openai';\n" + text)


CLIENT = "import OpenAI from 'openai';\nexport const client = new OpenAI();\nexport default client;\n"
USE = "client.responses.create({}); // here\n"
ACROSS_FILES: dict[str, dict[str, str]] = {
    "a relative import": {"lib/ai.ts": CLIENT, "app/a.ts": f"import {{ client }} from '../lib/ai';\n{USE}"},
    "a relative import with its suffix": {"lib/ai.ts": CLIENT, "app/a.ts": f"import {{ client }} from '../lib/ai.js';\n{USE}"},
    "a default export": {"lib/ai.ts": CLIENT, "app/a.ts": f"import client from '../lib/ai';\n{USE}"},
    "an index file": {"lib/index.ts": CLIENT, "app/a.ts": f"import {{ client }} from '../lib';\n{USE}"},
    "a re-export": {"lib/ai.ts": CLIENT, "lib/index.ts": "export { client } from './ai';\n", "a.ts": f"import {{ client }} from './lib';\n{USE}"},
    "a renamed re-export": {"lib/ai.ts": CLIENT, "lib/index.ts": "export { default as client } from './ai';\n", "a.ts": f"import {{ client }} from './lib';\n{USE}"},
    "export *": {"lib/ai.ts": CLIENT, "lib/index.ts": "export * from './ai';\n", "a.ts": f"import {{ client }} from './lib';\n{USE}"},
    "export * twice": {"lib/ai.ts": CLIENT, "lib/b.ts": "export * from './ai';\n", "lib/index.ts": "export * from './b';\n", "a.ts": f"import {{ client }} from './lib';\n{USE}"},
    "export * as": {"lib/ai.ts": CLIENT, "lib/index.ts": "export * as ai from './ai';\n", "a.ts": "import { ai } from './lib';\nai.client.responses.create({}); // here\n"},
    "an import that is exported": {"lib/ai.ts": CLIENT, "lib/index.ts": "import { client } from './ai';\nexport { client };\n", "a.ts": f"import {{ client }} from './lib';\n{USE}"},
    "a list of exports": {"lib.ts": "import OpenAI from 'openai';\nconst made = new OpenAI();\nexport { made as client };\n", "a.ts": f"import {{ client }} from './lib';\n{USE}"},
    "module.exports": {"lib.js": "const OpenAI = require('openai');\nmodule.exports = { client: new OpenAI() };\n", "a.js": f"const {{ client }} = require('./lib');\n{USE}"},
    "module.exports of one thing": {"lib.js": "const OpenAI = require('openai');\nmodule.exports = new OpenAI();\n", "a.js": f"const client = require('./lib');\n{USE}"},
    "exports.name": {"lib.js": "const OpenAI = require('openai');\nexports.client = new OpenAI();\n", "a.js": f"const {{ client }} = require('./lib');\n{USE}"},
    "a path of tsconfig": {"tsconfig.json": '{\n  // our own\n  "compilerOptions": {"paths": {"~ai/*": ["./packages/ai/*"]}},\n}', "packages/ai/x.ts": CLIENT, "src/a.ts": f"import {{ client }} from '~ai/x';\n{USE}"},
    "a base folder of tsconfig": {"tsconfig.json": '{"compilerOptions": {"baseUrl": "src"}}', "src/lib/ai.ts": CLIENT, "src/app/a.ts": f"import {{ client }} from 'lib/ai';\n{USE}"},
    "an inherited tsconfig": {"tsconfig.base.json": '{"compilerOptions": {"paths": {"#ai": ["lib/ai.ts"]}}}', "web/tsconfig.json": '{"extends": "../tsconfig.base.json"}', "lib/ai.ts": CLIENT, "web/a.ts": f"import {{ client }} from '#ai';\n{USE}"},
    "the usual alias without tsconfig": {"src/lib/ai.ts": CLIENT, "src/app/a.ts": f"import {{ client }} from '@/lib/ai';\n{USE}"},
    "a package of the monorepo": {"packages/ai/package.json": '{"name": "@acme/ai", "main": "dist/index.js"}', "packages/ai/src/index.ts": CLIENT, "apps/web/a.ts": f"import {{ client }} from '@acme/ai';\n{USE}"},
    "a part of a package": {"packages/ai/package.json": '{"name": "@acme/ai", "exports": {"./client": {"import": "./dist/the-client.js"}}}', "packages/ai/src/the-client.ts": CLIENT, "apps/a.ts": f"import {{ client }} from '@acme/ai/client';\n{USE}"},
    "imports of package.json": {"package.json": '{"name": "x", "imports": {"#ai/*": "./src/ai/*.js"}}', "src/ai/client.ts": CLIENT, "src/a.ts": f"import {{ client }} from '#ai/client';\n{USE}"},
    "a method across files": {"bot.ts": "import OpenAI from 'openai';\nexport class Bot {\n  client = new OpenAI();\n}\n", "a.ts": "import { Bot } from './bot';\nnew Bot().client.responses.create({}); // here\n"},
    "a file with dots in its name": {"ai.server.ts": CLIENT, "a.ts": f"import {{ client }} from './ai.server';\n{USE}"},
}  # fmt: skip


@pytest.mark.parametrize("files", ACROSS_FILES.values(), ids=ACROSS_FILES.keys())
def test_a_client_of_another_file_is_known_through(files: dict[str, str]) -> None:
    assert "openai.OpenAI.responses.create" in called_here(files)


NOT_KNOWN = {
    "a package that is called like a file": {"openai.ts": "export function create() {}\n", "a.ts": "import { create } from 'openai';\ncreate(); // here\n"},
    "a local function called like a global": {"a.ts": "function eval(x) {}\neval('1'); // here\n"},
    "a variable of a block that has ended": {"a.ts": "import { exec } from 'child_process';\nfunction f(run) {\n  { const run = exec; }\n  run('ls'); // here\n}\n"},
    "a parameter called like an import": {"a.ts": "import { exec } from 'child_process';\nfunction f(exec) {\n  exec('ls'); // here\n}\n"},
    "a path of another project's tsconfig": {"one/tsconfig.json": '{"compilerOptions": {"paths": {"ai": ["./ai.ts"]}}}', "one/ai.ts": CLIENT, "two/a.ts": f"import {{ client }} from 'ai';\n{USE}"},
    "a method of an object literal's neighbour": {"a.ts": "import { exec } from 'child_process';\nconst table = { run: exec, log: (x) => x };\ntable.log('ls'); // here\n"},
}  # fmt: skip
FORBIDDEN = {"./openai.create", "globalThis.eval", "node:child_process.exec", "openai.OpenAI.responses.create"}


@pytest.mark.parametrize("files", NOT_KNOWN.values(), ids=NOT_KNOWN.keys())
def test_a_call_is_not_taken_for_another_by(files: dict[str, str]) -> None:
    assert not called_here(files) & FORBIDDEN


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://esm.sh/marked", "marked"),
        ("https://esm.sh/marked@15.0.1", "marked"),
        ("https://cdn.jsdelivr.net/npm/@scope/name@2/+esm", "@scope/name"),
        ("https://unpkg.com/react-dom@19/server", "react-dom/server"),
        ("https://cdn.skypack.dev/lodash.template?min", "lodash_template"),
        ("npm:openai@6", "openai"),
        ("https://example.com/marked", "https://example_com/marked"),  # serves whatever it likes
    ],
)
def test_a_package_that_is_imported_by_its_address_goes_by_its_name(written: str, meant: str) -> None:
    assert specifier(written, "public/page.js") == meant


@pytest.mark.parametrize(
    "declared",
    [
        "type Client = ReturnType<typeof make>;",
        "type Client = Awaited<ReturnType<typeof made>>;",
        "type Client = ReturnType<typeof open>['llm'];",
        "type Client = typeof shared;",
        "type Client = (typeof parts)['llm'] | undefined;",
        "type Client = Parts['llm']; type Parts = ReturnType<typeof open>;",
        "type Client = typeof shared & { closed?: boolean };",
    ],
)
def test_types_that_are_taken_of_values_are_what_these_are(declared: str) -> None:
    parts = """
    import OpenAI from 'openai';
    export const make = () => new OpenAI();
    export async function made() { return new OpenAI(); }
    export function open() { return { llm: new OpenAI(), close: () => 1 }; }
    export const shared = new OpenAI();
    const parts = { llm: shared };
    DECLARED
    export type { Client };
    """
    used = """
    import type { Client } from './parts';
    class Asking {
      constructor(private readonly client: Client) {}
      ask(text: string) {
        return this.client.chat(text); // here
      }
    }
    """
    assert called_here({"parts.ts": parts.replace("DECLARED", declared), "app.ts": used}) == {"openai.OpenAI.chat"}


def test_what_a_schema_infers_is_no_schema() -> None:
    text = """
    import OpenAI from 'openai';
    import { z } from 'zod';
    const Question = z.object({ text: z.string() });
    function ask(question: z.infer<typeof Question>) {
      question.parse(1); // here
    }
    """
    assert called_here(text) == {"zod.z.infer.parse"}


def test_what_is_imported_stays_what_it_is_where_the_file_changes_it() -> None:
    kept = """
    import Fastify from 'fastify';
    export class Kept { put(one: unknown) { return this; } ask(text: string) { return text; } add(one: unknown) { return this; } }
    export const kept = new Kept();
    """
    used = """
    import { kept } from './kept';
    kept.add(1);
    kept.add(2);
    export function ask(text: string) {
      return kept.ask(text); // here
    }
    """
    assert called_here({"kept.ts": kept, "app.ts": used}) == {"./kept.Kept.ask"}


@pytest.mark.parametrize("handed", ["ask", "asking.ask", "asking['ask']"])
def test_a_function_that_is_handed_by_name_is_called_with_what_was_waited_for(handed: str) -> None:
    text = """
    import OpenAI from 'openai';
    function ask(client) {
      return client.chat(1); // here
    }
    const asking = { ask };
    async function make() { return new OpenAI(); }
    make().then(HANDED);
    """
    assert called_here(text.replace("HANDED", handed)) == {"openai.OpenAI.chat"}


def test_names_that_one_declaration_exports_are_offered_in_the_order_they_are_written() -> None:
    names = ["POST", "PUT", "PATCH", "DELETE", "GET", "HEAD", "OPTIONS", "TRACE"]
    facts = facts_of(f"export const {{ {', '.join(names)} }} = makeHandlers();", "app/route.ts")
    assert [given.target for given in facts.imports if given.local == OFFERED] == names
