import { serve } from '@hono/node-server';

import { createApp } from './app';
import { createContainer } from './container';
import { loadSettings } from './settings';

const container = createContainer(loadSettings());
const server = serve({ fetch: createApp(container).fetch, port: container.settings.PORT }, ({ port }) =>
  container.log.info({ port }, 'listening'),
);

process.once('SIGTERM', () => {
  server.close(() => void container.close());
});
