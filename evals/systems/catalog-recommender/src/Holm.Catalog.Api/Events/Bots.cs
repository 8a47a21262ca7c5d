namespace Holm.Catalog.Api.Events;

public static class Bots
{
    private static readonly string[] Marks = ["bot", "crawl", "spider", "headless", "preview", "monitor", "curl", "python"];

    public static bool IsBot(string? agent) =>
        string.IsNullOrWhiteSpace(agent) || Marks.Any(m => agent.Contains(m, StringComparison.OrdinalIgnoreCase));
}
