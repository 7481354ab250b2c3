using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>A step of fine-tuning BERT-Base to tell two labels: dropout, cross-entropy, clipping by norm, AdamW.</summary>
internal static class BertTuning
{
    private const int B = 8, T = 128;
    private const int StepsOfCheck = 8;

    public static StepBenchmark Benchmark { get; } = new(
        StepBenchmark.Step, $"bert-base {B}x{T}", 3 * BertReading.FlopsOfFirst(B, T), Create);

    private static TimedStep Create(Device device)
    {
        var model = new BertModel<ClassificationHead>(device, BertReading.Form, seed: 1);
        var optimizer = new Adam(model.Parameters, learningRate: 5e-5f)
        {
            IsDecoupled = true,
            WeightDecay = 0.01,
            Groups = [ParameterGroup.WithoutDecay],
            ClipNorm = 1f,
        };
        var step = new RecordedStep(
            device,
            (graph, batch) =>
            {
                var input = new BertInput(graph.Input(batch[0])).OfFirstTokens(graph);
                var loss = model.Head.Logits(model.Forward(graph, input)).CrossEntropy(graph.Input(batch[1]));
                graph.Backward(loss);
                optimizer.Step();
                return loss;
            },
            new RandomStream(seed: 1));
        var data = new Batch(ElementType.Int32, ElementType.Int32);
        data[0].Set(BertReading.Ids(B, T), [B, T]);
        data[1].Set([.. Enumerable.Range(0, B).Select(row => row % 2)], [B]);
        return TimedStep.Training(step, data, StepsOfCheck, optimizer, model);
    }
}
