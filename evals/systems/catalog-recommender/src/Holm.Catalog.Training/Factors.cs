using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace Holm.Catalog.Training;

/// <summary>One-class matrix factorisation of sessions and products.</summary>
public sealed class Factors(IReadOnlyList<Cell> cells)
{
    private const int Rank = 64;

    private sealed class Row
    {
        [KeyType(10_000_000)] public uint Session;
        [KeyType(200_000)] public uint Product;
        public float Label;
    }

    public Dictionary<int, int[]> Neighbours(int most)
    {
        var sessions = cells.Select(c => c.Session).Distinct().Select((s, i) => (s, i)).ToDictionary(x => x.s, x => (uint)x.i + 1);
        var ids = cells.Select(c => c.ProductId).Distinct().Order().ToArray();
        var products = ids.Select((p, i) => (p, i)).ToDictionary(x => x.p, x => (uint)x.i + 1);

        var ml = new MLContext(seed: 20);
        var data = ml.Data.LoadFromEnumerable(cells.Select(c => new Row
        {
            Session = sessions[c.Session], Product = products[c.ProductId], Label = c.Weight,
        }));
        var trainer = ml.Recommendation().Trainers.MatrixFactorization(new MatrixFactorizationTrainer.Options
        {
            MatrixColumnIndexColumnName = nameof(Row.Session),
            MatrixRowIndexColumnName = nameof(Row.Product),
            LabelColumnName = nameof(Row.Label),
            LossFunction = MatrixFactorizationTrainer.LossFunctionType.SquareLossOneClass,
            ApproximationRank = Rank,
            Alpha = 0.01,
            Lambda = 0.025,
            NumberOfIterations = 60,
            Quiet = true,
        });
        var model = trainer.Fit(data).Model;

        var vectors = Enumerable.Range(0, ids.Length).Select(i => Unit(model.LeftFactorMatrix, i)).ToArray();
        return Enumerable.Range(0, ids.Length).ToDictionary(
            i => ids[i],
            i => Enumerable.Range(0, ids.Length)
                .Where(j => j != i)
                .OrderByDescending(j => Dot(vectors[i], vectors[j]))
                .Take(most)
                .Select(j => ids[j])
                .ToArray());
    }

    private static float[] Unit(IReadOnlyList<float> matrix, int row)
    {
        var v = Enumerable.Range(0, Rank).Select(k => matrix[row * Rank + k]).ToArray();
        var length = MathF.Sqrt(Dot(v, v)) + 1e-9f;
        return [.. v.Select(x => x / length)];
    }

    private static float Dot(float[] a, float[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
