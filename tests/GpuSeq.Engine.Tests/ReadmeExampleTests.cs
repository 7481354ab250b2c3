using System.Globalization;

namespace GpuSeq.Engine.Tests;

/// <summary>The README's example, run as it stands there.</summary>
public sealed class ReadmeExampleTests
{
    [Test]
    public void Example_Learns()
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
        }
        var lines = output.ToString().TrimEnd().Split('\n');
        Assert.That(lines, Has.Length.EqualTo(3));
        var last = float.Parse(lines[^1].Split(' ')[^1], CultureInfo.InvariantCulture);
        Assert.That(last, Is.LessThan(0.35f), "ln 2 = 0.69 is what chance gives");
    }

    [Test]
    public void Example_StandsInTheReadme()
    {
        if (Fixtures.Repository is not { } repository)
        {
            Assert.Ignore("the tests run away from the repository");
            return;
        }
        var source = File.ReadAllLines(Path.Combine(repository, "tests/GpuSeq.Engine.Tests/ReadmeExampleTests.cs"));
        var example = source.SkipWhile(line => !line.Contains("// README begin", StringComparison.Ordinal)).Skip(1)
            .TakeWhile(line => !line.Contains("// README end", StringComparison.Ordinal))
            .Select(line => line.Length >= 8 ? line[8..] : line);
        Assert.That(File.ReadAllText(Path.Combine(repository, "README.md")), Does.Contain(string.Join('\n', example)));
    }

    private static void Run()
    {
        // README begin
        using var device = Device.Open("cpu");
        using var parameters = new ParameterSet(device, seed: 1);
        var gru = new RecurrentWeights(
            parameters.Add("weight_ih", [48, 1], Initializer.FanIn(16)), parameters.Add("weight_hh", [48, 16], Initializer.FanIn(16)));
        var head = parameters.Add("head", [2, 16], Initializer.FanIn(16));
        using var adam = new Adam(parameters, learningRate: 1e-2f) { ClipNorm = 1f };
        var random = new Random(1);
        for (var step = 1; step <= 300; step++)
        {
            var x = Enumerable.Range(0, 32 * 8).Select(_ => random.NextSingle() - 0.5f).ToArray(); // [B, T, 1]
            var labels = x.Chunk(8).Select(sequence => sequence.Sum() > 0 ? 1 : 0).ToArray(); // [B]
            using var graph = device.BeginGraph();
            var last = graph.Input(x, [32, 8, 1]).Gru([gru], new()).State.Reshape([32, 16]); // [B, H]
            var loss = last.Linear(head).CrossEntropy(graph.Input(labels, [32]));
            graph.Backward(loss);
            adam.Step();
            if (step % 100 == 0)
                Console.WriteLine($"step {step}: loss {loss.Item():0.000}");
        }
        // README end
    }
}
