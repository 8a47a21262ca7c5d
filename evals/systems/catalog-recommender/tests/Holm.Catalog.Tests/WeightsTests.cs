using Holm.Catalog.Training;
using Xunit;

namespace Holm.Catalog.Tests;

public class WeightsTests
{
    private static readonly Guid Session = Guid.Parse("11111111-1111-1111-1111-111111111111");

    [Fact]
    public void A_long_look_counts_as_one() =>
        Assert.Equal(1f, Weights.Of(new Event(Session, 1, "dwell", 9000)));

    [Fact]
    public void A_cell_is_cut_at_five()
    {
        var events = Enumerable.Repeat(new Event(Session, 1, "order", 0), 9).Append(new Event(Session, 2, "view", 0));
        Assert.Equal(5f, Weights.Cells(events).Single(c => c.ProductId == 1).Weight);
    }

    [Fact]
    public void Who_looks_at_everything_is_left_out() =>
        Assert.Empty(Weights.Cells(Enumerable.Range(1, 301).Select(p => new Event(Session, p, "view", 0))));
}
