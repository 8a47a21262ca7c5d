import { pino } from 'pino';

export const log = pino({
  name: 'campus-guide',
  level: process.env.LOG_LEVEL ?? 'info',
  redact: ['req.headers.cookie', 'req.headers.authorization', '*.content', '*.question'],
});
