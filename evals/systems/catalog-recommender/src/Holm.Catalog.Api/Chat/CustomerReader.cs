using Dapper;
using Npgsql;

namespace Holm.Catalog.Api.Chat;

public sealed record Customer(string FirstName, string Sizes, string[] LastOrders);

public sealed class CustomerReader(NpgsqlDataSource db)
{
    /// <summary>Only of customers who switched personal answers on in their account.</summary>
    public async Task<Customer?> FindAsync(string id, CancellationToken stop)
    {
        await using var connection = await db.OpenConnectionAsync(stop);
        return await connection.QuerySingleOrDefaultAsync<Customer>(new CommandDefinition(
            """
            select first_name, sizes,
                   array(select p.name from orders o join products p on p.id = o.product_id
                         where o.customer_id = c.id order by o.at desc limit 5) as last_orders
            from customers c where c.id = @id and c.personal_answers
            """,
            new { id }, cancellationToken: stop));
    }
}
