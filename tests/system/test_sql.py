"""Statements in strings: what a model says is their text, or a value that is bound to them; by each language's ways to ask a database."""

from __future__ import annotations

import pytest

from tests.system.small import controls_on, flows, system_of

TYPESCRIPT = """
import {{ Pool }} from "pg";
import mysql from "mysql2/promise";
import Database from "better-sqlite3";
import knexFactory from "knex";
import {{ PrismaClient, Prisma }} from "@prisma/client";
import {{ drizzle }} from "drizzle-orm/node-postgres";
import {{ sql }} from "drizzle-orm";
import postgres from "postgres";
import {{ createPool, sql as slonik }} from "slonik";
import {{ Sequelize, QueryTypes }} from "sequelize";
import {{ DataSource }} from "typeorm";
import {{ sql as kysely }} from "kysely";
import mssql from "mssql";
import {{ createClient }} from "@libsql/client";
import {{ neon }} from "@neondatabase/serverless";
import {{ sql as vercel }} from "@vercel/postgres";
import {{ BigQuery }} from "@google-cloud/bigquery";
import {{ open }} from "sqlite";
import {{ SqlDatabase }} from "langchain/sql_db";
import {{ QuerySqlTool }} from "langchain/tools/sql";
import OpenAI from "openai";

const client = new OpenAI();
const pool = new Pool();
const my = mysql.createPool({{}});
const lite = new Database("a.db");
const knex = knexFactory({{ client: "pg" }});
const prisma = new PrismaClient();
const drizzled = drizzle(pool);
const tagged = postgres("postgres://db");
const sequelize = new Sequelize("postgres://db");
const source = new DataSource({{}});
const turso = createClient({{ url: "file:a.db" }});
const asked = neon("postgres://db");
const bigquery = new BigQuery();

export async function act(task: string) {{
  const reply = await client.responses.create({{ model: "gpt-5", input: task }});
  const city = reply.output_text;
  {statement}
}}
"""

TYPESCRIPT_WRITTEN = [
    "await pool.query({ text: `SELECT * FROM a WHERE b = '${city}'` });",
    "const one = await pool.connect(); await one.query(`SELECT * FROM a WHERE b = '${city}'`);",
    "await my.execute(`SELECT * FROM a WHERE b = '${city}'`);",
    "await my.query({ sql: 'SELECT * FROM a WHERE b = ' + city });",
    "lite.prepare(`SELECT * FROM a WHERE b = '${city}'`).all();",
    "await knex.raw(`SELECT * FROM a WHERE b = '${city}'`);",
    "await knex('a').whereRaw(`b = '${city}'`);",
    "await knex('a').where('c', 1).orderByRaw(city);",
    "await knex.transaction(async (within) => within.raw(city));",
    "await prisma.$queryRawUnsafe(`SELECT * FROM a WHERE b = '${city}'`);",
    "await prisma.$queryRaw(Prisma.raw(`SELECT * FROM a WHERE b = '${city}'`));",
    "await prisma.$transaction(async (within) => within.$executeRawUnsafe(city));",
    "await drizzled.execute(sql.raw(`SELECT * FROM a WHERE b = '${city}'`));",
    "await drizzled.execute(`SELECT * FROM a WHERE b = '${city}'`);",
    "await tagged.unsafe(`SELECT * FROM a WHERE b = '${city}'`);",
    "await sequelize.query(`SELECT * FROM a WHERE b = '${city}'`);",
    "await source.query(`SELECT * FROM a WHERE b = '${city}'`);",
    "await source.manager.query(`SELECT * FROM a WHERE b = '${city}'`);",
    "await source.getRepository(City).createQueryBuilder('c').where(`c.name = '${city}'`).getMany();",
    "await kysely.raw(city).execute(db);",
    "await (await mssql.connect('x')).request().query(`SELECT * FROM a WHERE b = '${city}'`);",
    "await turso.execute(`SELECT * FROM a WHERE b = '${city}'`);",
    "await turso.execute({ sql: `SELECT * FROM a WHERE b = '${city}'`, args: [] });",
    "await asked.query(`SELECT * FROM a WHERE b = '${city}'`);",
    "await asked(`SELECT * FROM a WHERE b = '${city}'`);",
    "await vercel.query(`SELECT * FROM a WHERE b = '${city}'`);",
    "await bigquery.query({ query: `SELECT * FROM a WHERE b = '${city}'` });",
    "const db = await open({ filename: 'a.db' }); await db.all(`SELECT * FROM a WHERE b = '${city}'`);",
    "const db = await SqlDatabase.fromDataSourceParams({ appDataSource: source }); await db.run(city);",
    "await new QuerySqlTool(db).invoke(city);",
]
TYPESCRIPT_BOUND = [
    'await pool.query({ text: "SELECT * FROM a WHERE b = $1", values: [city] });',
    'await my.execute("SELECT * FROM a WHERE b = ?", [city]);',
    'await my.query({ sql: "SELECT * FROM a WHERE b = ?", values: [city] });',
    'lite.prepare("SELECT * FROM a WHERE b = ?").all(city);',
    'await knex.raw("SELECT * FROM a WHERE b = ?", [city]);',
    'await knex("a").whereRaw("b = ?", [city]);',
    'await knex("a").where("b", city);',
    "await prisma.$queryRaw`SELECT * FROM a WHERE b = ${city}`;",
    "await prisma.$executeRaw`DELETE FROM a WHERE b = ${city}`;",
    'await prisma.$queryRawUnsafe("SELECT * FROM a WHERE b = $1", city);',
    "await prisma.$queryRaw(Prisma.sql`SELECT * FROM a WHERE b = ${city}`);",
    "await drizzled.execute(sql`SELECT * FROM a WHERE b = ${city}`);",
    "await tagged`SELECT * FROM a WHERE b = ${city}`;",
    'await tagged.unsafe("SELECT * FROM a WHERE b = $1", [city]);',
    'await sequelize.query("SELECT * FROM a WHERE b = :b", { replacements: { b: city }, type: QueryTypes.SELECT });',
    'await source.query("SELECT * FROM a WHERE b = $1", [city]);',
    'await source.getRepository(City).createQueryBuilder("c").where("c.name = :name", { name: city }).getMany();',
    "await kysely`SELECT * FROM a WHERE b = ${city}`.execute(db);",
    'await (await mssql.connect("x")).request().input("b", mssql.VarChar, city).query("SELECT * FROM a WHERE b = @b");',
    'await turso.execute({ sql: "SELECT * FROM a WHERE b = ?", args: [city] });',
    "await asked`SELECT * FROM a WHERE b = ${city}`;",
    'await asked.query("SELECT * FROM a WHERE b = $1", [city]);',
    "await vercel`SELECT * FROM a WHERE b = ${city}`;",
    'await bigquery.query({ query: "SELECT * FROM a WHERE b = @b", params: { b: city } });',
    "const slow = await createPool('x'); await slow.any(slonik.unsafe`SELECT * FROM a WHERE b = ${city}`);",
]

JAVA = """
package com.acme;

import com.baomidou.mybatisplus.core.conditions.query.QueryWrapper;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.openai.OpenAiChatModel;
import jakarta.persistence.EntityManager;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.util.Map;
import org.hibernate.Session;
import org.jdbi.v3.core.Jdbi;
import org.jooq.DSLContext;
import org.neo4j.cypherdsl.core.Cypher;
import org.neo4j.cypherdsl.core.renderer.Renderer;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.r2dbc.core.DatabaseClient;

class App {{
    private final ChatModel model = OpenAiChatModel.builder().modelName("gpt-5").build();
    private JdbcTemplate jdbc;
    private NamedParameterJdbcTemplate named;
    private JdbcClient fluent;
    private EntityManager manager;
    private Session session;
    private DSLContext dsl;
    private Jdbi jdbi;
    private DatabaseClient reactive;
    private Connection connection;
    private org.neo4j.driver.Session graph;

    void act(String task) throws Exception {{
        String city = model.chat(task);
        {statement}
    }}
}}
"""
JAVA_WRITTEN = [
    """try (Statement s = connection.createStatement()) { s.executeQuery("SELECT * FROM a WHERE b = '" + city + "'"); }""",
    """connection.createStatement().executeUpdate(String.format("DELETE FROM a WHERE b = '%s'", city));""",
    """PreparedStatement p = connection.prepareStatement("SELECT * FROM a WHERE b = '" + city + "'");""",
    """jdbc.update("UPDATE a SET b = '%s'".formatted(city));""",
    """StringBuilder text = new StringBuilder("SELECT * FROM a WHERE b = '"); text.append(city); jdbc.queryForList(text.toString());""",
    """named.query("SELECT * FROM a WHERE b = '" + city + "'", Map.of(), rs -> {});""",
    """fluent.sql("SELECT * FROM a WHERE b = '" + city + "'").query();""",
    """manager.createNativeQuery("SELECT * FROM a WHERE b = '" + city + "'").getResultList();""",
    """manager.createQuery("SELECT a FROM A a WHERE a.b = '" + city + "'").getResultList();""",
    """session.createNativeQuery("SELECT * FROM a WHERE b = '" + city + "'").list();""",
    """dsl.fetch("SELECT * FROM a WHERE b = '" + city + "'");""",
    """jdbi.withHandle(h -> h.createQuery("SELECT * FROM a WHERE b = '" + city + "'").mapToMap().list());""",
    """reactive.sql("SELECT * FROM a WHERE b = '" + city + "'").fetch();""",
    """new QueryWrapper<City>().eq("c", 1).last("ORDER BY " + city);""",
    """graph.run("MATCH (n:" + city + ") RETURN n");""",
]
JAVA_BOUND = [
    """PreparedStatement p = connection.prepareStatement("SELECT * FROM a WHERE b = ?"); p.setString(1, city); p.executeQuery();""",
    """jdbc.query("SELECT * FROM a WHERE b = ?", rs -> {}, city);""",
    """jdbc.update("UPDATE a SET b = ?", city);""",
    """named.query("SELECT * FROM a WHERE b = :b", Map.of("b", city), rs -> {});""",
    """fluent.sql("SELECT * FROM a WHERE b = :b").param("b", city).query();""",
    """manager.createNativeQuery("SELECT * FROM a WHERE b = :b").setParameter("b", city).getResultList();""",
    """session.createQuery("FROM A WHERE b = :b").setParameter("b", city).list();""",
    """dsl.fetch("SELECT * FROM a WHERE b = ?", city);""",
    """jdbi.withHandle(h -> h.createQuery("SELECT * FROM a WHERE b = :b").bind("b", city).mapToMap().list());""",
    """reactive.sql("SELECT * FROM a WHERE b = :b").bind("b", city).fetch();""",
    """new QueryWrapper<City>().eq("b", city).apply("c > {0}", city);""",
    """String text = Renderer.getDefaultRenderer().render(Cypher.match(Cypher.node(city)).returning("n").build()); graph.run(text);""",
]

GO = """
package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	sq "github.com/Masterminds/squirrel"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jmoiron/sqlx"
	"github.com/tmc/langchaingo/llms"
	"github.com/uptrace/bun"
	"gorm.io/gorm"
)

type App struct {{
	model llms.Model
	db    *sql.DB
	x     *sqlx.DB
	pool  *pgxpool.Pool
	orm   *gorm.DB
	bun   *bun.DB
}}

func (a *App) act(ctx context.Context, task string) {{
	city, _ := llms.GenerateFromSinglePrompt(ctx, a.model, task)
	var out []string
	{statement}
}}
"""
GO_WRITTEN = [
    """a.db.Query("SELECT * FROM a WHERE b = '" + city + "'")""",
    """tx, _ := a.db.BeginTx(ctx, nil); tx.ExecContext(ctx, fmt.Sprintf("DELETE FROM a WHERE b = '%s'", city))""",
    """var b strings.Builder; b.WriteString("SELECT * FROM a WHERE b = "); b.WriteString(city); a.db.Query(b.String())""",
    """a.x.Select(&out, "SELECT b FROM a WHERE b = '"+city+"'")""",
    """a.x.SelectContext(ctx, &out, "SELECT b FROM a WHERE b = '"+city+"'")""",
    """a.x.NamedQuery("SELECT * FROM a WHERE b = '"+city+"'", nil)""",
    """a.pool.Query(ctx, "SELECT b FROM a WHERE b = '"+city+"'")""",
    """tx, _ := a.pool.Begin(ctx); tx.Exec(ctx, "DELETE FROM a WHERE b = '"+city+"'")""",
    """a.orm.Raw("SELECT b FROM a WHERE b = '" + city + "'").Scan(&out)""",
    """a.orm.WithContext(ctx).Model(&App{}).Select("b").Where("b = '" + city + "'").Find(&out)""",
    """a.bun.NewRaw("SELECT b FROM a WHERE b = '"+city+"'").Scan(ctx, &out)""",
    """a.bun.NewSelect().Where("b = '" + city + "'").Scan(ctx, &out)""",
    """sq.Select("b").From("a").Where("b = '" + city + "'").RunWith(a.db).Query()""",
]
GO_BOUND = [
    """a.db.Query("SELECT * FROM a WHERE b = ?", city)""",
    """tx, _ := a.db.BeginTx(ctx, nil); tx.ExecContext(ctx, "DELETE FROM a WHERE b = $1", city)""",
    """stmt, _ := a.db.Prepare("SELECT * FROM a WHERE b = $1"); stmt.Query(city)""",
    """a.x.GetContext(ctx, &out, "SELECT b FROM a WHERE b = $1", city)""",
    """a.x.NamedExec("INSERT INTO a VALUES (:b)", map[string]any{"b": city})""",
    """a.pool.QueryRow(ctx, "SELECT b FROM a WHERE b = $1", city)""",
    """a.orm.Raw("SELECT b FROM a WHERE b = ?", city).Scan(&out)""",
    """a.orm.Where("b = ?", city).Find(&out)""",
    """a.orm.Where(&City{Name: city}).Find(&out)""",
    """a.bun.NewRaw("SELECT b FROM a WHERE b = ?", city).Scan(ctx, &out)""",
    """a.bun.NewSelect().Where("b = ?", city).Scan(ctx, &out)""",
    """sq.Select("b").From("a").Where(sq.Eq{"b": city}).RunWith(a.db).Query()""",
]

CSHARP = """
using Dapper;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using MySqlConnector;
using Npgsql;
using System.Data;
using System.Data.Common;

namespace Acme;

public class App(IChatClient client, ShopContext db, IDbConnection any, NpgsqlDataSource source, SqlConnection server, SqliteConnection lite)
{{
    public async Task Act(string task)
    {{
        var city = (await client.GetResponseAsync(task)).Text;
        {statement}
    }}
}}
"""
CSHARP_WRITTEN = [
    """using var command = new SqlCommand($"SELECT * FROM a WHERE b = '{city}'", server);""",
    """using var command = new SqlCommand { Connection = server, CommandText = $"SELECT * FROM a WHERE b = '{city}'" };""",
    """using var c = server.CreateCommand(); c.CommandText = "SELECT * FROM a WHERE b = '" + city + "'"; c.ExecuteReader();""",
    """var c = lite.CreateCommand(); c.CommandText = $"SELECT * FROM a WHERE b = '{city}'"; await c.ExecuteScalarAsync();""",
    """DbCommand c = any.CreateCommand(); c.CommandText = city; c.ExecuteNonQuery();""",
    """var c = db.Database.GetDbConnection().CreateCommand(); c.CommandText = city; await c.ExecuteReaderAsync();""",
    """await using var c = source.CreateCommand($"SELECT * FROM a WHERE b = '{city}'");""",
    """using var c = new NpgsqlCommand("SELECT * FROM a WHERE b = '" + city + "'");""",
    """var c = new MySqlCommand("SELECT * FROM a WHERE b = '" + city + "'");""",
    """var adapter = new SqlDataAdapter("SELECT * FROM a WHERE b = '" + city + "'", server);""",
    """var rows = any.Query<string>("SELECT * FROM a WHERE b = '" + city + "'");""",
    """any.Execute($"DELETE FROM a WHERE b = '{city}'");""",
    """await db.Orders.FromSqlRaw("SELECT * FROM a WHERE b = '" + city + "'").ToListAsync();""",
    """await db.Database.ExecuteSqlRawAsync($"DELETE FROM a WHERE b = '{city}'");""",
    """db.Database.SqlQueryRaw<int>($"SELECT id FROM a WHERE b = '{city}'").ToList();""",
]
CSHARP_BOUND = [
    """using var c = new SqlCommand("SELECT * FROM a WHERE b = @b", server); c.Parameters.AddWithValue("@b", city); c.ExecuteReader();""",
    """var c = lite.CreateCommand(); c.CommandText = "SELECT * FROM a WHERE b = $b"; c.Parameters.AddWithValue("$b", city); c.ExecuteReader();""",
    """any.Execute("DELETE FROM a WHERE b = @city", new { city });""",
    """await server.QueryAsync<string>("SELECT * FROM a WHERE b = @city", new { city });""",
    """await db.Orders.FromSqlRaw("SELECT * FROM a WHERE b = {0}", city).ToListAsync();""",
    """await db.Orders.FromSql($"SELECT * FROM a WHERE b = {city}").ToListAsync();""",
    """await db.Orders.FromSqlInterpolated($"SELECT * FROM a WHERE b = {city}").ToListAsync();""",
    """await db.Database.ExecuteSqlAsync($"DELETE FROM a WHERE b = {city}");""",
    """db.Database.SqlQuery<int>($"SELECT id FROM a WHERE b = {city}").ToList();""",
]

LANGUAGES = [
    ("app.ts", TYPESCRIPT, TYPESCRIPT_WRITTEN, TYPESCRIPT_BOUND),
    ("src/main/java/com/acme/App.java", JAVA, JAVA_WRITTEN, JAVA_BOUND),
    ("main.go", GO, GO_WRITTEN, GO_BOUND),
    ("App.cs", CSHARP, CSHARP_WRITTEN, CSHARP_BOUND),
]
WRITTEN = [(path, program, statement) for path, program, written, _bound in LANGUAGES for statement in written]
BOUND = [(path, program, statement) for path, program, _written, bound in LANGUAGES for statement in bound]


def lines_of_queries(path: str, program: str, statement: str) -> set[int]:
    """Lines on which a model's reply becomes the text of a query."""
    system = system_of({path: program.format(statement=statement)})
    found = [flow for flow in flows(system, "query", "model_reply") if "parameterised_query" not in controls_on(system, flow.id)]
    return {flow.steps[-1].start_line for flow in found}


def line_of(program: str) -> int:
    return program.split("{statement}")[0].count("\n") + 1


@pytest.mark.parametrize(("path", "program", "statement"), WRITTEN, ids=[f"{path}-{statement[:60]}" for path, _p, statement in WRITTEN])
def test_a_reply_that_becomes_part_of_a_statement_is_found(path: str, program: str, statement: str) -> None:
    assert lines_of_queries(path, program, statement) == {line_of(program)}


@pytest.mark.parametrize(("path", "program", "statement"), BOUND, ids=[f"{path}-{statement[:60]}" for path, _p, statement in BOUND])
def test_a_reply_that_is_bound_to_a_statement_is_no_part_of_it(path: str, program: str, statement: str) -> None:
    assert lines_of_queries(path, program, statement) == set()


@pytest.mark.parametrize(("path", "program"), [(path, program) for path, program, _w, _b in LANGUAGES], ids=[one[0] for one in LANGUAGES])
def test_programs_around_the_statements_ask_nothing_themselves(path: str, program: str) -> None:
    assert lines_of_queries(path, program, "") == set()


REPOSITORY = """
package com.acme;

import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

interface Guests extends JpaRepository<Guest, Long> {
    @Query(value = "SELECT * FROM guests WHERE city = ?1", nativeQuery = true)
    Object byCity(String city);
}
"""


def test_a_spring_repository_binds_the_parameters_of_its_query() -> None:
    program = JAVA.format(statement="guests.byCity(city);").replace("private Session", "private Guests guests;\n    private Session")
    files = {"src/main/java/com/acme/App.java": program, "src/main/java/com/acme/Guests.java": REPOSITORY}
    assert flows(system_of(files), "query") == []


@pytest.mark.parametrize(("update", "kept"), [('{"$inc": {"seen": 1}}', False), ('{"$set": {"last": key}}', True)])
def test_what_chooses_the_records_that_change_is_not_written_into_them(update: str, kept: bool) -> None:
    system = system_of(f"""
        from fastapi import FastAPI
        from pymongo import MongoClient

        app = FastAPI()
        rows = MongoClient("mongodb://store")["notes"]["rows"]

        @app.post("/seen/{{key}}")
        def seen(key: str):
            rows.update_one({{"id": key}}, {update})
        """)
    assert bool(flows(system, "store_write", "user_input")) is kept
