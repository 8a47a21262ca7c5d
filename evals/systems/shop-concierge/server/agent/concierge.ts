import type { ConversationRepository } from '../data/conversations';
import type { MemoryBook } from '../memory/memory';
import type { Meter } from '../metering/meter';
import type { Log } from '../common/log';
import type { AnswerBook } from './answers';
import type { Llm, Message } from './llm';
import { systemPrompt } from './prompt';
import type { Caller, Toolkit } from './toolkit';

const MAX_STEPS = 8;
const OUT_OF_STEPS = 'I could not finish this. A colleague will get back to you.';

export interface ConciergeParts {
  llm: Llm;
  toolkit: Toolkit;
  memory: MemoryBook;
  answers: AnswerBook;
  conversations: ConversationRepository;
  meter: Meter;
  log: Log;
}

export class Concierge {
  constructor(private readonly parts: ConciergeParts) {}

  async reply(caller: Caller, conversationId: number, question: string): Promise<string> {
    const { llm, toolkit, memory, answers, conversations, meter, log } = this.parts;
    await meter.assertBudget(caller);

    const history = await conversations.lastTurns(conversationId, 20);
    if (history.length === 0) {
      const known = await answers.find(question);
      if (known) {
        await conversations.append(conversationId, question, known);
        return known;
      }
    }

    const facts = await memory.recall(question, caller.customerId);
    const messages: Message[] = [
      { role: 'system', content: systemPrompt(caller, facts) },
      ...history.map(({ role, body }): Message => ({ role, content: body })),
      { role: 'user', content: question },
    ];

    const tools = await toolkit.open({ caller, conversationId });
    let answer = OUT_OF_STEPS;
    let calls = 0;
    for (let step = 0; step < MAX_STEPS; step += 1) {
      const { message, usage } = await llm.complete(messages, tools.specs);
      await meter.record(caller, usage);
      messages.push(message);
      if (!message.tool_calls?.length) {
        answer = message.content ?? '';
        break;
      }
      for (const call of message.tool_calls) {
        if (call.type !== 'function') continue;
        calls += 1;
        const result = await tools.run(call.function.name, call.function.arguments);
        messages.push({ role: 'tool', tool_call_id: call.id, content: result });
      }
    }

    await conversations.append(conversationId, question, answer);
    if (history.length === 0 && calls === 0) await answers.keep(question, answer);
    if (caller.customerId) await memory.learn(caller.customerId, messages);
    log.info({ conversationId, calls, guest: !caller.customerId }, 'answered');
    return answer;
  }
}
