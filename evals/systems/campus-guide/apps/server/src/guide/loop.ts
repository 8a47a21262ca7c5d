import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { log } from '../log.js';
import { settings } from '../settings.js';
import { streamTurn } from './llm.js';
import type { Toolbox } from './tools.js';

export interface LoopEvents {
  text(piece: string): void;
  tool(name: string): void;
}

export interface LoopResult {
  answer: string;
  tokens: number;
}

const OUT_OF_STEPS = 'I could not finish this. Please ask the Student Office, they can see your file.';

export async function runLoop(
  model: string,
  messages: ChatCompletionMessageParam[],
  toolbox: Toolbox,
  events: LoopEvents,
  signal?: AbortSignal,
): Promise<LoopResult> {
  let tokens = 0;
  for (let step = 0; step < settings.GUIDE_MAX_STEPS; step += 1) {
    const turn = await streamTurn(model, messages, toolbox.specs, events.text, signal);
    tokens += turn.tokens;
    if (turn.calls.length === 0) return { answer: turn.text, tokens };

    messages.push({ role: 'assistant', content: turn.text || null, tool_calls: turn.calls });
    for (const call of turn.calls) {
      events.tool(call.function.name);
      const content = await attempt(toolbox, call.function.name, call.function.arguments);
      messages.push({ role: 'tool', tool_call_id: call.id, content });
    }
  }
  events.text(OUT_OF_STEPS);
  return { answer: OUT_OF_STEPS, tokens };
}

async function attempt(toolbox: Toolbox, name: string, args: string): Promise<string> {
  try {
    const result = await toolbox.run(name, JSON.parse(args || '{}'));
    return result.slice(0, 12_000);
  } catch (error) {
    log.warn({ tool: name, reason: (error as Error).name }, 'tool failed');
    return 'The tool failed.';
  }
}
