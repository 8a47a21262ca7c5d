import { Hono } from 'hono';
import { sign } from 'hono/jwt';
import { describe, expect, it } from 'vitest';

import { redact } from '../server/training/redact';
import { customerSession, type CustomerEnv } from '../server/web/session';

const SECRET = 'a-secret-for-tests-only-0123456789abcdef';

describe('session of a customer', () => {
  const app = new Hono<CustomerEnv>().use(customerSession(SECRET)).get('/', (c) => c.json(c.get('caller')));
  const claims = { sub: '7', name: 'Anna', email: 'anna@example.org', exp: Math.floor(Date.now() / 1000) + 60 };
  const ask = (token: string) => app.request('/', { headers: { cookie: `shop_session=${token}` } });

  it('takes a session of the storefront', async () => {
    const response = await ask(await sign(claims, SECRET, 'HS256'));
    expect(await response.json()).toEqual({ customerId: 7, name: 'Anna', email: 'anna@example.org' });
  });

  it('refuses one that somebody else signed', async () => {
    expect((await ask(await sign(claims, `${SECRET}x`, 'HS256'))).status).toBe(401);
  });

  it('takes everybody else for a guest', async () => {
    expect(await (await app.request('/')).json()).toEqual({});
  });
});

describe('redact', () => {
  it('removes addresses of mail, numbers of phones and accounts', () => {
    expect(redact('write to anna@example.org or +49 171 2345678')).toBe('write to <email> or <phone>');
    expect(redact('AT61 1904 3002 3457 3201 please')).toBe('<iban> please');
  });
});
