using Dapper;
using Npgsql;

namespace Holm.Catalog.Api.Events;

public sealed class EventStore(NpgsqlDataSource db)
{
    /// <summary>Adds an event. Products that do not exist are left out.</summary>
    public async Task AddAsync(Guid session, PageEvent e, CancellationToken stop)
    {
        await using var connection = await db.OpenConnectionAsync(stop);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into events (session, product_id, kind, seconds)
            select @session, id, @kind, @seconds from products where id = @productId
            """,
            new { session, kind = e.Kind, seconds = e.Seconds, productId = e.ProductId },
            cancellationToken: stop));
    }
}
