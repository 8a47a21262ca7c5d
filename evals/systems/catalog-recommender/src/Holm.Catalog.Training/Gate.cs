namespace Holm.Catalog.Training;

public sealed record Verdict(bool Released, double Recall, double RecallBefore, double Coverage, double MostShown);

/// <summary>Whether tonight's neighbours may be used.</summary>
public static class Gate
{
    public static Verdict Judge(Dictionary<int, int[]> candidate, Dictionary<int, int[]> current, List<Pair> orders, int live)
    {
        var recall = Recall(candidate, orders);
        var before = Recall(current, orders);
        var shown = candidate.Values.SelectMany(n => n.Take(12)).GroupBy(p => p).Select(g => g.Count()).ToList();
        var coverage = (double)shown.Count / Math.Max(1, live);
        var most = (double)shown.DefaultIfEmpty().Max() / Math.Max(1, candidate.Count);
        return new Verdict(recall >= 0.9 * before && coverage >= 0.6 && most <= 0.04, recall, before, coverage, most);
    }

    private static double Recall(Dictionary<int, int[]> neighbours, List<Pair> orders) => orders.Count == 0
        ? 0
        : orders.Count(o => neighbours.GetValueOrDefault(o.Seen)?.Take(20).Contains(o.Bought) == true) / (double)orders.Count;
}
