using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Kernels.Tests;

/// <summary>
/// Results too large for a cache are written past it, which no sweep has the size for: a large operand must give the bits that
/// its parts give, wherever it begins in memory.
/// </summary>
[NonParallelizable]
public sealed class StreamingTests
{
    private const int Columns = 1000; // rows begin at every alignment
    private const int Rows = 8400; // more than 2^23 elements together
    private const int Parts = 3;

    private static readonly (string Name, Action<KernelLibrary, Operands> Launch)[] Kernels =
    [
        ("relu", (kernels, o) => kernels.Activations.Forward(Activation.Relu, o.X, o.Result)),
        ("relu backward", (kernels, o) => kernels.Activations.Backward(Activation.Relu, o.X, o.Y, o.Y, o.Result, accumulate: false)),
        ("scale", (kernels, o) => kernels.Elementwise.Scale(o.X, 3f, o.Result)),
        ("fill", (kernels, o) => kernels.Elementwise.Fill(o.Result, 3f)),
        ("add rows", (kernels, o) => kernels.Elementwise.Binary(BinaryOperation.Add, o.X, o.Weights, o.Result, Columns)),
        ("multiply", (kernels, o) => kernels.Elementwise.Binary(BinaryOperation.Multiply, o.X, o.Y, o.Result, o.X.IntLength)),
        ("softmax", (kernels, o) => kernels.Softmax.Forward(o.Rows, Columns, o.X, o.Result)),
        ("softmax backward", (kernels, o) => kernels.Softmax.Backward(
            o.Rows, Columns, o.X, o.Y, o.Result, log: false, accumulate: false)),
        ("log-softmax", (kernels, o) => kernels.Softmax.Forward(o.Rows, Columns, o.X, o.Result, log: true)),
        ("layer norm", (kernels, o) => kernels.LayerNorm.Forward(
            o.Rows, Columns, 1e-5f, o.X, o.Weights, o.Weights, o.Result, default, default)),
        ("look-up", (kernels, o) => kernels.Embedding.Forward(Columns, o.Table, o.Ids, o.Result)),
    ];

    private static IEnumerable<string> Names => Kernels.Select(kernel => kernel.Name);

    [Test]
    public void ALargeResult_HasTheBitsOfItsParts([ValueSource(nameof(Names))] string name, [Values(0, 3)] int offset)
    {
        using var device = new CpuKernels();
        var launch = Kernels.Single(kernel => kernel.Name == name).Launch;
        var random = new Random(1);
        var length = Rows * Columns + offset;
        var (x, y) = (Values(length), Values(length));
        var (weights, table) = (Values(Columns), Values(50 * Columns));
        var ids = device.Ints([.. Enumerable.Range(0, Rows).Select(_ => random.Next(50))]);
        var (whole, parts) = (device.Floats(length), device.Floats(length));

        launch(device.Library, Slice(whole, 0, Rows));
        for (var part = 0; part < Parts; part++)
            launch(device.Library, Slice(parts, part * (Rows / Parts), Rows / Parts));
        Assert.That(whole.GetAsArray().AsSpan().SequenceEqual(parts.GetAsArray()));

        ArrayView<float> Values(int count) => device.Floats([.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)]);

        Operands Slice(ArrayView<float> result, int row, int rows) => new(
            rows, Part(x, row, rows), Part(y, row, rows), Part(result, row, rows), weights, table, ids.SubView(row, rows));

        ArrayView<float> Part(ArrayView<float> view, int row, int rows) => view.SubView(offset + (long)row * Columns, (long)rows * Columns);
    }

    private sealed record Operands(
        int Rows, ArrayView<float> X, ArrayView<float> Y, ArrayView<float> Result, ArrayView<float> Weights, ArrayView<float> Table,
        ArrayView<int> Ids);
}
