import pino from 'pino';

export const createLog = (level: string) =>
  pino({
    level,
    base: { service: 'concierge' },
    serializers: { err: (error: Error) => ({ type: error.name, cause: error.cause instanceof Error ? error.cause.message : undefined }) },
    redact: ['*.email', '*.name', 'req.headers.cookie', 'req.headers.authorization'],
  });

export type Log = ReturnType<typeof createLog>;
