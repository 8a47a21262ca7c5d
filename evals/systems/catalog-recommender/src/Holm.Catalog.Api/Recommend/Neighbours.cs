using System.Security.Cryptography;
using System.Text.Json;
using Azure.Storage.Blobs;
using Dapper;
using Npgsql;

namespace Holm.Catalog.Api.Recommend;

/// <summary>The released neighbours of each product; looked for once an hour.</summary>
public sealed class Neighbours(BlobContainerClient models, NpgsqlDataSource db, ILogger<Neighbours> log) : BackgroundService
{
    private Dictionary<int, int[]> current = [];
    private string currentHash = "";

    public int[] Of(int productId) => current.GetValueOrDefault(productId) ?? [];

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromHours(1));
        do
        {
            try
            {
                await LoadAsync(stop);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                log.LogError(e, "neighbours not loaded, keeping {Hash}", currentHash);
            }
        } while (await timer.WaitForNextTickAsync(stop));
    }

    private async Task LoadAsync(CancellationToken stop)
    {
        await using var connection = await db.OpenConnectionAsync(stop);
        var hash = await connection.QuerySingleAsync<string>(
            "select sha256 from model_releases where released order by at desc limit 1");
        if (hash == currentHash)
        {
            return;
        }
        var bytes = (await models.GetBlobClient($"neighbours-{hash}.json").DownloadContentAsync(stop)).Value.Content;
        var actual = Convert.ToHexStringLower(SHA256.HashData(bytes.ToMemory().Span));
        if (actual != hash)
        {
            throw new InvalidDataException($"file has hash {actual}, released was {hash}");
        }
        current = JsonSerializer.Deserialize<Dictionary<int, int[]>>(bytes) ?? [];
        currentHash = hash;
        log.LogInformation("neighbours {Hash}, {Count} products", hash, current.Count);
    }
}
