using GpuSeq.Engine;

namespace GpuSeq.Models.Tests;

/// <summary>Conditional random fields against all paths, one by one.</summary>
public sealed class CrfTests
{
    private const int Steps = 5;
    private static readonly int[] Lengths = [5, 1, 3, 2];

    [Test]
    public void NegativeLogLikelihood_IsThatOfAllPaths([Values(1, 2, 4)] int tags)
    {
        using var device = Device.Open();
        using var parameters = new ParameterSet(device, seed: 3);
        var crf = new Crf(new(parameters), tags);
        foreach (var parameter in parameters.Parameters)
            parameter.Assign(Numbers((int)parameter.Shape.ElementCount, parameter.Name.Length));
        var (emissions, right) = Data(tags);
        using var graph = device.BeginGraph(new RandomStream(1));
        var given = graph.Input(emissions, [Lengths.Length, Steps, tags], requiresGradient: true);
        var loss = crf.NegativeLogLikelihood(graph, given, graph.Input(right, [Lengths.Length, Steps]), graph.Input(Lengths, [Lengths.Length]));
        Assert.Multiple(() =>
        {
            Assert.That(loss.Item(), Is.EqualTo(Expected(parameters, emissions, right, tags)).Within(1e-5));
            graph.CheckGradients(loss, [given, .. parameters.Parameters]).ThrowIfFailed();
            Assert.That(given.Gradient!.ToArray()[(Steps * tags + tags)..(2 * Steps * tags)], Is.All.Zero, "behind the end of a sentence");
        });
    }

    [Test]
    public void LargeScores_DoNotOverflow()
    {
        using var device = Device.Open();
        using var parameters = new ParameterSet(device, seed: 3);
        var crf = new Crf(new(parameters), 3);
        using var graph = device.BeginGraph(new RandomStream(1));
        var emissions = graph.Input([.. Numbers(Steps * 3, 1).Select(value => 1e4f * value)], [1, Steps, 3], requiresGradient: true);
        var loss = crf.NegativeLogLikelihood(graph, emissions, graph.Input(new int[Steps], [1, Steps]), graph.Input([Steps], [1]));
        graph.Backward(loss);
        Assert.Multiple(() =>
        {
            Assert.That(loss.Item(), Is.Positive.And.LessThan(1e5));
            Assert.That(emissions.Gradient!.ToArray(), Is.All.Matches<float>(float.IsFinite));
        });
    }

    [Test]
    public void Decoder_FindsTheBestOfAllPaths([Range(1, 5)] int length, [Values] bool isRestricted)
    {
        const int Tags = 3;
        var (start, transitions, end) = (Numbers(Tags, 1), Numbers(Tags * Tags, 2), Numbers(Tags, 3));
        var emissions = Numbers(length * Tags, 4 + length);
        var decoder = new ViterbiDecoder(start, transitions, end);
        if (isRestricted)
            decoder = decoder.Restricted(MayFollow);
        var best = Paths(length, Tags).Where(path => !isRestricted || IsAllowed(path))
            .MaxBy(path => Score(path, emissions, start, transitions, end, Tags));
        Assert.That(decoder.Decode(emissions), Is.EqualTo(best));

        static bool MayFollow(int? previous, int tag) => tag != 2 || previous == 1;
        static bool IsAllowed(int[] path) => path.Index().All(entry => MayFollow(entry.Index == 0 ? null : path[entry.Index - 1], entry.Item));
    }

    [Test]
    public void FreeDecoder_TakesTheBestTagOfEachStep() =>
        Assert.That(ViterbiDecoder.Free(3).Decode([0f, 2f, 1f, 5f, 4f, 3f, 0f, 0f, 1f]), Is.EqualTo(new[] { 1, 0, 2 }));

    private static double Expected(ParameterSet parameters, float[] emissions, int[] right, int tags)
    {
        var values = parameters.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.ToArray());
        return Enumerable.Range(0, Lengths.Length).Sum(sentence =>
        {
            var own = emissions[(sentence * Steps * tags)..((sentence * Steps + Lengths[sentence]) * tags)];
            return Math.Log(Paths(Lengths[sentence], tags).Sum(path => Math.Exp(ScoreOf(path))))
                - ScoreOf(right[(sentence * Steps)..(sentence * Steps + Lengths[sentence])]);

            double ScoreOf(int[] path) =>
                Score(path, own, values["start_transitions"], values["transitions"], values["end_transitions"], tags);
        }) / Lengths.Sum();
    }

    private static double Score(int[] path, float[] emissions, float[] start, float[] transitions, float[] end, int tags)
    {
        var score = (double)start[path[0]] + end[path[^1]];
        for (var step = 0; step < path.Length; step++)
            score += emissions[step * tags + path[step]] + (step > 0 ? transitions[path[step - 1] * tags + path[step]] : 0f);
        return score;
    }

    private static IEnumerable<int[]> Paths(int length, int tags) => length == 0
        ? [[]]
        : Paths(length - 1, tags).SelectMany(path => Enumerable.Range(0, tags).Select(tag => (int[])[.. path, tag]));

    private static (float[] Emissions, int[] Tags) Data(int tags)
    {
        var random = new SplitMix64(7);
        var right = new int[Lengths.Length * Steps];
        for (var i = 0; i < right.Length; i++)
            right[i] = random.Next(tags);
        return (Numbers(right.Length * tags, 11), right);
    }

    private static float[] Numbers(int count, int seed)
    {
        var random = new SplitMix64((ulong)seed);
        var numbers = new float[count];
        for (var i = 0; i < count; i++)
            numbers[i] = (float)(4 * random.NextUniform() - 2);
        return numbers;
    }
}
