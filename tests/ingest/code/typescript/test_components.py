"""Components of Vue and Svelte: their code with the places it has in the file, and hostile markup."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.code.typescript import read_typescript
from ingest.facts import CodeFacts
from tests.ingest.code.reading import called, facts_of, program_of
from tests.ingest.code.test_properties import assert_whole

SETUP = """\
<template>
  <section v-if="ready" :class="{ wide: wide }">
    <Turn v-for="({ id, words }, at) in turns" :key="id" :words="words" @picked="pick(id)" />
    <p v-for="one, n of lines">{{ shout(one < 3 ? 'a' : "}") }}</p>
    <article v-html="render(answer)"></article>
    <br>
    <button @click="send">Send</button>
  </section>
</template>

<script lang="ts" setup>
import { ref } from 'vue'
import Turn from './Turn.vue'

const props = defineProps<{ wide: boolean; ready?: boolean }>()
const answer = ref<string>('')
const turns = ref<{ id: number; words: string }[]>([])
async function send() {
  answer.value = await ask(props.wide)
}
</script>

<style>
p > a { color: red; }
</style>
"""
OPTIONS = """\
<template>
  <div v-html="shown"></div>
  <turn-row :words="reply" />
</template>
<script>
import TurnRow from './TurnRow'
export default {
  props: ['topic'],
  data() {
    return { reply: '' }
  },
  computed: {
    shown() { return mark(this.reply) },
  },
  methods: {
    async ask() { this.reply = await load(this.topic) },
  },
  mounted() { this.ask() },
}
</script>
"""
SVELTE = """\
<script module>
  export const LIMIT = limit();
</script>
<script lang="ts">
  import Turn from './Turn.svelte';
  let { words, role = 'user' }: { words: string; role?: string } = $props();
  let html = $derived(mark(words));
  function send() { post(words) }
</script>

{#if words}
  <Turn text={words} on:click={() => send()} {...rest()} />
{:else if role === 'x'}
  {#each lines() as line, i (line)}<li>{i}: {show(line)}</li>{/each}
{/if}
{@html html}
"""


def _line(text: str, words: str) -> int:
    return next(number for number, line in enumerate(text.split("\n"), 1) if words in line)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("<Turn v-for", "./Turn_vue.Turn"), ("shout(", "shout"), ("v-html", "jsx.innerHTML"), ("v-html", "render"), ("ask(props", "ask"),
        ("@picked", "pick"), ("answer = ref", "vue.ref"),
    ],
)  # fmt: skip
def test_code_of_a_component_stands_where_it_is_written(words: str, name: str) -> None:
    program = program_of({"App.vue": SETUP, "Turn.vue": "<script setup>defineProps(['words'])</script><template><p/></template>"})
    assert name in called(program, _line(SETUP, words), "App.vue") or name in _texts(facts_of(SETUP, "App.vue"), _line(SETUP, words))


def _texts(facts: CodeFacts, line: int) -> set[str]:
    return {
        facts.values[value.inputs[0]].text.removeprefix("@") for value in facts.values if value.kind == "call" and value.line == line
    }  # fmt: skip


def test_a_template_below_is_read_behind_the_script_and_the_style_is_not() -> None:
    facts = facts_of(SETUP, "web/App.vue")
    assert not facts.errors
    assert facts.module == "./web/App_vue"
    assert facts.lines == SETUP.count("\n") + 1
    assert {function.name for function in facts.functions} >= {"App", "send"}
    assert not any(value.text == "color" for value in facts.values)


def test_options_are_a_class() -> None:
    facts = facts_of(OPTIONS, "Chat.vue")
    assert not facts.errors
    (one,) = facts.classes
    assert {name for name, *_rest in one.fields} == {"reply"}
    assert {"shown", "ask", "mounted", "$draw"} <= {facts.functions[index].name for index in one.methods}
    assert {value.line for value in facts.values if value.kind == "call" and facts.values[value.inputs[0]].text == "@jsx.innerHTML"} == {2}


def test_svelte_markup_is_what_the_component_does_last() -> None:
    facts = facts_of(SVELTE, "Turns.svelte")
    assert not facts.errors
    assert "limit" in _texts(facts, 2)
    assert "mark" in _texts(facts, _line(SVELTE, "$derived"))
    assert {"Turn", "rest"} <= _texts(facts, _line(SVELTE, "<Turn"))
    assert {"lines", "show"} <= _texts(facts, _line(SVELTE, "{#each"))
    assert "jsx.innerHTML" in _texts(facts, _line(SVELTE, "{@html"))


def test_a_template_in_another_language_is_told() -> None:
    facts = facts_of("<template lang='pug'>\np= x\n</template>\n<script setup>\nask()\n</script>\n", "A.vue")
    assert any("pug" in error for error in facts.errors)
    assert "ask" in _texts(facts, 5)


def test_an_expression_cannot_close_what_is_around_it() -> None:
    facts = facts_of("<template>\n<p>{{ 1) } hidden() { (0 }}</p>\n<b>{{ seen() }}</b>\n</template>\n", "A.vue")
    assert any("brackets" in error for error in facts.errors)
    assert "seen" in _texts(facts, 3)
    assert "hidden" not in _texts(facts, 2)


@pytest.mark.parametrize("suffix", [".vue", ".svelte"])
@pytest.mark.parametrize(
    "text",
    ["", "<", "<script", "<script>", "<template>", "<template><p", "{", "{{", "<p a={", "<p a='", "</p>", "<!--", "{#each", "{/if}",
     "<script setup>export default {", "<p :a=\"`${\">", "\0\ufeff", "{:else}", "<script>export default { data() { return", "{@html"],
)  # fmt: skip
def test_broken_files_end_in_facts(text: str, suffix: str) -> None:
    assert_whole(read_typescript(f"a{suffix}", "product", text))


@pytest.mark.parametrize("suffix", [".vue", ".svelte"])
@pytest.mark.parametrize(
    "part", ["<p>", "</p>", "{{", "{", "`${", "<p a={", "{#if x}", "<template>", "<b v-for='a in b'>", "(", "<!--", "{/if}"]
)
def test_a_file_is_read_in_time_that_grows_with_it(part: str, suffix: str) -> None:
    text = f"<template>{part * 4_000}</template><script>{part * 500}</script>"
    started = time.process_time()
    assert_whole(read_typescript(f"a{suffix}", "product", text))
    assert time.process_time() - started < 20


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([*SETUP.split("\n"), *SVELTE.split("\n"), "{", "}", "<p", '"', "`", "{{"]), max_size=30), st.booleans())
def test_any_lines_end_in_facts(lines: list[str], svelte: bool) -> None:
    assert_whole(read_typescript("a.svelte" if svelte else "a.vue", "product", "\n".join(lines)))
