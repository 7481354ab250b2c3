namespace GpuSeq.Engine.Tests;

/// <summary>Permutations, parts, look-ups and masks: values that one can see, and errors.</summary>
public sealed class LayoutOperationTests
{
    private Device _device = null!;
    private Graph _graph = null!;

    [SetUp]
    public void Open()
    {
        _device = Device.Open();
        _graph = _device.BeginGraph();
    }

    [TearDown]
    public void Close()
    {
        _graph.Dispose();
        _device.Dispose();
    }

    [Test]
    public void Permute_MovesAxes_OfIntegersToo()
    {
        var x = Count([2, 3, 2]);
        var ids = _graph.Input([1, 2, 3, 4, 5, 6], [2, 3]);
        Assert.Multiple(() =>
        {
            Assert.That(x.Permute(1, 0, 2).ToArray(), Is.EqualTo(new[] { 0f, 1f, 6f, 7f, 2f, 3f, 8f, 9f, 4f, 5f, 10f, 11f }));
            Assert.That(x.Permute(1, 0, 2).Shape, Is.EqualTo(new Shape(3, 2, 2)));
            Assert.That(x.Transpose().ToArray().Take(6), Is.EqualTo(new[] { 0f, 2f, 4f, 1f, 3f, 5f }));
            Assert.That(ids.Transpose().ToIntArray(), Is.EqualTo(new[] { 1, 4, 2, 5, 3, 6 }));
        });
    }

    [Test]
    public void Concat_And_Split_AreEachOthersInverse()
    {
        var x = Count([2, 5, 2]);
        var parts = x.Split(1, 2, 0, 3);
        Assert.Multiple(() =>
        {
            Assert.That(parts[0].ToArray(), Is.EqualTo(new[] { 0f, 1f, 2f, 3f, 10f, 11f, 12f, 13f }));
            Assert.That(parts[1].Shape, Is.EqualTo(new Shape(2, 0, 2)));
            Assert.That(parts.Concat(-2).ToArray(), Is.EqualTo(x.ToArray()));
        });
    }

    [Test]
    public void Slice_Pad_Select_And_Gather_TakeWhatTheyAreAskedFor()
    {
        var x = Count([3, 4]);
        Assert.Multiple(() =>
        {
            Assert.That(x.Slice(1, 1, 2, step: 2).ToArray(), Is.EqualTo(new[] { 1f, 3f, 5f, 7f, 9f, 11f }));
            Assert.That(
                x.Slice(0, 1).Pad([(1, 0), (0, 2)], -1f).ToArray(), Is.EqualTo(new[] { -1f, -1, -1, -1, -1, -1, 0, 1, 2, 3, -1, -1 }));
            Assert.That(x.Select(1, _graph.Input([3, 0, 3], [3])).ToArray(), Is.EqualTo(new[] { 3f, 0, 3, 7, 4, 7, 11, 8, 11 }));
            var integers = _graph.Input([7, 8, int.MinValue, -1], [4]);
            Assert.That(integers.Select(0, _graph.Input([3, 2, 0], [3])).ToIntArray(), Is.EqualTo(new[] { -1, int.MinValue, 7 }));
            Assert.That(x.Gather(1, _graph.Input([2, 0, 3], [3, 1])).ToArray(), Is.EqualTo(new[] { 2f, 4f, 11f }));
            Assert.That(x.Gather(0, _graph.Input([2, 0, 1, 2], [1, 4])).ToArray(), Is.EqualTo(new[] { 8f, 1f, 6f, 11f }));
        });
    }

    [Test]
    public void Where_And_MaskedFill_BroadcastTheMask()
    {
        var x = Count([2, 3]);
        var mask = _graph.Input([1, 0, 2], [3]);
        Assert.Multiple(() =>
        {
            Assert.That(x.MaskedFill(mask, -9f).ToArray(), Is.EqualTo(new[] { -9f, 1f, -9f, -9f, 4f, -9f }));
            Assert.That(mask.Where(x, x.Scale(-1f)).ToArray(), Is.EqualTo(new[] { 0f, -1f, 2f, 3f, -4f, 5f }));
            Assert.That(_graph.Input([0, 1], [2, 1]).Where(x, x.Scale(-1f)).ToArray(), Is.EqualTo(new[] { -0f, -1f, -2f, 3f, 4f, 5f }));
        });
    }

    [Test]
    public void Arithmetic_BroadcastsAsNumPyDoes()
    {
        var column = Count([2, 1]);
        var row = Count([3]);
        Assert.Multiple(() =>
        {
            Assert.That((column + row).ToArray(), Is.EqualTo(new[] { 0f, 1f, 2f, 1f, 2f, 3f }));
            Assert.That((row - column).ToArray(), Is.EqualTo(new[] { 0f, 1f, 2f, -1f, 0f, 1f }));
            Assert.That((row * Count([1, 1])).Shape, Is.EqualTo(new Shape(1, 3)));
            Assert.That((Count([2, 2, 3]) * Count([2, 3])).ToArray(), Is.EqualTo(new[] { 0f, 1, 4, 9, 16, 25, 0, 7, 16, 27, 40, 55 }));
        });
    }

    [Test]
    public void Errors_NameTheOperationAndTheShapes() => Assert.Multiple(() =>
    {
        var x = Count([3, 4]);
        Expect(() => x.Permute(0, 0), "Permute", "[3, 4]", "[0, 0]");
        Expect(() => x.Permute(0), "Permute", "[3, 4]", "[0]");
        Expect(() => x.Transpose(0, 2), "Transpose", "[3, 4]", "2");
        Expect(() => x.Slice(1, 2, 3, step: 1), "Slice", "[3, 4]", "3 entries of axis 1");
        Expect(() => x.Split(0, 1, 1), "Split", "[3, 4]", "[1, 1]");
        Expect(() => new[] { x, Count([3, 5]) }.Concat(0), "Concat", "[3, 4]", "[3, 5]");
        Expect(() => x.Pad([(1, -1)]), "Pad", "[3, 4]", "-1");
        Expect(() => x.Select(0, x), "Select", "[3, 4]");
        Expect(() => x.Gather(1, _graph.Input([1], [1, 1])), "Gather", "[3, 4]", "[1, 1]");
        Expect(() => x.MaskedFill(_graph.Input([1, 0], [2]), 0f), "MaskedFill", "[2]", "[3, 4]");
        Expect(() => _graph.Input([1, 0], [2]).Where(x, Count([4])), "Where", "[3, 4]", "[4]");
        Expect(() => x.BroadcastTo([3, 5]), "BroadcastTo", "[3, 4]", "[3, 5]");
        Expect(() => x.Multiply(Count([3, 1, 3])), "Multiply", "[3, 4]", "[3, 1, 3]");
        Expect(() => x.LayerNorm([3]), "LayerNorm", "[3, 4]", "[3]");
    });

    private Tensor Count(Shape shape) => _graph.Input([.. Enumerable.Range(0, (int)shape.ElementCount).Select(i => (float)i)], shape);

    private static void Expect(TestDelegate code, params string[] words)
    {
        var exception = Assert.Throws<ShapeException>(code)!;
        foreach (var word in words)
            Assert.That(exception.Message, Does.Contain(word));
    }
}
