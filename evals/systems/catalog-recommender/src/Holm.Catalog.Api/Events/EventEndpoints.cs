using System.ComponentModel.DataAnnotations;

namespace Holm.Catalog.Api.Events;

public sealed record PageEvent(
    [property: RegularExpression("^(view|dwell)$")] string Kind,
    [property: Range(1, int.MaxValue)] int ProductId,
    [property: Range(0, 120)] int Seconds);

public static class EventEndpoints
{
    public static void MapEvents(this WebApplication app)
    {
        // what the pages see; baskets and orders come over the bus, see BusReader in the order service
        app.MapPost("/events", async (PageEvent e, HttpRequest request, EventStore store, CancellationToken stop) =>
        {
            if (!Validator.TryValidateObject(e, new ValidationContext(e), null, validateAllProperties: true))
            {
                return Results.BadRequest();
            }
            if (!Guid.TryParse(request.Headers["X-Session"], out var session) || Bots.IsBot(request.Headers.UserAgent))
            {
                return Results.NoContent();
            }
            await store.AddAsync(session, e, stop);
            return Results.NoContent();
        }).RequireRateLimiting("events");
    }
}
