export const config = {
  port: Number(process.env.PORT ?? 3000),
  databaseUrl: process.env.DATABASE_URL ?? 'postgres://belegt@localhost:5432/belegt',
  jwtSecret: process.env.JWT_SECRET || 'belegt-dev-secret',
  fintrail: {
    url: process.env.FINTRAIL_URL ?? 'https://api.fintrail.example/v1',
    key: process.env.FINTRAIL_KEY ?? '',
  },
  smtpUrl: process.env.SMTP_URL ?? 'smtp://localhost:1025',
  mailFrom: 'belegt <expenses@belegt.example>',
};
