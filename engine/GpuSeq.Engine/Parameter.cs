using GpuSeq.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Engine;

/// <summary>A named tensor that training changes, with a gradient of its own. It belongs to a <see cref="ParameterSet"/>.</summary>
public sealed class Parameter : Tensor
{
    private readonly ParameterSet _set;
    private readonly ParameterGradient _gradient;

    internal Parameter(ParameterSet set, string name, Shape shape, Initializer initializer, long offset)
        : base(null, shape, ElementType.Float32, default, requiresGradient: true)
    {
        _set = set;
        Name = name;
        Initializer = initializer;
        Offset = offset;
        _gradient = new ParameterGradient(this);
    }

    /// <summary>Its name, as PyTorch's <c>state_dict</c> has it.</summary>
    public string Name { get; }

    /// <summary>The gradient. It is zero until a backward pass writes it.</summary>
    public override Tensor? Gradient => _gradient;

    /// <summary>Sets its values.</summary>
    /// <param name="values">As many as its shape holds, rows first.</param>
    public void Assign(ReadOnlySpan<float> values)
    {
        if (values.Length != Shape.ElementCount)
            throw new ArgumentException($"Parameter {this} cannot take {values.Length} values.", nameof(values));
        Floats.CopyFromCPU(values);
    }

    internal Initializer Initializer { get; }

    /// <summary>Where it begins in the set's memory, in elements.</summary>
    internal long Offset { get; }

    /// <summary>Whether a backward pass has written the gradient since it was last cleared.</summary>
    internal bool HasGradient { get; private set; }

    internal void MarkGradient()
    {
        if (!HasGradient)
            _set.Device.WrittenGradients++;
        HasGradient = true;
    }

    internal void ForgetGradient()
    {
        if (HasGradient)
            _set.Device.WrittenGradients--;
        HasGradient = false;
    }

    internal override ArrayView<byte> Memory => Slice(_set.Values);

    internal override KernelLibrary Kernels => _set.Device.Kernels;

    internal ArrayView<float> Slice(ArrayView<float> all) => all.Part(Offset, Shape.ElementCount);

    internal ArrayView<byte> Slice(ArrayView<byte> all) => all.Part(Offset * sizeof(float), Shape.ElementCount * sizeof(float));

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Shape}";

    private sealed class ParameterGradient(Parameter parameter)
        : Tensor(null, parameter.Shape, ElementType.Float32, default, requiresGradient: false)
    {
        internal override ArrayView<byte> Memory
        {
            get
            {
                parameter._set.ClearUnwritten(parameter);
                return parameter.Slice(parameter._set.GradientMemory);
            }
        }
    }
}
