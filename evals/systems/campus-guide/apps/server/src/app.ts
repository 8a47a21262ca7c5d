import cookieParser from 'cookie-parser';
import express, { type ErrorRequestHandler } from 'express';
import { ZodError } from 'zod';
import { login, requireRole, signedIn } from './auth.js';
import { OverBudget } from './limits.js';
import { log } from './log.js';
import { chat } from './routes/chat.js';
import { conversations } from './routes/conversations.js';
import { extensions } from './routes/extensions.js';
import { help } from './routes/help.js';
import { hooks } from './routes/hooks.js';
import { curation, tips } from './routes/tips.js';
import { settings } from './settings.js';

const failed: ErrorRequestHandler = (error, req, res, next) => {
  if (res.headersSent) return next(error);
  if (error instanceof ZodError) return void res.status(400).json({ error: 'not understood' });
  if (error instanceof OverBudget) return void res.status(429).json({ error: error.message });
  log.error({ path: req.path, name: error?.name, message: error?.message }, 'request failed');
  res.status(500).json({ error: 'something went wrong' });
};

export function createApp(): express.Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', settings.TRUST_PROXY);
  app.use(cookieParser());

  app.get('/healthz', (_req, res) => void res.json({ ok: true }));
  app.use('/hooks', hooks);
  app.use('/auth', login);

  app.use('/api/help', express.json({ limit: '64kb' }), help);
  app.use('/api', express.json({ limit: '64kb' }), signedIn);
  app.get('/api/me', (req, res) => void res.json(req.caller));
  app.use('/api/chat', chat);
  app.use('/api/conversations', conversations);
  app.use('/api/extensions', extensions);
  app.use('/api/tips', tips);
  app.use('/api/curation', requireRole('curator'), curation);

  app.use(failed);
  return app;
}
