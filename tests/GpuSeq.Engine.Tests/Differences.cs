namespace GpuSeq.Engine.Tests;

/// <summary>Holds gradients of the engine against central differences of what it computes.</summary>
internal static class Differences
{
    /// <summary>Checks the gradient of the weighted sum of an operation's result with respect to every element of its operands.</summary>
    /// <param name="operation">The operation, on operands of a graph.</param>
    /// <param name="shapes">The operands' shapes; their values lie away from 0, from 0.5 to 1.5.</param>
    /// <param name="step">Large for operations that are linear in each operand: there, differences have no error but rounding.</param>
    /// <param name="tolerance">The largest error.</param>
    public static void Check(Func<Tensor[], Tensor> operation, Shape[] shapes, float step = 0.5f, double tolerance = 1e-4)
    {
        using var device = Device.Open();
        var values = shapes.Select((shape, i) => Values((int)shape.ElementCount, seed: i + 1)).ToArray();
        float[][] gradients;
        using (var graph = device.BeginGraph())
        {
            var operands = shapes.Select((shape, i) => graph.Input(values[i], shape, requiresGradient: true)).ToArray();
            graph.Backward(Loss(graph, operation(operands)));
            gradients = [.. operands.Select(operand => operand.Gradient!.ToArray())];
        }
        Assert.Multiple(() =>
        {
            for (var operand = 0; operand < shapes.Length; operand++)
            {
                for (var i = 0; i < values[operand].Length; i++)
                {
                    var numeric = (At(operand, i, step) - At(operand, i, -step)) / (2 * step);
                    Assert.That(gradients[operand][i], Is.EqualTo(numeric).Within(tolerance), $"operand {operand}, element {i}");
                }
            }
        });

        double At(int operand, int index, float change)
        {
            using var graph = device.BeginGraph(isTraining: false);
            var changed = values.Select(value => (float[])value.Clone()).ToArray();
            changed[operand][index] += change;
            var y = operation([.. shapes.Select((shape, i) => graph.Input(changed[i], shape))]).ToArray();
            return y.Zip(Values(y.Length, seed: 0)).Sum(pair => (double)pair.First * pair.Second);
        }
    }

    private static Tensor Loss(Graph graph, Tensor y) => (y * graph.Input(Values((int)y.Shape.ElementCount, seed: 0), y.Shape)).Sum();

    private static float[] Values(int length, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => 0.5f + random.NextSingle())];
    }
}
