using System.Security.Cryptography;
using System.Text.Json;
using Azure.Identity;
using Azure.Storage.Blobs;
using Dapper;
using Holm.Catalog.Training;
using Npgsql;

var db = NpgsqlDataSource.Create(Environment.GetEnvironmentVariable("CATALOG_DB")!);
var models = new BlobContainerClient(new Uri(Environment.GetEnvironmentVariable("MODELS_URL")!), new DefaultAzureCredential());

await using var connection = await db.OpenConnectionAsync();
var until = DateTime.UtcNow.Date.AddDays(-2); // the last two days are for the gate
var events = (await connection.QueryAsync<Event>(
    "select session, product_id as ProductId, kind, seconds from events where at >= @since and at < @until",
    new { since = until.AddDays(-30), until })).ToList();

var cells = Weights.Cells(events);
Console.WriteLine($"{events.Count} events, {cells.Count} cells");
var neighbours = new Factors(cells).Neighbours(50);

var orders = (await connection.QueryAsync<Pair>(
    "select seen, bought from order_pairs where at >= @until", new { until })).ToList();
var verdict = Gate.Judge(neighbours, await CurrentAsync(), orders, await connection.QuerySingleAsync<int>("select count(*) from products where live"));

var bytes = JsonSerializer.SerializeToUtf8Bytes(neighbours);
var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
await models.GetBlobClient($"neighbours-{hash}.json").UploadAsync(new BinaryData(bytes), overwrite: false);
await connection.ExecuteAsync(
    """
    insert into model_releases (sha256, events_since, events_until, events_count, released, verdict)
    values (@hash, @since, @until, @count, @released, @verdict::jsonb)
    """,
    new
    {
        hash, since = until.AddDays(-30), until, count = events.Count, released = verdict.Released,
        verdict = JsonSerializer.Serialize(verdict),
    });
Console.WriteLine(verdict);
return verdict.Released ? 0 : 3;

async Task<Dictionary<int, int[]>> CurrentAsync()
{
    var released = await connection.QuerySingleOrDefaultAsync<string>(
        "select sha256 from model_releases where released order by at desc limit 1");
    if (released is null)
    {
        return [];
    }
    var content = (await models.GetBlobClient($"neighbours-{released}.json").DownloadContentAsync()).Value.Content;
    return JsonSerializer.Deserialize<Dictionary<int, int[]>>(content) ?? [];
}
