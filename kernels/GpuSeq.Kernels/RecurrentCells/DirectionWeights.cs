using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>The weights of one direction of one recurrent layer, as PyTorch lays them out.</summary>
/// <param name="WeightIh">[gates H, inputs].</param>
/// <param name="WeightHh">[gates H, S].</param>
/// <param name="BiasIh">[gates H], or empty.</param>
/// <param name="BiasHh">[gates H], or empty.</param>
/// <param name="WeightHr">[P, H], or empty without a projection.</param>
public readonly record struct DirectionWeights(
    ArrayView<float> WeightIh, ArrayView<float> WeightHh, ArrayView<float> BiasIh = default, ArrayView<float> BiasHh = default,
    ArrayView<float> WeightHr = default);

/// <summary>Where the gradients of one direction's weights are written.</summary>
/// <param name="WeightIh">[gates H, inputs].</param>
/// <param name="WeightHh">[gates H, S].</param>
/// <param name="BiasIh">[gates H].</param>
/// <param name="BiasHh">[gates H].</param>
/// <param name="WeightHr">[P, H].</param>
public readonly record struct DirectionGradients(
    GradientTarget WeightIh, GradientTarget WeightHh, GradientTarget BiasIh, GradientTarget BiasHh, GradientTarget WeightHr);

/// <summary>The dropout between layers. Layer l draws under the number of the first call plus l.</summary>
/// <param name="Rate">The share that is dropped, from 0 to 1, exclusively.</param>
/// <param name="Seed">The seed of the masks.</param>
/// <param name="FirstCall">The number of the first layer's call under the seed.</param>
public readonly record struct StackDropout(float Rate, ulong Seed, ulong FirstCall);
