import { convertToModelMessages, stepCountIs, streamText, type UIMessage } from 'ai';
import type { FastifyInstance } from 'fastify';
import { model } from '../agent/model.js';
import { systemPrompt } from '../agent/prompt.js';
import { toolsFor } from '../agent/tools/index.js';
import { currentEmployee } from '../auth.js';
import { one, rows } from '../db.js';

export async function chatRoutes(app: FastifyInstance) {
  app.post<{ Body: { id: string; messages: UIMessage[] } }>('/chat', async (request, reply) => {
    const employee = await currentEmployee(request);
    const { id, messages } = request.body;

    const result = streamText({
      model,
      system: await systemPrompt(employee),
      messages: convertToModelMessages(messages),
      tools: toolsFor(employee),
      stopWhen: stepCountIs(50),
      experimental_telemetry: {
        isEnabled: true,
        recordInputs: true,
        recordOutputs: true,
        metadata: { email: employee.email, chat: id },
      },
    });

    reply.hijack();
    result.pipeUIMessageStreamToResponse(reply.raw, {
      originalMessages: messages,
      onFinish: async ({ messages: all }) => {
        await rows(
          `insert into chats (id, employee_id, messages) values ($1, $2, $3)
           on conflict (id) do update set messages = excluded.messages, updated_at = now()`,
          [id, employee.id, JSON.stringify(all)],
        );
      },
    });
  });

  app.get<{ Params: { id: string } }>('/chats/:id', async (request, reply) => {
    await currentEmployee(request);
    const chat = await one('select id, messages, updated_at from chats where id = $1', [request.params.id]);
    return chat ?? reply.code(404).send();
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
