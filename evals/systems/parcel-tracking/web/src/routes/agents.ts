import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { agentsNear, isAgent } from '../agents/agent.js';
import { query } from '../db.js';

const completionSchema = z.object({ number: z.string().regex(/^PX\d{8}$/), signedBy: z.string().min(2).max(80) });

export async function agentRoutes(app: FastifyInstance) {
  app.get<{ Querystring: { zip?: string } }>('/api/agents', async (request, reply) => {
    const zip = z.string().regex(/^\d{5}$/).safeParse(request.query.zip);
    return zip.success ? agentsNear(zip.data) : reply.code(400).send();
  });

  app.post<{ Params: { id: string } }>('/api/agents/:id/completions', async (request, reply) => {
    const id = Number(request.params.id);
    if (!isAgent(id, request.headers.authorization)) return reply.code(401).send();
    const completion = completionSchema.parse(request.body);
    const done = await query(
      `with held as (
         update parcels set state = 'delivered' where number = $1 and state = 'agent'
           and exists (select 1 from scans where number = $1 and kind = 'agent' and place = 'agent-' || $2)
         returning number)
       insert into completions (number, agent_id, signed_by) select number, $2::int, $3 from held returning number`,
      [completion.number, id, completion.signedBy],
    );
    return done.length === 1 ? { ok: true } : reply.code(409).send();
  });
}
