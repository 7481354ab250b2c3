using System.Globalization;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Engine.Tests;

/// <summary>The README's example, run as it stands there.</summary>
public sealed class ReadmeExampleTests
{
    private const string File = "product.safetensors";

    [Test]
    public void Example_LearnsSavesAndLoads()
    {
        var (output, before) = (new StringWriter(CultureInfo.InvariantCulture), Console.Out);
        Console.SetOut(output);
        try
        {
            Run();
        }
        finally
        {
            Console.SetOut(before);
            System.IO.File.Delete(File);
        }
        var lines = output.ToString().TrimEnd().Split('\n');
        Assert.That(lines, Has.Length.EqualTo(4));
        Assert.Multiple(() =>
        {
            Assert.That(Last(lines[2]), Is.LessThan(0.002f), "the mean square of what is learned is 0.11");
            Assert.That(Last(lines[3]), Is.EqualTo(0.2f).Within(0.1f), "0.5 x 0.4 by the loaded model");
        });

        static float Last(string line) => float.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture);
    }

    [Test]
    public void Example_StandsInTheReadmeAndIsShort()
    {
        if (Fixtures.Repository is not { } repository)
        {
            Assert.Ignore("the tests run away from the repository");
            return;
        }
        var source = System.IO.File.ReadAllLines(Path.Combine(repository, "tests/GpuSeq.Engine.Tests/ReadmeExampleTests.cs"));
        var example = string.Join("\n\n", Parts(source));
        Assert.Multiple(() =>
        {
            Assert.That(example.Split('\n'), Has.Length.InRange(30, 38), "with the two lines of its namespaces at most 40");
            Assert.That(
                System.IO.File.ReadAllText(Path.Combine(repository, "README.md")),
                Does.Contain($"using GpuSeq.Engine;\nusing GpuSeq.Engine.Checkpoints;\n\n{example}\n```"));
        });
    }

    // What stands between the marks, moved to the left edge.
    private static IEnumerable<string> Parts(string[] source)
    {
        for (var i = 0; i < source.Length; i++)
        {
            if (source[i].Trim() != "// README begin")
                continue;
            var indent = source[i].IndexOf('/', StringComparison.Ordinal);
            var lines = source.Skip(i + 1).TakeWhile(line => line.Trim() != "// README end");
            yield return string.Join('\n', lines.Select(line => line.Length > indent ? line[indent..] : ""));
        }
    }

    private static void Run()
    {
        // README begin
        using var device = Device.Open("cpu");
        using var parameters = new ParameterSet(device, seed: 1);
        var model = new TwoLayers(parameters);
        using var adam = new Adam(parameters, learningRate: 1e-2f) { ClipNorm = 1f };
        using var step = new RecordedStep(device, (graph, batch) => // written once, then replayed
        {
            var loss = TwoLayers.Loss(model.Forward(graph.Input(batch[0])), graph.Input(batch[1]));
            graph.Backward(loss);
            adam.Step();
            return loss;
        });
        var (random, examples) = (new Random(1), new Batch(ElementType.Float32, ElementType.Float32));
        for (var i = 1; i <= 900; i++)
        {
            var x = Enumerable.Range(0, 64 * 2).Select(_ => 2f * random.NextSingle() - 1f).ToArray();
            examples[0].Set(x, [64, 2]);
            examples[1].Set([.. x.Chunk(2).Select(pair => pair[0] * pair[1])], [64, 1]); // to be learned
            var loss = step.Run(examples);
            if (i % 300 == 0)
                Console.WriteLine($"step {i}: loss {loss.Item():0.00000}");
        }
        TensorFiles.Save("product.safetensors", parameters);

        using var others = new ParameterSet(device);
        var loaded = new TwoLayers(others);
        TensorFiles.Load("product.safetensors", others);
        using var graph = device.BeginGraph(isTraining: false);
        Console.WriteLine($"0.5 x 0.4 is about {loaded.Forward(graph.Input([0.5f, 0.4f], [1, 2])).Item():0.00}");
        // README end
    }

    // README begin
    internal sealed class TwoLayers(ParameterSet parameters)
    {
        private readonly Parameter _w1 = parameters.Add("w1", [32, 2], Initializer.FanIn(2)), _b1 = parameters.Add("b1", [32], Initializer.Zeros);
        private readonly Parameter _w2 = parameters.Add("w2", [1, 32], Initializer.FanIn(32));

        public Tensor Forward(Tensor x) => x.Linear(_w1, _b1).Tanh().Linear(_w2); // [B, 2] to [B, 1]

        public static Tensor Loss(Tensor y, Tensor target) => ((y - target).Square() + 1f).Log().Mean(); // log (1 + error^2)
    }
    // README end
}
