CREATE EXTENSION IF NOT EXISTS vector;

CREATE TABLE conversations (
  id bigserial PRIMARY KEY,
  owner text NOT NULL,
  title text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE turns (
  id bigserial PRIMARY KEY,
  conversation_id bigint NOT NULL REFERENCES conversations ON DELETE CASCADE,
  role text NOT NULL CHECK (role IN ('user', 'assistant')),
  content text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX turns_by_conversation ON turns (conversation_id, id);

CREATE TABLE passages (
  id bigserial PRIMARY KEY,
  title text NOT NULL,
  url text NOT NULL,
  body text NOT NULL,
  audience text NOT NULL CHECK (audience IN ('public', 'student', 'staff')),
  author text NOT NULL,
  status text NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'approved', 'rejected')),
  decided_by text,
  decided_at timestamptz,
  embedding vector(1536) NOT NULL
);
CREATE INDEX passages_by_embedding ON passages USING hnsw (embedding vector_cosine_ops);

CREATE TABLE rooms (
  name text PRIMARY KEY,
  building text NOT NULL,
  seats integer NOT NULL
);
