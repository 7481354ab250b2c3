using GpuSeq.Kernels;
using GpuSeq.Kernels.Recording;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Engine;

/// <summary>A named tensor that training changes, with a gradient of its own. It belongs to a <see cref="ParameterSet"/>.</summary>
public sealed class Parameter : Tensor
{
    private readonly ParameterSet _set;
    private readonly ParameterGradient _gradient;
    private ArrayView<byte> _values;
    private ArrayView<byte> _gradients;

    internal Parameter(ParameterSet set, string name, Shape shape, Initializer initializer, long offset)
        : base(null, shape, ElementType.Float32, default, requiresGradient: true)
    {
        _set = set;
        Name = name;
        Initializer = initializer;
        Offset = offset;
        _gradient = new ParameterGradient(this);
        MarkGradient = () =>
        {
            if (!HasGradient)
                set.Device.WrittenGradients++;
            HasGradient = true;
        };
    }

    /// <summary>Its name, as PyTorch's <c>state_dict</c> has it.</summary>
    public string Name { get; }

    /// <summary>The gradient. It is zero until a backward pass writes it.</summary>
    public override Tensor? Gradient => _gradient;

    /// <summary>
    /// Whether training leaves it as it is: no gradient is computed for it, and no optimizer changes it. It may be set between
    /// steps.
    /// </summary>
    public bool IsFrozen
    {
        get;
        set
        {
            if (field == value)
                return;
            if (!value)
                _set.ThrowIfNarrowed();
            field = value;
            HasGradient = false;
            _set.RaiseVersion();
        }
    }

    /// <inheritdoc/>
    public override bool RequiresGradient => !IsFrozen;

    /// <summary>What one element is: float32, unless <see cref="ParameterSet.Narrow"/> made something smaller of it.</summary>
    public override ElementType ElementType =>
        LowPrecision is not { } matrix ? ElementType.Float32 : matrix.IsInt8 ? ElementType.Int8 : ElementType.BFloat16;

    /// <summary>Sets its values.</summary>
    /// <param name="values">As many as its shape holds, rows first.</param>
    public void Assign(ReadOnlySpan<float> values)
    {
        if (values.Length != Shape.ElementCount)
            throw new ArgumentException($"Parameter {this} cannot take {values.Length} values.", nameof(values));
        Floats.CopyFromCPU(values);
    }

    internal Initializer Initializer { get; }

    /// <summary>Its elements in fewer bits than float32; null where they are float32.</summary>
    internal LowPrecisionMatrix? LowPrecision { get; private set; }

    /// <summary>Where it begins in the set's memory, in elements.</summary>
    internal long Offset { get; }

    /// <summary>Whether a backward pass has written the gradient since it was last cleared.</summary>
    internal bool HasGradient { get; private set; }

    /// <summary>Says that a backward pass has written the gradient; replays say it again.</summary>
    internal Action MarkGradient { get; }

    internal void ForgetGradient()
    {
        if (HasGradient)
            _set.Device.WrittenGradients--;
        HasGradient = false;
    }

    internal override ArrayView<byte> Memory
    {
        get
        {
            _set.TakeValues();
            return _values;
        }
    }

    internal override KernelLibrary Kernels => _set.Device.Kernels;

    /// <summary>The memory of the gradient, whatever it holds.</summary>
    internal ArrayView<byte> GradientMemory
    {
        get
        {
            _set.TakeGradients();
            return _gradients;
        }
    }

    /// <summary>Sets the gradient to zero where no backward pass has written it.</summary>
    internal void ClearUnwritten()
    {
        if (HasGradient)
            return;
        Kernels.Clear(GradientMemory);
        Kernels.Repeat(MarkGradient);
    }

    /// <summary>Takes its part of the set's memory.</summary>
    internal void PlaceValues(ArrayView<byte> all) => _values = Slice(all, sizeof(float));

    /// <summary>Takes memory of its own: float32s, or what a matrix of fewer bits reads.</summary>
    internal void PlaceValues(ArrayView<byte> own, LowPrecisionMatrix? matrix) => (_values, LowPrecision) = (own, matrix);

    /// <summary>Takes its part of the gradients' memory.</summary>
    internal void PlaceGradients(ArrayView<byte> all) => _gradients = Slice(all, sizeof(float));

    internal ArrayView<float> Slice(ArrayView<float> all) => Slice(all, 1);

    private ArrayView<T> Slice<T>(ArrayView<T> all, int size)
        where T : unmanaged => all.Part(Offset * size, Shape.ElementCount * size);

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Shape}";

    private sealed class ParameterGradient(Parameter parameter)
        : Tensor(null, parameter.Shape, ElementType.Float32, default, requiresGradient: false)
    {
        internal override ArrayView<byte> Memory
        {
            get
            {
                parameter.ClearUnwritten();
                return parameter.GradientMemory;
            }
        }
    }
}
