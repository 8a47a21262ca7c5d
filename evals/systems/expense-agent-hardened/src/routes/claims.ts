import type { FastifyInstance } from 'fastify';
import { authenticator } from 'otplib';
import { z } from 'zod';
import { currentEmployee, type Employee } from '../auth.js';
import { one, rows } from '../db.js';
import { audit } from '../lib/audit.js';
import { transfer } from '../lib/bank.js';

const decisionSchema = z.object({ decision: z.enum(['confirm', 'reject']), code: z.string().length(6) });

interface Claim {
  id: number;
  employee_id: number;
  amount: string;
  purpose: string;
  reason: string;
  verdict: unknown;
  sha256: string;
  name: string;
  iban: string;
  company_id: number;
}

const CLAIM = `select c.id, c.employee_id, c.amount, c.purpose, c.reason, c.verdict, r.sha256, e.name, e.iban, e.company_id
  from claims c join employees e on e.id = c.employee_id join receipts r on r.id = c.receipt_id
  where c.id = $1 and e.company_id = $2 and c.status = 'prepared'`;

export async function claimRoutes(app: FastifyInstance) {
  app.get('/claims/inbox', async (request) => {
    const manager = await managerOf(request);
    return rows(
      `select c.id, e.name, c.amount, c.category, c.purpose, c.verdict, c.reason, c.receipt_id
       from claims c join employees e on e.id = c.employee_id
       where e.company_id = $1 and c.status = 'prepared' and c.employee_id <> $2 order by c.id`,
      [manager.company_id, manager.id],
    );
  });

  app.post<{ Params: { id: string } }>('/claims/:id/decision', async (request, reply) => {
    const manager = await managerOf(request);
    const { decision, code } = decisionSchema.parse(request.body);
    if (!manager.totp_secret || !authenticator.check(code, manager.totp_secret)) return reply.code(403).send();
    const claim = await one<Claim>(CLAIM, [Number(request.params.id), manager.company_id]);
    if (!claim || claim.employee_id === manager.id) return reply.code(404).send();

    const seen = { receipt: claim.sha256, amount: claim.amount, verdict: claim.verdict, reason: claim.reason };
    await audit(manager.email, decision, claim.id, seen);
    if (decision === 'reject') {
      await rows("update claims set status = 'rejected', updated_at = now() where id = $1", [claim.id]);
      return { status: 'rejected' };
    }

    await rows('insert into confirmations (claim_id, manager_id) values ($1, $2) on conflict do nothing', [
      claim.id,
      manager.id,
    ]);
    const count = await one<{ n: number }>('select count(*)::int as n from confirmations where claim_id = $1', [claim.id]);
    if (count!.n < (Number(claim.amount) > 2000 ? 2 : 1)) return { status: 'one more confirmation' };

    const taken = await one(
      "update claims set status = 'confirmed', updated_at = now() where id = $1 and status = 'prepared' returning id",
      [claim.id],
    );
    if (!taken) return reply.code(409).send();
    const payment = await transfer({
      key: `claim-${claim.id}`,
      companyId: claim.company_id,
      payee: claim.name,
      iban: claim.iban,
      amount: claim.amount,
      reference: `Expense ${claim.id}`,
    });
    await rows("update claims set status = 'paid', updated_at = now() where id = $1", [claim.id]);
    await audit('belegt', 'paid', claim.id, { payment: payment.id });
    return { status: 'paid' };
  });
}

async function managerOf(request: Parameters<typeof currentEmployee>[0]): Promise<Employee> {
  const employee = await currentEmployee(request);
  if (!employee.is_manager) throw Object.assign(new Error('managers only'), { statusCode: 403 });
  return employee;
}
