namespace Holm.Catalog.Training;

public sealed record Event(Guid Session, int ProductId, string Kind, int Seconds);

public sealed record Pair(int Seen, int Bought);

public sealed record Cell(Guid Session, int ProductId, float Weight);

/// <summary>What an event counts, see docs/events.md.</summary>
public static class Weights
{
    private const float MostPerCell = 5f;
    private const int MostProducts = 300;

    public static float Of(Event e) => e.Kind switch
    {
        "view" => 0.2f,
        "dwell" => Math.Clamp(e.Seconds, 0, 120) / 120f,
        "basket" => 2f,
        "order" => 4f,
        _ => 0f,
    };

    public static List<Cell> Cells(IEnumerable<Event> events) => events
        .GroupBy(e => e.Session)
        .Where(session => session.Select(e => e.ProductId).Distinct().Count() is > 1 and <= MostProducts)
        .SelectMany(session => session
            .GroupBy(e => e.ProductId)
            .Select(p => new Cell(session.Key, p.Key, Math.Min(MostPerCell, p.Sum(Of)))))
        .ToList();
}
