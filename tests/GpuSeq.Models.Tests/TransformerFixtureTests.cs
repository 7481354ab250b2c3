using GpuSeq.Engine;
using GpuSeq.Kernels;

namespace GpuSeq.Models.Tests;

/// <summary>Layers of transformers and whole ones against PyTorch: outputs, and every gradient.</summary>
[Category(Fixtures.Category)]
public sealed class TransformerFixtureTests
{
    private const double AbsoluteTolerance = 1e-5;
    private const double OutputTolerance = 1e-5;
    private const double GradientTolerance = 5e-5;
    private const double LossTolerance = 5e-5;

    [TestCaseSource(typeof(Fixtures), nameof(Fixtures.Cases), new object[] { "torch/transformer" })]
    public void Module_ComputesWhatPyTorchDoes(FixtureCase fixture)
    {
        var tensors = fixture.Tensors;
        using var device = Device.Open();
        using var parameters = new ParameterSet(device);
        var forward = Module(fixture, new(parameters));
        Assert.That(
            parameters.Parameters.Select(parameter => parameter.Name),
            Is.EquivalentTo(tensors.Under("param/").Select(pair => pair.Key)), "parameter names");
        foreach (var parameter in parameters.Parameters)
            parameter.Assign(tensors[$"param/{parameter.Name}"].Floats);

        using var graph = device.BeginGraph();
        var inputs = tensors.Under("in/").Where(pair => pair.Value.Type == "F32").ToDictionary(
            pair => pair.Key, pair => graph.Input(pair.Value.Floats, new Shape(pair.Value.Shape), requiresGradient: true));
        var results = forward(graph, inputs);
        foreach (var (name, expected) in tensors.Under("out/"))
            Close.Assert(results[name].ToArray(), expected.Floats, AbsoluteTolerance, OutputTolerance, $"out/{name}");

        var loss = tensors.Under("lossw/")
            .Select(weight => results[weight.Key].Multiply(graph.Input(weight.Value.Floats, results[weight.Key].Shape)).Sum())
            .Aggregate((sum, part) => sum + part);
        Assert.That(loss.Item(), Is.EqualTo(tensors["loss"].Floats[0]).Within(LossTolerance));
        graph.Backward(loss);
        Assert.Multiple(() =>
        {
            foreach (var (name, expected) in tensors.Under("grad/param/"))
                Check(parameters.Find(name)!, expected, name);
            foreach (var (name, expected) in tensors.Under("grad/in/"))
                Check(inputs[name], expected, name);
        });

        static void Check(Tensor tensor, FixtureTensor expected, string name) =>
            Close.Assert(tensor.Gradient!.ToArray(), expected.Floats, AbsoluteTolerance, GradientTolerance, name);
    }

    private delegate IReadOnlyDictionary<string, Tensor> Forward(Graph graph, IReadOnlyDictionary<string, Tensor> inputs);

    private static Forward Module(FixtureCase fixture, ParameterScope scope)
    {
        var config = new TransformerLayerConfig
        {
            Width = fixture.Int("d_model", 512),
            Heads = fixture.Int("nhead", 8),
            Inner = fixture.Int("dim_feedforward", 2048),
            Dropout = (float)fixture.Number("dropout", 0.1),
            Activation = fixture.Text("activation", "relu") == "gelu" ? Activation.Gelu : Activation.Relu,
            NormFirst = fixture.Flag("norm_first", false),
            LayerNormEps = (float)fixture.Json.GetProperty("layer_norm_eps").GetDouble(),
        };
        switch (fixture.Module)
        {
            case "nn.TransformerEncoderLayer":
                var encoder = new TransformerEncoderLayer(scope, config);
                return (graph, inputs) => Named(("y", encoder.Forward(inputs["src"], Mask(graph, fixture, "src")).Output));
            case "nn.TransformerDecoderLayer":
                var decoder = new TransformerDecoderLayer(scope, config);
                return (graph, inputs) => Named(("y", decoder.Forward(
                    inputs["tgt"], inputs["memory"], Mask(graph, fixture, "tgt"), Mask(graph, fixture, "memory")).Output));
            default:
                var whole = new Transformer(
                    scope, fixture.Int("num_encoder_layers", 6), fixture.Int("num_decoder_layers", 6), config);
                return (graph, inputs) =>
                {
                    var source = Mask(graph, fixture, "src");
                    return Named(
                        ("memory", whole.Encoder.Forward(inputs["src"], source).Output),
                        ("y", whole.Forward(inputs["src"], inputs["tgt"], source, Mask(graph, fixture, "tgt"), source)));
                };
        }

        static Dictionary<string, Tensor> Named(params (string Name, Tensor Tensor)[] results) =>
            results.ToDictionary(result => result.Name, result => result.Tensor);
    }

    // Masks are true where a key is hidden: [T, S] for all sequences, [B, S] for padding. A [T, T] mask is causal in every case.
    private static AttentionOptions Mask(Graph graph, FixtureCase fixture, string sequence)
    {
        var (isCausal, name) = (fixture.Tensors.Contains($"in/{sequence}_mask"), $"in/{sequence}_key_padding_mask");
        if (isCausal)
        {
            var mask = fixture.Tensors[$"in/{sequence}_mask"];
            var length = mask.Shape[1];
            Assert.That(mask.Ints, Is.EqualTo(mask.Ints.Select((_, i) => i % length > i / length ? 1 : 0)), "the mask is causal");
        }
        if (!fixture.Tensors.Contains(name))
            return new() { IsCausal = isCausal };
        var padding = fixture.Tensors[name];
        return new()
        {
            IsCausal = isCausal,
            Keep = graph.Input(Array.ConvertAll(padding.Ints, hidden => 1 - hidden), [padding.Shape[0], 1, 1, padding.Shape[1]]),
        };
    }
}
