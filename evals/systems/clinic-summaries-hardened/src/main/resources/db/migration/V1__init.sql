create extension if not exists vector;

create table clinics (id text primary key, name text not null);

create table patients (
  id uuid primary key,
  clinic_id text not null references clinics,
  family_name text not null,
  given_name text not null,
  born date not null,
  sex char(1) not null,
  insurance_no text
);

create table encounters (
  id uuid primary key default gen_random_uuid(),
  patient_id uuid not null references patients,
  at timestamptz not null,
  code text not null,
  note text not null
);

create table results (
  patient_id uuid not null references patients,
  at timestamptz not null,
  loinc text not null,
  value numeric not null,
  unit text not null
);

create table summaries (
  id uuid primary key default gen_random_uuid(),
  patient_id uuid not null references patients,
  at timestamptz not null default now(),
  body text not null,
  urgency_proposed int not null,
  urgency_sources int[] not null,
  urgency_set int,
  urgency_set_by text,
  model text not null,
  prompt_version text not null,
  letter_ids uuid[] not null,
  asked_by text not null
);

create table orders (
  id uuid primary key default gen_random_uuid(),
  clinic_id text not null references clinics,
  patient_id uuid not null references patients,
  at timestamptz not null default now(),
  kind text not null,
  detail text not null,
  reason text not null,
  drafted_for text not null,
  state text not null default 'DRAFT',
  released_by text,
  released_at timestamptz,
  oes_id text
);

create table incoming_letters (
  id uuid primary key default gen_random_uuid(),
  clinic_id text not null references clinics,
  at timestamptz not null default now(),
  sender text not null,
  family_name text not null,
  given_name text not null,
  born date not null,
  media_type text not null,
  content bytea not null,
  accepted_by text,
  patient_id uuid references patients
);

create table vector_store (
  id uuid primary key default gen_random_uuid(),
  content text,
  metadata json,
  embedding vector(384)
);

create table spring_ai_chat_memory (
  conversation_id varchar(160) not null,
  content text not null,
  type varchar(10) not null,
  "timestamp" timestamp not null
);

create table audit (
  no bigint generated always as identity primary key,
  at timestamptz not null default now(),
  who text not null,
  clinic_id text not null,
  what text not null,
  detail jsonb not null,
  hash text not null
);

grant insert, select on audit to kurzbrief_app;

create index encounters_patient on encounters (patient_id, at desc);
