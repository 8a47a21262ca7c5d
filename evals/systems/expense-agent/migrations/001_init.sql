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
  is_manager boolean not null default false
);

create table chats (
  id text primary key,
  employee_id int not null references employees,
  messages jsonb not null,
  updated_at timestamptz not null default now()
);

create table receipts (
  id serial primary key,
  employee_id int not null references employees,
  merchant text,
  issued_on date,
  total numeric(12, 2),
  currency char(3),
  vat numeric(12, 2),
  iban text,
  full_text text not null,
  file bytea not null,
  media_type text not null
);

create table claims (
  id serial primary key,
  employee_id int not null references employees,
  receipt_id int references receipts,
  amount numeric(12, 2) not null,
  purpose text not null,
  status text not null default 'open',
  updated_at timestamptz not null default now()
);

create table notes (
  id serial primary key,
  company_id int not null references companies,
  text text not null
);
