import { randomBytes } from 'node:crypto';
import { Router, urlencoded, type NextFunction, type Request, type Response } from 'express';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { redis } from './infra.js';
import { settings } from './settings.js';

export type Role = 'student' | 'staff' | 'curator';

export interface Caller {
  studentNumber: string;
  name: string;
  roles: Role[];
}

declare global {
  namespace Express {
    interface Request {
      caller?: Caller;
    }
  }
}

const SESSION_SECONDS = 8 * 3600;
const COOKIE = { httpOnly: true, secure: true, path: '/' } as const;
const keys = createRemoteJWKSet(new URL('/oauth2/jwks', settings.SSO_ISSUER));

export const login = Router();

login.get('/login', (_req, res) => {
  const nonce = randomBytes(24).toString('base64url');
  const target = new URL('/oauth2/authorize', settings.SSO_ISSUER);
  target.search = new URLSearchParams({
    client_id: settings.SSO_CLIENT_ID,
    response_type: 'id_token',
    response_mode: 'form_post',
    scope: 'openid profile campus',
    redirect_uri: `${settings.PUBLIC_URL}/auth/callback`,
    nonce,
  }).toString();
  res.cookie('sso_nonce', nonce, { ...COOKIE, sameSite: 'none', maxAge: 600_000 });
  res.redirect(target.toString());
});

login.post('/callback', urlencoded({ extended: false, limit: '32kb' }), async (req, res) => {
  const { payload } = await jwtVerify(String(req.body?.id_token ?? ''), keys, {
    issuer: settings.SSO_ISSUER,
    audience: settings.SSO_CLIENT_ID,
    algorithms: ['RS256'],
  });
  if (!payload.nonce || payload.nonce !== req.cookies.sso_nonce) {
    res.status(400).json({ error: 'login expired' });
    return;
  }
  const caller: Caller = {
    studentNumber: String(payload.campus_number),
    name: String(payload.name ?? ''),
    roles: Array.isArray(payload.campus_roles) ? (payload.campus_roles as Role[]) : ['student'],
  };
  const sid = randomBytes(32).toString('base64url');
  await redis.set(`session:${sid}`, JSON.stringify(caller), { EX: SESSION_SECONDS });
  res.clearCookie('sso_nonce', { ...COOKIE, sameSite: 'none' });
  res.cookie('sid', sid, { ...COOKIE, sameSite: 'lax', maxAge: SESSION_SECONDS * 1000 });
  res.redirect('/');
});

login.post('/logout', async (req, res) => {
  if (typeof req.cookies.sid === 'string') await redis.del(`session:${req.cookies.sid}`);
  res.clearCookie('sid', COOKIE);
  res.status(204).end();
});

export async function signedIn(req: Request, res: Response, next: NextFunction): Promise<void> {
  const sid: unknown = req.cookies.sid;
  const stored = typeof sid === 'string' ? await redis.get(`session:${sid}`) : null;
  if (!stored) {
    res.status(401).json({ error: 'please sign in' });
    return;
  }
  req.caller = JSON.parse(stored) as Caller;
  next();
}

export function requireRole(role: Role) {
  return (req: Request, res: Response, next: NextFunction): void => {
    if (req.caller?.roles.includes(role)) return next();
    res.status(403).json({ error: 'not allowed' });
  };
}
