namespace GpuSeq.Kernels.Validation;

/// <summary>Every case of every kernel.</summary>
public static class KernelCases
{
    /// <summary>The families.</summary>
    public static IReadOnlyList<KernelFamily> Families { get; } =
    [
        new("Gemm", GemmCases.All, () => GemmCases.Benchmarks),
        new("Attention", AttentionCases.All, () => AttentionCases.Benchmarks),
        new("Embedding", EmbeddingCases.All, () => EmbeddingCases.Benchmarks),
        new("Softmax", SoftmaxCases.All, () => SoftmaxCases.Benchmarks),
        new(
            "LayerNorm", LayerNormCases.All.Concat(LayerNormResidualCases.All),
            () => LayerNormCases.Benchmarks.Concat(LayerNormResidualCases.Benchmarks)),
        new("CrossEntropy", CrossEntropyCases.All, () => CrossEntropyCases.Benchmarks),
        new("Losses", LossCases.All, () => LossCases.Benchmarks),
        new("Activations", ActivationCases.All, () => ActivationCases.Benchmarks),
        new(
            "Elementwise", ElementwiseCases.All.Concat(FunctionCases.All).Concat(WhereCases.All),
            () => ElementwiseCases.Benchmarks.Concat(FunctionCases.Benchmarks).Concat(WhereCases.Benchmarks)),
        new(
            "Layout", LayoutCases.All.Concat(GatherCases.All).Concat(PlacementCases.All),
            () => LayoutCases.Benchmarks.Concat(GatherCases.Benchmarks).Concat(PlacementCases.Benchmarks)),
        new("Convolution", ConvolutionCases.All, () => ConvolutionCases.Benchmarks),
        new("Pooling", PoolingCases.All, () => PoolingCases.Benchmarks),
        new("Reduction", ReductionCases.All.Concat(AxisCases.All), () => ReductionCases.Benchmarks.Concat(AxisCases.Benchmarks)),
        new("RecurrentCells", RecurrentCases.All, () => RecurrentCases.Benchmarks),
        new("Random", RandomCases.All.Concat(SamplingCases.All), () => RandomCases.Benchmarks.Concat(SamplingCases.Benchmarks)),
        new("Dropout", DropoutCases.All, () => DropoutCases.Benchmarks),
        new(
            "Optimizers", OptimizerCases.All.Concat(StepControlCases.All),
            () => OptimizerCases.Benchmarks.Concat(StepControlCases.Benchmarks)),
        new("LowPrecision", LowPrecisionCases.All, () => LowPrecisionCases.Benchmarks),
        new("WordVectors", WordVectorCases.All, () => WordVectorCases.Benchmarks),
    ];

    /// <summary>The cases, family by family.</summary>
    public static IReadOnlyList<KernelCase> All { get; } = [.. Families.SelectMany(family => family.Cases)];

    /// <summary>The cases of the quick check: every kernel with every option, but little work.</summary>
    public static IEnumerable<KernelCase> Quick => All.Where(kernelCase => kernelCase.IsQuick);

    /// <summary>Larger shapes, to be timed; made one by one.</summary>
    public static IEnumerable<KernelCase> Benchmarks => Families.SelectMany(family => family.Benchmarks);
}
