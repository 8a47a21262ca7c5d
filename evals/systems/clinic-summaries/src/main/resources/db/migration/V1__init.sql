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
  patient_id uuid primary key references patients,
  body text not null,
  urgency int not null
);

create table orders (
  id uuid primary key default gen_random_uuid(),
  patient_id uuid not null,
  kind text not null,
  detail text not null,
  oes_id text not null
);

create index encounters_patient on encounters (patient_id, at desc);
