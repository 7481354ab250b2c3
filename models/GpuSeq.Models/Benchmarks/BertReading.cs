using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>BERT-Base with random weights as it reads texts without padding: hidden states and the pooler's output.</summary>
internal static class BertReading
{
    private const double Tolerance = 1e-4;

    public static readonly BertConfig Form = BertSizes.Find("bert-base");

    public static IReadOnlyList<StepBenchmark> All { get; } = [Of(1, 32), Of(1, 128), Of(8, 128), Of(1, 512)];

    /// <summary>Operations of reading texts: of each token with all weights of the layers, and with the keys of its text.</summary>
    public static double Flops(int texts, int tokens)
    {
        double width = Form.Width;
        var weights = 4 * width * width + 2 * width * Form.Inner;
        return 2.0 * texts * tokens * Form.Layers * (weights + 2 * tokens * width);
    }

    /// <summary>The same, where of the last states only the first token's are wanted: the others need keys and values alone.</summary>
    public static double FlopsOfFirst(int texts, int tokens)
    {
        double width = Form.Width;
        return Flops(texts, tokens) - 2.0 * texts * (tokens - 1) * (2 * width * width + 2 * width * Form.Inner + 2 * tokens * width);
    }

    /// <summary>Tokens of all kinds, [B, T].</summary>
    public static int[] Ids(int texts, int tokens) => [.. Enumerable.Range(0, texts * tokens).Select(place => place * 97 % Form.VocabSize)];

    private static StepBenchmark Of(int texts, int tokens) =>
        new("forward", $"bert-base {texts}x{tokens}", Flops(texts, tokens), device => Create(device, texts, tokens));

    private static TimedStep Create(Device device, int texts, int tokens)
    {
        var model = new BertModel<PoolerHead>(device, Form, seed: 1);
        var batch = new Batch(ElementType.Int32);
        batch[0].Set(Ids(texts, tokens), [texts, tokens]);
        var step = new RecordedStep(device, (graph, inputs) => model.Forward(graph, new(graph.Input(inputs[0]))).Pooled!, isTraining: false);
        return new(() => step.Run(batch), () => Check(device, model, step, batch), step, model);
    }

    // A recorded step must compute what the model computes as it is written.
    private static string? Check(Device device, BertModel<PoolerHead> model, RecordedStep step, Batch batch)
    {
        var replayed = step.Run(batch).ToArray();
        using var graph = device.BeginGraph(isTraining: false);
        var written = model.Forward(graph, new(graph.Input(batch[0]))).Pooled!.ToArray();
        var worst = replayed.Zip(written, (a, b) => Math.Abs(a - b)).Max();
        return worst < Tolerance ? null : $"a replay is {worst} off";
    }
}
