using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Steps of whole models, which <c>gpuseq bench</c> times beside the kernels.</summary>
public static class ModelBenchmarks
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<StepBenchmark> All { get; } =
        [TransformerStep.Benchmark, GptReading.Prompt, GptReading.Token, .. BertReading.All, BertTuning.Benchmark];
}
