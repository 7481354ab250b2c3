using GpuSeq.Engine;
using GpuSeq.Kernels;

namespace GpuSeq.Models.Tests;

/// <summary>Recurrent layers against PyTorch: outputs, last states, and every gradient.</summary>
[Category(Fixtures.Category)]
public sealed class RecurrentFixtureTests
{
    private const double AbsoluteTolerance = 1e-5;
    private const double OutputTolerance = 1e-5;
    private const double GradientTolerance = 5e-5;

    [TestCaseSource(typeof(Fixtures), nameof(Fixtures.Cases), new object[] { "torch/rnn" })]
    public void Layer_ComputesWhatPyTorchDoes(FixtureCase fixture)
    {
        var config = Config(fixture);
        var tensors = fixture.Tensors;
        using var device = Device.Open();
        using var parameters = new ParameterSet(device);
        var layer = new Recurrent(new(parameters), config);
        Assert.That(
            parameters.Parameters.Select(parameter => parameter.Name),
            Is.EquivalentTo(tensors.Under("param/").Select(pair => pair.Key)), "parameter names");
        foreach (var parameter in parameters.Parameters)
            parameter.Assign(tensors[$"param/{parameter.Name}"].Floats);

        using var graph = device.BeginGraph();
        var x = Input(graph, tensors["in/x"]);
        var h0 = tensors.Contains("in/h0") ? Input(graph, tensors["in/h0"]) : null;
        var c0 = tensors.Contains("in/c0") ? Input(graph, tensors["in/c0"]) : null;
        var lengths = fixture.Json.GetProperty("lengths");
        var lengthTensor = lengths.ValueKind == System.Text.Json.JsonValueKind.Array
            ? graph.Input([.. lengths.EnumerateArray().Select(length => length.GetInt32())], [lengths.GetArrayLength()])
            : null;
        var state = h0 is null ? null : new RecurrentState(h0, c0);
        var (y, end) = layer.Forward(x, state, lengthTensor);

        var outputs = new List<(string Name, Tensor Tensor)> { ("y", y), ("h_n", end.Hidden) };
        if (end.Cell is not null)
            outputs.Add(("c_n", end.Cell));
        Assert.Multiple(() =>
        {
            foreach (var (name, tensor) in outputs)
                Close.Assert(tensor.ToArray(), tensors[$"out/{name}"].Floats, AbsoluteTolerance, OutputTolerance, $"out/{name}");
        });
        Tensor? loss = null;
        foreach (var (name, tensor) in outputs)
        {
            var term = tensor.Multiply(graph.Input(tensors[$"lossw/{name}"].Floats, tensor.Shape)).Sum();
            loss = loss is null ? term : loss.Add(term);
        }
        graph.Backward(loss!);
        Assert.Multiple(() =>
        {
            foreach (var (name, _) in tensors.Under("grad/param/"))
                Check(parameters.Find(name)!, $"grad/param/{name}");
            Check(x, "grad/in/x");
            if (h0 is not null)
                Check(h0, "grad/in/h0");
            if (c0 is not null)
                Check(c0, "grad/in/c0");
        });

        void Check(Tensor tensor, string name) =>
            Close.Assert(tensor.Gradient!.ToArray(), tensors[name].Floats, AbsoluteTolerance, GradientTolerance, name);
    }

    private static RecurrentConfig Config(FixtureCase fixture) => new()
    {
        Cell = fixture.Module switch
        {
            "nn.RNN" => CellKind.Rnn,
            "nn.LSTM" => CellKind.Lstm,
            "nn.GRU" => CellKind.Gru,
            var other => throw new NotSupportedException($"unknown module {other}"),
        },
        Inputs = fixture.Int("input_size", 0),
        Hidden = fixture.Int("hidden_size", 0),
        Projection = fixture.Int("proj_size", 0),
        Layers = fixture.Int("num_layers", 1),
        Bidirectional = fixture.Flag("bidirectional", false),
        BatchFirst = fixture.Flag("batch_first", false),
        Bias = fixture.Flag("bias", true),
        Nonlinearity = fixture.Text("nonlinearity", "tanh") == "relu" ? Activation.Relu : Activation.Tanh,
    };

    private static Tensor Input(Graph graph, FixtureTensor tensor) =>
        graph.Input(tensor.Floats, new Shape(tensor.Shape), requiresGradient: true);
}
