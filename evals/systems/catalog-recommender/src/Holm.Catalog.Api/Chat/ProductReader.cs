using Dapper;
using Npgsql;

namespace Holm.Catalog.Api.Chat;

public sealed record Product(int Id, int Version, string Name, string Material, string Text, bool Partner);

public sealed class ProductReader(NpgsqlDataSource db)
{
    public async Task<Product?> FindAsync(int id, CancellationToken stop)
    {
        await using var connection = await db.OpenConnectionAsync(stop);
        return await connection.QuerySingleOrDefaultAsync<Product>(new CommandDefinition(
            "select id, version, name, material, left(text, 4000) as text, partner_id is not null as partner from products where id = @id",
            new { id }, cancellationToken: stop));
    }

    /// <summary>Moderated reviews only.</summary>
    public async Task<IEnumerable<string>> ReviewsAsync(int id, string about, CancellationToken stop)
    {
        await using var connection = await db.OpenConnectionAsync(stop);
        return await connection.QueryAsync<string>(new CommandDefinition(
            """
            select left(text, 600) from moderated_reviews
            where product_id = @id and (@about = '' or strpos(lower(text), lower(@about)) > 0)
            order by helpful desc limit 8
            """,
            new { id, about }, cancellationToken: stop));
    }

    public async Task<string> SizesAsync(int id, CancellationToken stop)
    {
        await using var connection = await db.OpenConnectionAsync(stop);
        return await connection.QuerySingleOrDefaultAsync<string>(new CommandDefinition(
            "select size_table from products where id = @id", new { id }, cancellationToken: stop)) ?? "no sizes";
    }
}
