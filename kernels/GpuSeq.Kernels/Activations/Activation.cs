namespace GpuSeq.Kernels;

/// <summary>The functions that are applied to every element, by themselves or at the end of a matrix product.</summary>
public enum Activation
{
    /// <summary>The value itself.</summary>
    None,

    /// <summary>max(0, x).</summary>
    Relu,

    /// <summary>tanh x.</summary>
    Tanh,

    /// <summary>1 / (1 + e^-x).</summary>
    Sigmoid,

    /// <summary>x times the share of the standard normal distribution below x: x (1 + erf(x / sqrt 2)) / 2. BERT's GELU.</summary>
    Gelu,

    /// <summary>The approximation x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2. GPT-2's GELU.</summary>
    GeluTanh,

    /// <summary>x / (1 + e^-x), also called swish.</summary>
    Silu,
}
