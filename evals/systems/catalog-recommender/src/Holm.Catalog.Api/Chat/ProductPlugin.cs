using System.ComponentModel;
using Microsoft.SemanticKernel;

namespace Holm.Catalog.Api.Chat;

/// <summary>What the chat may look up. Bound to the product of the page.</summary>
public sealed class ProductPlugin(ProductReader products, int productId)
{
    [KernelFunction("reviews")]
    [Description("What customers wrote about this product.")]
    public async Task<string> ReviewsAsync(
        [Description("a word that must occur, or empty")] string about = "", CancellationToken stop = default)
    {
        var reviews = await products.ReviewsAsync(productId, about, stop);
        return string.Join('\n', reviews.Select(r => $"<review>{ChatService.Escape(r)}</review>"));
    }

    [KernelFunction("size_table")]
    [Description("Measures of each size of this product in centimetres.")]
    public async Task<string> SizesAsync(CancellationToken stop = default) => await products.SizesAsync(productId, stop);
}
