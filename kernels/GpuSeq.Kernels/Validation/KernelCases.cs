namespace GpuSeq.Kernels.Validation;

/// <summary>Every case of every kernel.</summary>
public static class KernelCases
{
    /// <summary>The cases, family by family.</summary>
    public static IReadOnlyList<KernelCase> All { get; } =
    [
        .. GemmCases.All,
        .. EmbeddingCases.All,
        .. SoftmaxCases.All,
        .. LayerNormCases.All,
        .. LayerNormResidualCases.All,
        .. CrossEntropyCases.All,
        .. LossCases.All,
        .. ActivationCases.All,
        .. ElementwiseCases.All,
        .. ReductionCases.All,
        .. AxisCases.All,
        .. RecurrentCases.All,
        .. RandomCases.All,
        .. SamplingCases.All,
        .. OptimizerCases.All,
        .. WordVectorCases.All,
    ];

    /// <summary>The cases of the quick check: every kernel with every option, but little work.</summary>
    public static IEnumerable<KernelCase> Quick => All.Where(kernelCase => kernelCase.IsQuick);
}
