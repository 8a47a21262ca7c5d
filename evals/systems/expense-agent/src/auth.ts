import fastifyJwt from '@fastify/jwt';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { config } from './config.js';
import { one } from './db.js';

export interface Employee {
  id: number;
  company_id: number;
  email: string;
  name: string;
  department: string | null;
  iban: string;
  is_manager: boolean;
}

export async function registerAuth(app: FastifyInstance) {
  await app.register(fastifyJwt, { secret: config.jwtSecret });
}

/** The employee whose session token came with the request. */
export async function currentEmployee(request: FastifyRequest): Promise<Employee> {
  const { sub } = await request.jwtVerify<{ sub: string }>();
  const employee = await one<Employee>('select * from employees where id = $1', [Number(sub)]);
  if (!employee) throw Object.assign(new Error('unknown employee'), { statusCode: 401 });
  return employee;
}
