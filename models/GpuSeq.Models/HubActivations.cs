using GpuSeq.Kernels;

namespace GpuSeq.Models;

/// <summary>The activation functions by the Hub's names.</summary>
internal static class HubActivations
{
    /// <summary>The function of a name; null where there is none.</summary>
    public static Activation? Find(string name) => name switch
    {
        "gelu" => Activation.Gelu,
        "gelu_new" or "gelu_fast" or "gelu_pytorch_tanh" => Activation.GeluTanh,
        "relu" => Activation.Relu,
        "silu" or "swish" => Activation.Silu,
        "tanh" => Activation.Tanh,
        _ => null,
    };
}
