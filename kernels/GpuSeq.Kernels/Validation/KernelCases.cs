namespace GpuSeq.Kernels.Validation;

/// <summary>Every case of every kernel.</summary>
public static class KernelCases
{
    /// <summary>The cases, family by family.</summary>
    public static IEnumerable<KernelCase> All =>
    [
        .. GemmCases.All,
        .. EmbeddingCases.All,
        .. SoftmaxCases.All,
        .. LayerNormCases.All,
        .. CrossEntropyCases.All,
        .. LossCases.All,
        .. ActivationCases.All,
        .. ElementwiseCases.All,
        .. ReductionCases.All,
        .. RecurrentCases.All,
        .. RandomCases.All,
        .. OptimizerCases.All,
    ];
}
