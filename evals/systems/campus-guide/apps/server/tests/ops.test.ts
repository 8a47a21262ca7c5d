import { beforeAll, describe, expect, it } from 'vitest';

beforeAll(() => {
  Object.assign(process.env, {
    DATABASE_URL: 'postgres://localhost/test',
    SSO_ISSUER: 'https://sso.hallbeck.example',
    SSO_CLIENT_ID: 'test',
    NOTICES_SECRET: 'x'.repeat(32),
    LLM_API_KEY: 'test',
    CAMPUS_API_URL: 'https://api.hallbeck.example',
    CAMPUS_API_TOKEN: 'test',
  });
});

const tools = [{ name: 'ticket_read' }, { name: 'ticket_create' }, { name: 'service_rollout' }];

describe('offered', () => {
  it('keeps the tools that are wanted', async () => {
    const { offered } = await import('../src/guide/ops.js');
    expect(offered(tools, ['ticket_read'])).toEqual([{ name: 'ticket_read' }]);
  });
});

describe('audiencesOf', () => {
  it('lets staff read what staff writes', async () => {
    const { audiencesOf } = await import('../src/guide/knowledge.js');
    expect(audiencesOf({ studentNumber: '1', name: 'A', roles: ['staff'] })).toContain('staff');
    expect(audiencesOf({ studentNumber: '1', name: 'A', roles: ['student'] })).not.toContain('staff');
  });
});
