"""What Entity Framework is asked: which records, by which columns, and whether their owner is one of them."""

from __future__ import annotations

import pytest

from tests.system.small import elements, flows, only, system_of

DATA = """
using Microsoft.EntityFrameworkCore;
namespace Data;
public class ChatDb(DbContextOptions<ChatDb> options) : DbContext(options)
{
    public DbSet<Chat> Chats { get; set; } = null!;
    public DbSet<Turn> Turns => Set<Turn>();
    protected override void OnModelCreating(ModelBuilder builder) { MODEL }
}
public class Chat { public int Id { get; set; } public string UserId { get; set; } = ""; public List<Turn> Turns { get; set; } = []; }
public class Turn { public int Id { get; set; } public int ChatId { get; set; } public string Text { get; set; } = ""; }
"""
ROUTE = """
using System.Security.Claims;
using Data;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
[ApiController, Route("api/chats"), Authorize]
public class ChatsController(ChatDb db, IChatClient model) : ControllerBase
{
    private string Me => User.FindFirstValue(ClaimTypes.NameIdentifier)!;
    [HttpGet("{id:int}")]
    public async Task<IActionResult> One(int id)
    {
        BODY
    }
    [HttpPost] public async Task<string> Ask([FromBody] string q) => (await model.GetResponseAsync(q)).Text;
}
"""


def opened(body: str, model: str = "") -> bool:
    system = system_of({"Data.cs": DATA.replace("MODEL", model), "ChatsController.cs": ROUTE.replace("BODY", body)})
    return any(route.attributes.get("anybodys_conversation") is True for route in elements(system, "http_route"))


@pytest.mark.parametrize(
    "body",
    [
        "return Ok(await db.Chats.FindAsync(id));",
        "return Ok(await db.Chats.Include(c => c.Turns).FirstOrDefaultAsync(c => c.Id == id));",
        "return Ok(await db.Chats.Where(c => c.Id == id).Select(c => c.Turns).ToListAsync());",
        "return Ok(await db.Set<Chat>().SingleAsync(c => c.Id.Equals(id)));",
        "var chat = await db.Chats.FindAsync(id); if (chat is null) return NotFound(); db.Chats.Remove(chat); await db.SaveChangesAsync(); return NoContent();",
    ],
)
def test_a_record_is_opened_by_its_number_alone(body: str) -> None:
    assert opened(body)


@pytest.mark.parametrize(
    "body",
    [
        "return Ok(await db.Chats.FirstOrDefaultAsync(c => c.Id == id && c.UserId == Me));",
        "return Ok(await db.Chats.Where(c => c.UserId == Me).FirstOrDefaultAsync(c => c.Id == id));",
        "var mine = db.Chats.Where(c => c.Id == id); mine = mine.Where(c => c.UserId == Me); return Ok(await mine.FirstAsync());",
        "var chat = await db.Chats.FindAsync(id); if (chat is null || chat.UserId != Me) return Forbid(); return Ok(chat);",
        "return Ok(await db.Chats.CountAsync(c => c.UserId == Me));",
    ],
)
def test_its_owner_is_asked_for(body: str) -> None:
    assert not opened(body)


def test_a_filter_of_the_model_stands_before_every_query_that_does_not_leave_it_out() -> None:
    model = "builder.Entity<Chat>().HasQueryFilter(c => c.UserId == caller.Id);"
    other = "builder.Entity<Chat>().HasQueryFilter(c => !c.Deleted);"
    body = "return Ok(await db.Chats.FirstOrDefaultAsync(c => c.Id == id));"
    assert not opened(body, model)
    assert opened(body, other)
    assert opened(body.replace("db.Chats.", "db.Chats.IgnoreQueryFilters()."), model)


def test_a_set_of_records_is_a_table_that_is_read_and_written() -> None:
    body = """
        var chat = await db.Chats.FirstAsync(c => c.Id == id);
        var reply = await model.GetResponseAsync("Sum up: " + chat.Turns);
        db.Turns.Add(new Turn { ChatId = id, Text = reply.Text });
        await db.SaveChangesAsync();
        return Ok(reply.Text);
    """
    system = system_of({"Data.cs": DATA.replace("MODEL", ""), "ChatsController.cs": ROUTE.replace("BODY", body)})
    assert {store.name for store in elements(system, "data_store")} == {"chat (Entity Framework)", "turn (Entity Framework)"}
    assert any(flow.source.startswith("data_store:chat ") for flow in flows(system, "prompt", "stored_data"))
    assert any(flow.target.startswith("data_store:turn ") for flow in flows(system, "store_write", "model_reply"))


def test_a_list_that_is_no_set_of_records_is_no_table() -> None:
    code = """
using Microsoft.Extensions.AI;
public class Desk(IChatClient model)
{
    private readonly List<Note> notes = [];
    public async Task<string> Of(int id) => (await model.GetResponseAsync(notes.First(n => n.Id == id).Text)).Text;
}
public class Note { public int Id { get; set; } public string UserId { get; set; } = ""; public string Text { get; set; } = ""; }
"""
    system = system_of({"Desk.cs": code})
    assert not elements(system, "data_store") and only(system, "hosted_llm")


SHOWN = """
using Data;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
public class Notes(ChatDb db, IChatClient model)
{
    public async Task Keep(int id, string question)
    {
        var reply = await model.GetResponseAsync(question);
        db.Turns.Add(new Turn { ChatId = id, Text = reply.Text });
        await db.SaveChangesAsync();
    }
    public async Task<MarkupString> Show(int id)
    {
        var turn = await db.Turns.Where(t => t.Id == id).FirstAsync();
        return new MarkupString(turn.FIELD);
    }
}
"""


@pytest.mark.parametrize(("field", "shown"), [("Text", True), ("Title", False)])
def test_a_reply_that_is_kept_in_a_field_is_shown_where_that_field_is(field: str, shown: bool) -> None:
    data = DATA.replace("MODEL", "").replace('Text { get; set; } = "";', 'Text { get; set; } = ""; public string Title { get; set; } = "";')
    system = system_of({"Data.cs": data, "Notes.cs": SHOWN.replace("FIELD", field)})
    assert bool(flows(system, "html", "model_reply")) is shown
