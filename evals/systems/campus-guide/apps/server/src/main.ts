import { createApp } from './app.js';
import { db, redis } from './infra.js';
import { log } from './log.js';
import { startSweeping } from './retention.js';
import { settings } from './settings.js';

await redis.connect();
startSweeping();

const server = createApp().listen(settings.PORT, () => log.info({ port: settings.PORT }, 'listening'));

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close(async () => {
      await Promise.allSettled([redis.quit(), db.end()]);
      process.exit(0);
    });
  });
}
