import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { secureHeaders } from 'hono/secure-headers';
import { ZodError } from 'zod';

import type { Container } from './container';
import { chatRoutes } from './web/chat';
import { consoleRoutes } from './web/console';
import { hookRoutes } from './web/hooks';

export function createApp(container: Container) {
  const app = new Hono();
  app.use(secureHeaders());
  app.get('/healthz', (c) => c.json({ ok: true }));
  app.route('/api/console', consoleRoutes(container));
  app.route('/api/hooks', hookRoutes(container));
  app.route('/api', chatRoutes(container));
  app.use('/*', serveStatic({ root: './dist/web' }));

  app.onError((failure, c) => {
    if (failure instanceof HTTPException) return failure.getResponse();
    if (failure instanceof ZodError || failure instanceof SyntaxError) return c.json({ error: 'bad request' }, 400);
    container.log.error({ err: failure, path: c.req.path }, 'request failed');
    return c.json({ error: 'something went wrong' }, 500);
  });
  return app;
}
