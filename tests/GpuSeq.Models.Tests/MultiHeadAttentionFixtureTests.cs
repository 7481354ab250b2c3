using GpuSeq.Engine;

namespace GpuSeq.Models.Tests;

/// <summary>Multi-head attention against PyTorch: outputs, weights, and every gradient, also of a loss that reads the weights.</summary>
[Category(Fixtures.Category)]
public sealed class MultiHeadAttentionFixtureTests
{
    private const double AbsoluteTolerance = 1e-5;
    private const double OutputTolerance = 1e-5;
    private const double GradientTolerance = 5e-5;

    [TestCaseSource(typeof(Fixtures), nameof(Fixtures.Cases), new object[] { "torch/mha" })]
    public void Layer_ComputesWhatPyTorchDoes(FixtureCase fixture)
    {
        var tensors = fixture.Tensors;
        using var device = Device.Open();
        using var parameters = new ParameterSet(device);
        var layer = new MultiHeadAttention(new(parameters), new()
        {
            Width = fixture.Int("embed_dim", 0),
            Heads = fixture.Int("num_heads", 1),
            KeyWidth = fixture.Int("kdim", fixture.Int("embed_dim", 0)),
            ValueWidth = fixture.Int("vdim", fixture.Int("embed_dim", 0)),
            Bias = fixture.Flag("bias", true),
        });
        Assert.That(
            parameters.Parameters.Select(parameter => parameter.Name),
            Is.EquivalentTo(tensors.Under("param/").Select(pair => pair.Key)), "parameter names");
        foreach (var parameter in parameters.Parameters)
            parameter.Assign(tensors[$"param/{parameter.Name}"].Floats);

        using var graph = device.BeginGraph();
        var inputs = tensors.Under("in/").Where(pair => pair.Value.Type == "F32" && pair.Key is "x" or "q" or "k" or "v").ToDictionary(
            pair => pair.Key, pair => graph.Input(pair.Value.Floats, new Shape(pair.Value.Shape), requiresGradient: true));
        var options = Options(fixture, graph);
        var (y, weights) = inputs.TryGetValue("x", out var x)
            ? layer.Forward(x, options)
            : layer.Forward(inputs["q"], inputs["k"], inputs["v"], options);
        Assert.Multiple(() =>
        {
            Close.Assert(y.ToArray(), tensors["out/y"].Floats, AbsoluteTolerance, OutputTolerance, "out/y");
            Close.Assert(
                weights!.ToArray(), tensors["out/weights_per_head"].Floats, AbsoluteTolerance, OutputTolerance, "out/weights_per_head");
        });

        graph.Backward(Weighted("y", y).Add(Weighted("weights_per_head", weights!)));
        Assert.Multiple(() =>
        {
            foreach (var (name, expected) in tensors.Under("grad/param/"))
                Check(parameters.Find(name)!, expected, name);
            foreach (var (name, expected) in tensors.Under("grad/in/"))
                Check(inputs[name], expected, name);
        });

        Tensor Weighted(string name, Tensor value) => value.Multiply(graph.Input(tensors[$"lossw/{name}"].Floats, value.Shape)).Sum();

        static void Check(Tensor tensor, FixtureTensor expected, string name) =>
            Close.Assert(tensor.Gradient!.ToArray(), expected.Floats, AbsoluteTolerance, GradientTolerance, name);
    }

    // PyTorch's boolean masks are true where a key is hidden; with three dimensions they are [B H, T, S].
    private static AttentionOptions Options(FixtureCase fixture, Graph graph)
    {
        var heads = fixture.Int("num_heads", 1);
        var (keep, bias) = ((Tensor?)null, (Tensor?)null);
        if (fixture.Tensors.Contains("in/attn_mask"))
        {
            var mask = fixture.Tensors["in/attn_mask"];
            Shape shape = mask.Shape.Length == 3 ? [mask.Shape[0] / heads, heads, mask.Shape[1], mask.Shape[2]] : new Shape(mask.Shape);
            if (mask.Type == "BOOL")
                keep = graph.Input(Array.ConvertAll(mask.Ints, hidden => 1 - hidden), shape);
            else
                bias = graph.Input(mask.Floats, shape);
        }
        if (fixture.Tensors.Contains("in/key_padding_mask"))
        {
            var padding = fixture.Tensors["in/key_padding_mask"];
            var kept = Array.ConvertAll(padding.Ints, hidden => 1 - hidden);
            if (keep is null)
                keep = graph.Input(kept, [padding.Shape[0], 1, 1, padding.Shape[1]]);
            else
                keep = graph.Input(Both(keep, kept), [padding.Shape[0], 1, keep.Shape[0], padding.Shape[1]]);
        }
        return new() { Keep = keep, Bias = bias, ReturnsWeights = true };

        // [T, S] and [B, S] to [B, T, S].
        static int[] Both(Tensor mask, int[] padding)
        {
            var (values, keys) = (mask.ToIntArray(), mask.Shape[1]);
            var batch = Enumerable.Range(0, padding.Length / keys);
            return [.. batch.SelectMany(b => values.Select((kept, i) => kept * padding[b * keys + i % keys]))];
        }
    }
}
