create table companies (
  id serial primary key,
  name text not null,
  policy text not null default ''
);

create table employees (
  id serial primary key,
  company_id int not null references companies,
  email text not null unique,
  name text not null,
  department text,
  iban text not null,
  is_manager boolean not null default false,
  totp_secret text,
  mail_token text not null unique
);

create table chats (
  id uuid primary key default gen_random_uuid(),
  employee_id int not null references employees,
  updated_at timestamptz not null default now()
);

create table messages (
  id bigint generated always as identity primary key,
  chat_id uuid not null references chats on delete cascade,
  message jsonb not null
);

create table receipts (
  id serial primary key,
  employee_id int not null references employees,
  merchant text,
  issued_on date,
  total numeric(12, 2),
  currency char(3),
  vat numeric(12, 2),
  full_text text not null,
  file bytea not null,
  sha256 char(64) not null,
  media_type text not null
);

create table claims (
  id serial primary key,
  employee_id int not null references employees,
  receipt_id int references receipts,
  category text not null,
  amount numeric(12, 2) not null check (amount > 0),
  purpose text not null,
  reason text not null,
  verdict jsonb not null,
  status text not null default 'prepared' check (status in ('prepared', 'confirmed', 'rejected', 'paid')),
  model text not null,
  prompt_version text not null,
  updated_at timestamptz not null default now()
);

create table confirmations (
  claim_id int not null references claims,
  manager_id int not null references employees,
  at timestamptz not null default now(),
  primary key (claim_id, manager_id)
);

create table usage (
  company_id int not null references companies,
  day date not null default current_date,
  tokens bigint not null default 0,
  primary key (company_id, day)
);

create table audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  actor text not null,
  action text not null,
  claim_id int,
  detail jsonb not null
);

create function audit_add(actor text, action text, claim_id int, detail jsonb) returns void
  language sql security definer set search_path = public
  as 'insert into audit (actor, action, claim_id, detail) values ($1, $2, $3, $4)';

revoke all on audit from public;
grant execute on function audit_add to belegt_app;
