using System.Security.Claims;

namespace Holm.Catalog.Api.Chat;

public sealed record Question(int ProductId, string Text);

public sealed record Answer(string Text, bool Complete);

public static class ChatEndpoints
{
    public static void MapChat(this WebApplication app)
    {
        app.MapPost("/chat", async (Question q, ClaimsPrincipal user, ChatService chat, CancellationToken stop) =>
        {
            if (string.IsNullOrWhiteSpace(q.Text) || q.Text.Length > 400)
            {
                return Results.BadRequest();
            }
            var answer = await chat.AskAsync(q, user.FindFirstValue("sub"), stop);
            return answer is null ? Results.NotFound() : Results.Ok(answer);
        }).RequireRateLimiting("chat");
    }
}
