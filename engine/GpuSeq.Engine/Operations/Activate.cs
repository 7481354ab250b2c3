using GpuSeq.Kernels;
using GpuSeq.Kernels.Reference;

namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>tanh x.</summary>
    public static Tensor Tanh(this Tensor x) => x.Activate(Activation.Tanh);

    /// <summary>1 / (1 + e^-x).</summary>
    public static Tensor Sigmoid(this Tensor x) => x.Activate(Activation.Sigmoid);

    /// <summary>max(0, x).</summary>
    public static Tensor Relu(this Tensor x) => x.Activate(Activation.Relu);

    /// <summary>x times the share of the standard normal distribution below x (Hendrycks and Gimpel 2016). BERT's GELU.</summary>
    public static Tensor Gelu(this Tensor x) => x.Activate(Activation.Gelu);

    /// <summary>The approximation of <see cref="Gelu"/> by tanh. GPT-2's GELU.</summary>
    public static Tensor GeluTanh(this Tensor x) => x.Activate(Activation.GeluTanh);

    /// <summary>x / (1 + e^-x), also called swish.</summary>
    public static Tensor Silu(this Tensor x) => x.Activate(Activation.Silu);

    /// <summary>Applies an activation function to every element.</summary>
    public static Tensor Activate(this Tensor x, Activation activation)
    {
        var graph = Graph.Of(activation.ToString(), x);
        var y = graph.Result(x.Shape, x);
        graph.Kernels.Activations.Forward(activation, x.Floats, y.Floats);

        graph.Remember(
            activation.ToString(),
            [x],
            [y],
            () =>
            {
                var dx = graph.Accumulate(x);
                graph.Kernels.Activations.Backward(activation, x.Floats, y.Floats, graph.Arrived(y), dx.Floats, dx.Adds);
            },
            v => [Array.ConvertAll(v[0], value => ActivationReference.Apply(activation, value))]);
        return y;
    }
}
