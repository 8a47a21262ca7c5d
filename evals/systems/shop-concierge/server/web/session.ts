import { getCookie } from 'hono/cookie';
import { createMiddleware } from 'hono/factory';
import { HTTPException } from 'hono/http-exception';
import { verify } from 'hono/jwt';
import { z } from 'zod';

import type { Caller } from '../agent/toolkit';

export type CustomerEnv = { Variables: { caller: Caller } };
export type StaffEnv = { Variables: { staff: string } };

const Claims = z.object({ sub: z.coerce.number().int().positive(), name: z.string(), email: z.string().email(), exp: z.number() });

/** The storefront signs the session; whoever has none is a guest. */
export const customerSession = (secret: string) =>
  createMiddleware<CustomerEnv>(async (c, next) => {
    const token = getCookie(c, 'shop_session');
    if (!token) {
      c.set('caller', {});
      return next();
    }
    const claims = Claims.safeParse(await verify(token, secret, 'HS256').catch(() => undefined));
    if (!claims.success) throw new HTTPException(401, { message: 'Please sign in again.' });
    c.set('caller', { customerId: claims.data.sub, name: claims.data.name, email: claims.data.email });
    return next();
  });

/** oauth2-proxy in front of the console signs staff in and says who they are. */
export const staffOnly = (group: 'support' | 'refunds') =>
  createMiddleware<StaffEnv>(async (c, next) => {
    const email = c.req.header('x-forwarded-email');
    const groups = (c.req.header('x-forwarded-groups') ?? '').split(',').map((name) => name.trim());
    if (!email || !groups.includes(group)) throw new HTTPException(403, { message: 'Not for you.' });
    c.set('staff', email);
    return next();
  });
