using GpuSeq.Kernels;
using ILGPU;

namespace GpuSeq.Engine;

/// <summary>One update of all parameters.</summary>
/// <param name="Values">All parameters.</param>
/// <param name="Gradients">All gradients.</param>
/// <param name="LearningRate">The learning rate.</param>
/// <param name="WeightDecay">The weight decay.</param>
/// <param name="Control">What steers it from the device.</param>
internal readonly record struct OptimizerUpdate(
    ArrayView<float> Values, ArrayView<float> Gradients, double LearningRate, double WeightDecay, StepControl Control);
