namespace GpuSeq.Models;

/// <summary>No head: the encoder alone, for its hidden states.</summary>
public sealed class NoHead : IBertHead<NoHead>
{
    private NoHead()
    {
    }

    /// <inheritdoc/>
    public static string Purpose => BertNames.Bare;

    /// <inheritdoc/>
    public static NoHead Create(ParameterScope scope, BertEncoder encoder) => new();
}

/// <summary>No head but the pooler, whose view of the first token is in <see cref="BertResult.Pooled"/>.</summary>
public sealed class PoolerHead : IBertHead<PoolerHead>
{
    private PoolerHead()
    {
    }

    /// <inheritdoc/>
    public static string Purpose => BertNames.Bare;

    /// <inheritdoc/>
    public static bool Suits(string modelType) => modelType != BertConfig.Electra;

    /// <inheritdoc/>
    public static bool ReadsPooler(string modelType) => true;

    /// <inheritdoc/>
    public static PoolerHead Create(ParameterScope scope, BertEncoder encoder) => new();
}
