using Microsoft.AspNetCore.Http.HttpResults;

namespace Holm.Catalog.Api.Recommend;

public sealed record Recommendation(int ProductId, int Because);

public static class RecommendEndpoints
{
    public static void MapRecommendations(this WebApplication app)
    {
        app.MapGet("/products/{id:int}/also", (int id, Neighbours neighbours) =>
            neighbours.Of(id).Take(12).Select(n => new Recommendation(n, id)));

        // the page sends what was looked at last; nothing is kept
        app.MapGet("/for-you", Results<Ok<IEnumerable<Recommendation>>, BadRequest> (int[] seen, Neighbours neighbours) =>
        {
            if (seen.Length is 0 or > 20)
            {
                return TypedResults.BadRequest();
            }
            var row = seen
                .SelectMany(s => neighbours.Of(s).Select((n, rank) => (Product: n, Because: s, Score: 1.0 / (rank + 3))))
                .Where(x => !seen.Contains(x.Product))
                .GroupBy(x => x.Product)
                .OrderByDescending(g => g.Sum(x => x.Score))
                .Take(12)
                .Select(g => new Recommendation(g.Key, g.MaxBy(x => x.Score).Because));
            return TypedResults.Ok(row);
        });
    }
}
