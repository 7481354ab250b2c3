using System.Text.Json;
using GpuSeq.Engine;

namespace GpuSeq.Models.Tests;

/// <summary>
/// BERT, RoBERTa, ALBERT and ELECTRA against the Hub's: embeddings, hidden states, attention, logits, losses and gradients, with
/// padding on either side, old names and tied tensors, and ten steps of training.
/// </summary>
[Category(Fixtures.Category)]
public sealed class BertFixtureTests
{
    private const double AbsoluteTolerance = 1e-5;
    private const double OutputTolerance = 1e-5;
    private const double GradientTolerance = 5e-5;
    private const double TrajectoryTolerance = 2e-5;
    private const string KeyBias = "key.bias"; // its gradient is 0 in theory

    [TestCaseSource(nameof(Cases))]
    public void Model_ComputesWhatTheHubs(string folder, string name)
    {
        var tensors = FixtureTensors.Read(Fixtures.Require(Path.Combine(folder, "cases.safetensors")));
        using var device = Device.Open();
        using var model = BertFixtureModel.Load(device, new(Fixtures.Require(folder)));
        using var graph = device.BeginGraph(new RandomStream(1));
        var result = model.Run(graph, tensors.Under($"{name}/in/"), tensors.Under($"{name}/lossw/"), Problem(folder, name));
        using (Assert.EnterMultipleScope())
        {
            foreach (var (output, expected) in tensors.Under($"{name}/out/"))
            {
                Assert.That(result, Does.ContainKey(output));
                Close.Assert(result[output].ToArray(), expected.Floats, AbsoluteTolerance, OutputTolerance, output);
            }
        }
        var gradients = tensors.Under($"{name}/grad/");
        if (gradients.Count > 0)
        {
            graph.Backward(result["loss"]);
            CheckGradients(model.Parameters, gradients);
        }
    }

    [TestCaseSource(nameof(Trajectories))]
    public void Training_GoesTheWayOfPyTorch(string folder, string name)
    {
        var tensors = FixtureTensors.Read(Fixtures.Require(Path.Combine(folder, "trajectory.safetensors")));
        var expected = tensors.Under($"{name}/");
        using var device = Device.Open();
        using var model = BertFixtureModel.Load(device, new(Fixtures.Require(folder)));
        var isPlain = name == "all_decay";
        using var optimizer = new Adam(model.Parameters)
        {
            IsDecoupled = true,
            WeightDecay = 0.01,
            Groups = isPlain ? [] : [ParameterGroup.WithoutDecay],
            ClipNorm = isPlain ? 0f : 1f,
        };
        var inputs = tensors.Under("in/");
        var losses = new List<float>();
        foreach (var rate in expected["learning_rates"].Floats)
        {
            using var graph = device.BeginGraph(new RandomStream(1));
            var loss = model.Run(graph, inputs)["loss"];
            graph.Backward(loss);
            optimizer.LearningRate = rate;
            optimizer.Step();
            losses.Add(loss.Item());
        }
        using var last = device.BeginGraph(isTraining: false);
        var after = model.Run(last, inputs);
        using (Assert.EnterMultipleScope())
        {
            CheckStep([.. losses], "losses");
            CheckStep(after["loss"].ToArray(), "loss_after");
            CheckStep(after["logits"].ToArray(), "logits_after");
            foreach (var parameter in tensors.Under($"{name}/param_after/").Keys.Where(key => !IsKeyBias(key)))
                CheckStep(model.Parameters.Find(parameter)!.ToArray(), $"param_after/{parameter}");
        }

        void CheckStep(float[] actual, string what) =>
            Close.Assert(actual, expected[what].Floats, TrajectoryTolerance, TrajectoryTolerance, what);
    }

    private static void CheckGradients(ParameterSet parameters, IReadOnlyDictionary<string, FixtureTensor> gradients)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(parameters.Parameters.Select(parameter => parameter.Name), Is.EquivalentTo(gradients.Keys));
            foreach (var (name, expected) in gradients)
            {
                var tolerance = IsKeyBias(name) ? 0 : GradientTolerance;
                Close.Assert(parameters.Find(name)!.Gradient!.ToArray(), expected.Floats, AbsoluteTolerance, tolerance, name);
            }
        }
    }

    private static bool IsKeyBias(string name) => name.EndsWith(KeyBias, StringComparison.Ordinal);

    private static string? Problem(string folder, string name) =>
        CasesOf(folder, "cases.json").Single(entry => entry.GetProperty("case").GetString() == name)
            .TryGetProperty("problem_type", out var problem) ? problem.GetString() : null;

    private static IEnumerable<TestCaseData> Cases() => Find("cases.json");

    private static IEnumerable<TestCaseData> Trajectories() => Find("trajectory.json");

    private static IEnumerable<TestCaseData> Find(string file) => Fixtures.Folder is null
        ? [new TestCaseData("none", "none")]
        :
        from folder in Fixtures.Find(file).Select(path => Path.GetDirectoryName(path)!)
        where BertFixtureModel.CanLoad(new(Path.Combine(Fixtures.Folder, folder)))
        from entry in CasesOf(folder, file)
        select new TestCaseData(folder, entry.GetProperty("case").GetString());

    private static JsonElement.ArrayEnumerator CasesOf(string folder, string file) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(Fixtures.Folder!, folder, file))).RootElement.GetProperty("cases")
            .EnumerateArray();
}
