import { convertToModelMessages, stepCountIs, streamText, type UIMessage } from 'ai';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { model } from '../agent/model.js';
import { systemPrompt } from '../agent/prompt.js';
import { toolsFor } from '../agent/tools/index.js';
import { currentEmployee } from '../auth.js';
import { one, rows } from '../db.js';
import { mayStillAsk, used } from '../lib/budget.js';

const bodySchema = z.object({ chatId: z.uuid(), text: z.string().min(1).max(4000) });

export async function chatRoutes(app: FastifyInstance) {
  app.post('/chats', async (request) => {
    const employee = await currentEmployee(request);
    return one('insert into chats (employee_id) values ($1) returning id', [employee.id]);
  });

  app.post(
    '/chat',
    {
      config: {
        rateLimit: { max: 30, timeWindow: '1 hour', keyGenerator: (request) => request.headers.authorization ?? request.ip },
      },
    },
    async (request, reply) => {
      const employee = await currentEmployee(request);
      const { chatId, text } = bodySchema.parse(request.body);
      const chat = await one('select id from chats where id = $1 and employee_id = $2', [chatId, employee.id]);
      if (!chat) return reply.code(404).send();
      if (!(await mayStillAsk(employee.company_id))) return reply.code(429).send({ error: 'budget of the day used up' });

      const before = await rows<{ message: UIMessage }>(
        'select message from messages where chat_id = $1 order by id desc limit 40',
        [chatId],
      );
      const question: UIMessage = { id: crypto.randomUUID(), role: 'user', parts: [{ type: 'text', text }] };
      const messages = [...before.map((row) => row.message).reverse(), question];
      await keep(chatId, question);

      const result = streamText({
        model,
        system: await systemPrompt(employee),
        messages: convertToModelMessages(messages),
        tools: toolsFor(employee),
        stopWhen: stepCountIs(8),
        maxOutputTokens: 1500,
        experimental_telemetry: {
          isEnabled: true,
          recordInputs: false,
          recordOutputs: false,
          metadata: { chat: chatId },
        },
        onFinish: ({ totalUsage }) => used(employee.company_id, totalUsage.totalTokens ?? 0),
      });

      reply.hijack();
      result.pipeUIMessageStreamToResponse(reply.raw, {
        originalMessages: messages,
        onFinish: ({ responseMessage }) => keep(chatId, responseMessage),
      });
    },
  );

  app.get<{ Params: { id: string } }>('/chats/:id', async (request, reply) => {
    const employee = await currentEmployee(request);
    const chat = await one('select id, updated_at from chats where id = $1 and employee_id = $2', [
      request.params.id,
      employee.id,
    ]);
    if (!chat) return reply.code(404).send();
    return { ...chat, messages: await rows('select message from messages where chat_id = $1 order by id', [chat.id]) };
  });

  app.get('/chats', async (request) => {
    const employee = await currentEmployee(request);
    return rows('select id, updated_at from chats where employee_id = $1 order by updated_at desc', [employee.id]);
  });

  app.delete<{ Params: { id: string } }>('/chats/:id', async (request) => {
    const employee = await currentEmployee(request);
    await rows('delete from chats where id = $1 and employee_id = $2', [request.params.id, employee.id]);
    return { ok: true };
  });
}

async function keep(chatId: string, message: UIMessage): Promise<void> {
  await rows('insert into messages (chat_id, message) values ($1, $2)', [chatId, JSON.stringify(message)]);
  await rows('update chats set updated_at = now() where id = $1', [chatId]);
}
