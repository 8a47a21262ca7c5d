function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

export const config = {
  port: Number(process.env.PORT ?? 3000),
  databaseUrl: process.env.DATABASE_URL ?? 'postgres://belegt_app@localhost:5432/belegt',
  jwtSecret: required('JWT_SECRET'),
  inboundSecret: required('INBOUND_SECRET'),
  fintrail: {
    url: process.env.FINTRAIL_URL ?? 'https://api.fintrail.example/v1',
    key: required('FINTRAIL_KEY'),
  },
  smtpUrl: process.env.SMTP_URL ?? 'smtp://localhost:1025',
  mailFrom: 'belegt <expenses@belegt.example>',
  tokensPerDay: 2_000_000,
};
