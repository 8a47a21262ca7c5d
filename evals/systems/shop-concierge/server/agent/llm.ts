import OpenAI from 'openai';
import type { ChatCompletionMessageParam, ChatCompletionTool } from 'openai/resources/chat/completions';

import type { ActiveModel } from '../training/active-model';
import type { Settings } from '../settings';

export type Message = ChatCompletionMessageParam;

export class Llm {
  readonly client: OpenAI;

  constructor(
    private readonly settings: Settings,
    private readonly active: ActiveModel,
  ) {
    this.client = new OpenAI({ baseURL: settings.LLM_BASE_URL, apiKey: settings.LLM_API_KEY, timeout: 30_000, maxRetries: 1 });
  }

  async complete(messages: Message[], tools: ChatCompletionTool[] = []) {
    const completion = await this.client.chat.completions.create({
      model: await this.active.name(),
      messages,
      temperature: 0.3,
      max_completion_tokens: 800,
      ...(tools.length ? { tools, parallel_tool_calls: false } : {}),
    });
    return { message: completion.choices[0]!.message, usage: completion.usage };
  }

  async json(system: string, user: string): Promise<Record<string, unknown>> {
    const completion = await this.client.chat.completions.create({
      model: this.settings.CHAT_MODEL,
      messages: [
        { role: 'system', content: system },
        { role: 'user', content: user },
      ],
      temperature: 0,
      max_completion_tokens: 400,
      response_format: { type: 'json_object' },
    });
    return JSON.parse(completion.choices[0]?.message.content ?? '{}') as Record<string, unknown>;
  }

  async embed(text: string): Promise<number[]> {
    const { data } = await this.client.embeddings.create({ model: this.settings.EMBEDDING_MODEL, input: text });
    return data[0]!.embedding;
  }
}
