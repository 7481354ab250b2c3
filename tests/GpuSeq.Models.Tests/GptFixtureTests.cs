using System.Text.Json;
using GpuSeq.Engine;

namespace GpuSeq.Models.Tests;

/// <summary>GPT-2 against the Hub's: logits, loss, gradients, attention, padding on either side, cached decoding.</summary>
[Category(Fixtures.Category)]
public sealed class GptFixtureTests
{
    private const double AbsoluteTolerance = 1e-5;
    private const double OutputTolerance = 1e-5;
    private const double GradientTolerance = 5e-5;

    [TestCaseSource(nameof(Cases))]
    public void Model_ComputesWhatTheHubs(string folder, string name)
    {
        var tensors = FixtureTensors.Read(Fixtures.Require(Path.Combine(folder, "cases.safetensors")));
        using var device = Device.Open();
        using var model = GptFiles.Load(device, new(Fixtures.Require(folder)));
        if (Json(folder, name).TryGetProperty("chunks", out var chunks))
            CheckChunks(device, model, tensors, name, [.. chunks.EnumerateArray().Select(chunk => chunk.GetInt32())]);
        else
            CheckPass(device, model, tensors, name);
    }

    private static void CheckPass(Device device, GptModel model, FixtureTensors tensors, string name)
    {
        using var graph = device.BeginGraph(new RandomStream(1));
        var inputs = tensors.Under($"{name}/in/");
        var outputs = tensors.Under($"{name}/out/");
        var mask = inputs.GetValueOrDefault("attention_mask");
        var ids = Ints(graph, inputs["input_ids"]);
        var result = model.Forward(graph, ids, new()
        {
            Keep = mask is null ? null : graph.Input(mask.Ints, [mask.Shape[0], 1, 1, mask.Shape[1]]),
            Positions = inputs.TryGetValue("position_ids", out var positions) ? Ints(graph, positions) : null,
            ReturnsWeights = outputs.ContainsKey("attentions"),
        });
        var logits = model.Logits(result.Hidden);
        // Of rows that can see nothing but padding, only those that count are compared.
        var isPaddedLeft = mask is not null && mask.Ints[0] * mask.Ints[(mask.Shape[1] * (mask.Shape[0] - 1))] == 0;
        var counting = isPaddedLeft ? mask!.Ints : null;
        using (Assert.EnterMultipleScope())
        {
            Check("logits", logits.ToArray());
            Check("last_hidden_state", result.Hidden.ToArray());
            Check("embedding_output", result.Embedding.ToArray());
            Check("attentions", [.. result.Weights.SelectMany(weights => weights.ToArray())]);
        }
        if (!inputs.TryGetValue("labels", out var labels))
            return;
        var loss = logits.CrossEntropy(graph.Input(Shifted(labels), new Shape(labels.Shape)));
        Close.Assert(loss.ToArray(), outputs["loss"].Floats, AbsoluteTolerance, OutputTolerance, "loss");
        var gradients = tensors.Under($"{name}/grad/");
        if (gradients.Count == 0)
            return;
        graph.Backward(loss);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(model.Parameters.Parameters.Select(parameter => parameter.Name), Is.EquivalentTo(gradients.Keys));
            foreach (var parameter in model.Parameters.Parameters)
            {
                var expected = gradients[parameter.Name].Floats;
                Close.Assert(parameter.Gradient!.ToArray(), expected, AbsoluteTolerance, GradientTolerance, parameter.Name);
            }
        }

        void Check(string output, float[] actual)
        {
            if (!outputs.TryGetValue(output, out var expected))
                return;
            var (left, right) = (actual, expected.Floats);
            if (counting is not null)
            {
                var columns = actual.Length / counting.Length;
                (left, right) = (Counting(left, columns), Counting(right, columns));
            }
            Close.Assert(left, right, AbsoluteTolerance, OutputTolerance, output);
        }

        float[] Counting(float[] values, int columns) => [.. values.Where((_, i) => counting![i / columns] != 0)];
    }

    private static void CheckChunks(Device device, GptModel model, FixtureTensors tensors, string name, int[] chunks)
    {
        var (ids, config) = (tensors[$"{name}/in/input_ids"], model.Config);
        var (batch, length) = (ids.Shape[0], ids.Shape[1]);
        using var cache = new KeyValueCache(device, config.Layers, batch, config.Context, config.Width);
        var logits = new float[batch * length * config.VocabSize];
        var begin = 0;
        foreach (var chunk in chunks)
        {
            using var graph = device.BeginGraph(isTraining: false);
            int[] Rows(Func<int, int, int> value) =>
                [.. Enumerable.Range(0, batch).SelectMany(b => Enumerable.Range(begin, chunk).Select(t => value(b, t)))];
            var first = graph.Input([.. Enumerable.Repeat(begin, batch)], [batch]);
            // One token at a time goes the way of sequences that have lengths of their own.
            var past = chunk > 1 || begin == 0
                ? new GptPast(cache, first) { Count = begin }
                : new GptPast(cache, first) { Lengths = graph.Input([.. Enumerable.Repeat(begin + 1, batch)], [batch]) };
            var result = model.Forward(graph, graph.Input(Rows((b, t) => ids.Ints[b * length + t]), [batch, chunk]), new()
            {
                Positions = graph.Input(Rows((_, t) => t), [batch, chunk]),
                Past = past,
            });
            var part = model.Logits(result.Hidden).ToArray();
            for (var b = 0; b < batch; b++)
            {
                part.AsSpan(b * chunk * config.VocabSize, chunk * config.VocabSize)
                    .CopyTo(logits.AsSpan((b * length + begin) * config.VocabSize));
            }
            begin += chunk;
        }
        Close.Assert(logits, tensors[$"{name}/out/logits_full"].Floats, AbsoluteTolerance, OutputTolerance, "logits_full");
    }

    // What follows each token; nothing follows the last.
    private static int[] Shifted(FixtureTensor labels)
    {
        var (length, values) = (labels.Shape[1], labels.Ints);
        return [.. values.Select((_, i) => i % length < length - 1 ? values[i + 1] : -100)];
    }

    private static Tensor Ints(Graph graph, FixtureTensor tensor) => graph.Input(tensor.Ints, new Shape(tensor.Shape));

    private static IEnumerable<TestCaseData> Cases() =>
        from folder in Fixtures.Find("gpt2_*")
        where !folder.StartsWith("tokenizers", StringComparison.Ordinal)
        from name in Names(folder)
        select new TestCaseData(folder, name);

    private static IEnumerable<string> Names(string folder) => Fixtures.Folder is null
        ? ["none"]
        : JsonDocument.Parse(File.ReadAllText(Path.Combine(Fixtures.Folder, folder, "cases.json"))).RootElement.GetProperty("cases")
            .EnumerateArray().Select(entry => entry.GetProperty("case").GetString()!);

    private static JsonElement Json(string folder, string name) =>
        JsonDocument.Parse(File.ReadAllText(Fixtures.Require(Path.Combine(folder, "cases.json")))).RootElement.GetProperty("cases")
            .EnumerateArray().Single(entry => entry.GetProperty("case").GetString() == name);
}
