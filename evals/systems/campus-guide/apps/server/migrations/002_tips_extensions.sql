CREATE TABLE notices (
  id bigserial PRIMARY KEY,
  external_id text NOT NULL UNIQUE,
  title text NOT NULL,
  body text NOT NULL,
  until timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE help_questions (
  id bigserial PRIMARY KEY,
  address inet,
  messages jsonb NOT NULL,
  answer text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE extensions (
  id bigserial PRIMARY KEY,
  student_number text NOT NULL,
  course text NOT NULL,
  days integer NOT NULL,
  status text NOT NULL CHECK (status IN ('grant', 'refuse', 'refer')),
  created_at timestamptz NOT NULL DEFAULT now()
);
