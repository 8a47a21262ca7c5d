import OpenAI from 'openai';
import type { ChatCompletionMessageFunctionToolCall, ChatCompletionMessageParam, ChatCompletionTool } from 'openai/resources/chat/completions';
import { settings } from '../settings.js';

export const openai = new OpenAI({
  apiKey: settings.LLM_API_KEY,
  baseURL: settings.LLM_BASE_URL,
  timeout: 45_000,
  maxRetries: 1,
});

export interface Turn {
  text: string;
  calls: ChatCompletionMessageFunctionToolCall[];
  tokens: number;
}

export async function streamTurn(
  model: string,
  messages: ChatCompletionMessageParam[],
  tools: ChatCompletionTool[],
  onText: (piece: string) => void,
  signal?: AbortSignal,
): Promise<Turn> {
  const stream = await openai.chat.completions.create(
    {
      model,
      messages,
      ...(tools.length ? { tools } : {}),
      max_completion_tokens: 900,
      stream: true,
      stream_options: { include_usage: true },
    },
    { signal },
  );
  const turn: Turn = { text: '', calls: [], tokens: 0 };
  for await (const chunk of stream) {
    turn.tokens = chunk.usage?.total_tokens ?? turn.tokens;
    const delta = chunk.choices[0]?.delta;
    if (delta?.content) {
      turn.text += delta.content;
      onText(delta.content);
    }
    for (const part of delta?.tool_calls ?? []) {
      const call = (turn.calls[part.index] ??= { id: '', type: 'function', function: { name: '', arguments: '' } });
      if (part.id) call.id = part.id;
      call.function.name += part.function?.name ?? '';
      call.function.arguments += part.function?.arguments ?? '';
    }
  }
  return turn;
}

export async function embed(text: string): Promise<number[]> {
  const { data } = await openai.embeddings.create({ model: settings.EMBED_MODEL, input: text.slice(0, 6000) });
  return data[0]!.embedding;
}
