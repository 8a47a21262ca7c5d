import { beforeAll, describe, expect, it, vi } from 'vitest';

beforeAll(() => {
  process.env.HELPDESK_URL = 'https://helpdesk.hallbeck.example';
  process.env.HELPDESK_TOKEN = 'test';
});

function ask(header?: string) {
  const res = { status: vi.fn().mockReturnThis(), json: vi.fn() };
  const next = vi.fn();
  return { req: { get: () => header } as never, res: res as never, next, status: res.status };
}

describe('bearer', () => {
  it('refuses a wrong token', async () => {
    const { bearer } = await import('../src/http.js');
    const { req, res, next, status } = ask('Bearer no');
    bearer('yes')(req, res, next);
    expect(status).toHaveBeenCalledWith(401);
    expect(next).not.toHaveBeenCalled();
  });

  it('passes the right one', async () => {
    const { bearer } = await import('../src/http.js');
    const { req, res, next } = ask('Bearer yes');
    bearer('yes')(req, res, next);
    expect(next).toHaveBeenCalledOnce();
  });
});
