using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// What lies on the device and steers a step of an optimizer, so that the program reads nothing back: a factor of all gradients,
/// and groups of parameters with learning rates and weight decays of their own. What is empty steers nothing.
/// </summary>
/// <param name="Scalars">
/// [3], by <see cref="Optimizers.Control"/>: the factor of the gradients, or a number below 0 for a step that changes nothing;
/// how many such steps there were; and the norm of the gradients.
/// </param>
/// <param name="Groups">
/// [N / 16, rounded up]: the group of each 16 parameters, or <see cref="Frozen"/> for those that the step leaves as they are.
/// </param>
/// <param name="Table">[groups, 2]: the factor of the learning rate, and the weight decay, which takes the place of the options'.</param>
public readonly record struct StepControl(
    ArrayView<float> Scalars = default, ArrayView<byte> Groups = default, ArrayView<float> Table = default)
{
    /// <summary>Where the factor of the gradients stands in <see cref="Scalars"/>.</summary>
    public const int Factor = 0;

    /// <summary>Where the number of steps that changed nothing stands in <see cref="Scalars"/>.</summary>
    public const int SkippedSteps = 1;

    /// <summary>Where the norm of the gradients stands in <see cref="Scalars"/>.</summary>
    public const int Norm = 2;

    /// <summary>The length of <see cref="Scalars"/>.</summary>
    public const int ScalarCount = 3;

    /// <summary>The parameters that share an entry of <see cref="Groups"/>.</summary>
    public const int BlockLength = 16;

    /// <summary>The group of the parameters that stay as they are.</summary>
    public const byte Frozen = byte.MaxValue;
}
