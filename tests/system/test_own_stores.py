"""Tables and collections of TypeScript's mappers and drivers: what is written into one comes back into a prompt."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.system.small import flows, system_of

_ROUTES = """
import express from 'express';
import OpenAI from 'openai';
import { notesOf, addNote } from './notes';
const app = express();
const openai = new OpenAI();
app.post('/notes', async (req, res) => { await addNote(req.body.userId, req.body.text); res.end(); });
app.post('/ask', async (req, res) => {
  const notes = await notesOf(req.body.userId);
  const reply = await openai.chat.completions.create({
    model: 'gpt-5', messages: [{ role: 'system', content: `Notes: ${notes.map((note) => note.text).join(' ')}` }],
  });
  res.json({ reply: reply.choices[0].message.content });
});
"""
STORES: dict[str, Mapping[str, str]] = {
    "Drizzle, by the type of its driver": {
        "notes.ts": """
import { eq } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import * as schema from './schema';
class Notes {
  constructor(private readonly db: NodePgDatabase<typeof schema>) {}
  of(userId: string) { return this.db.select().from(schema.notes).where(eq(schema.notes.userId, userId)); }
  async add(userId: string, text: string) { await this.db.insert(schema.notes).values({ userId, text }); }
}
const kept = new Notes(drizzle(process.env.DATABASE_URL!, { schema }));
export const notesOf = (userId: string) => kept.of(userId);
export const addNote = (userId: string, text: string) => kept.add(userId, text);
""",
        "schema.ts": """
import { pgTable, text } from 'drizzle-orm/pg-core';
export const notes = pgTable('notes', { userId: text('user_id'), text: text('text') });
""",
    },
    "Kysely": {
        "notes.ts": """
import { Kysely, PostgresDialect } from 'kysely';
import { Pool } from 'pg';
interface Tables { notes: { user_id: string; text: string } }
const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: new Pool() }) });
export const notesOf = (userId: string) => db.selectFrom('notes').select('text').where('user_id', '=', userId).execute();
export const addNote = (userId: string, text: string) => db.insertInto('notes').values({ user_id: userId, text }).execute();
"""
    },
    "Knex": {
        "notes.ts": """
import knex from 'knex';
const db = knex({ client: 'pg' });
export const notesOf = (userId: string) => db('notes').where({ user_id: userId }).select('text');
export async function addNote(userId: string, text: string) { await db('notes').insert({ user_id: userId, text }); }
"""
    },
    "Mongoose": {
        "notes.ts": """
import mongoose, { Schema } from 'mongoose';
const Notes = mongoose.models.Notes || mongoose.model('Notes', new Schema({ userId: String, text: String }));
export const notesOf = (userId: string) => Notes.find({ userId }).lean();
export async function addNote(userId: string, text: string) { await Notes.create({ userId, text }); }
"""
    },
    "MongoDB's driver": {
        "notes.ts": """
import { MongoClient } from 'mongodb';
const client = new MongoClient(process.env.MONGO_URL!);
const notes = client.db('app').collection('notes');
export const notesOf = (userId: string) => notes.find({ userId }).toArray();
export async function addNote(userId: string, text: string) { await notes.insertOne({ userId, text }); }
"""
    },
    "TypeORM's repository, injected": {
        "notes.ts": """
import { InjectRepository } from '@nestjs/typeorm';
import { DataSource, Repository } from 'typeorm';
import { Note } from './note.entity';
class NotesService {
  constructor(@InjectRepository(Note) private readonly notesRepository: Repository<Note>) {}
  of(userId: string) { return this.notesRepository.find({ where: { userId } }); }
  async add(userId: string, text: string) { await this.notesRepository.save({ userId, text }); }
}
const kept = new NotesService(new DataSource({ type: 'postgres' }).getRepository(Note));
export const notesOf = (userId: string) => kept.of(userId);
export const addNote = (userId: string, text: string) => kept.add(userId, text);
""",
        "note.entity.ts": "export class Note { userId!: string; text!: string; }\n",
    },
    "Sequelize": {
        "notes.ts": """
import { DataTypes, Model, Sequelize } from 'sequelize';
const sequelize = new Sequelize('sqlite::memory:');
class Notes extends Model {}
Notes.init({ userId: DataTypes.STRING, text: DataTypes.TEXT }, { sequelize });
export const notesOf = (userId: string) => Notes.findAll({ where: { userId } });
export async function addNote(userId: string, text: string) { await Notes.create({ userId, text }); }
"""
    },
}


@pytest.mark.parametrize("store", STORES.values(), ids=list(STORES))
def test_what_a_table_holds_is_written_by_one_route_and_read_into_a_prompt_by_another(store: Mapping[str, str]) -> None:
    system = system_of({"app.ts": _ROUTES, **store})
    assert {flow.source for flow in flows(system, "store_write", "user_input")} == {"http_route:POST /notes"}
    (table,) = {flow.target for flow in flows(system, "store_write", "user_input")}
    assert table.startswith("data_store:notes ("), table
    assert table in {flow.source for flow in flows(system, "system_prompt", "stored_data")}
    # Whose notes are asked for is no text of the notes.
    assert not flows(system, "system_prompt", "user_input")
