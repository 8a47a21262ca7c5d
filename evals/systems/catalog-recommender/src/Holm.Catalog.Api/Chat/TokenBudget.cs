using OpenAI.Chat;

namespace Holm.Catalog.Api.Chat;

/// <summary>Tokens that this replica may spend in a day.</summary>
public sealed class TokenBudget(TimeProvider? clock = null)
{
    private const long PerDay = 4_000_000;
    private readonly TimeProvider clock = clock ?? TimeProvider.System;
    private readonly Lock gate = new();
    private DateOnly day;
    private long spent;

    public bool TryTake()
    {
        lock (gate)
        {
            Turn();
            return spent < PerDay;
        }
    }

    public void Used(IReadOnlyDictionary<string, object?>? metadata)
    {
        if (metadata?.GetValueOrDefault("Usage") is ChatTokenUsage usage)
        {
            lock (gate)
            {
                Turn();
                spent += usage.TotalTokenCount;
            }
        }
    }

    private void Turn()
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        if (today != day)
        {
            (day, spent) = (today, 0);
        }
    }
}
