using GpuSeq.Kernels.Recording;

namespace GpuSeq.Engine;

/// <summary>
/// Values in the program's memory, such as token ids, targets or images, that a step takes to the device. It can be filled
/// again and again; its memory only grows.
/// </summary>
public sealed class HostTensor : IHostSource<float>, IHostSource<int>
{
    private float[] _floats = [];
    private int[] _ints = [];

    /// <summary>A tensor that holds nothing yet.</summary>
    /// <param name="elementType">Float32 or Int32.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is another type.</exception>
    public HostTensor(ElementType elementType = ElementType.Float32)
    {
        if (elementType is not (ElementType.Float32 or ElementType.Int32))
            throw new ArgumentOutOfRangeException(nameof(elementType), $"A host tensor holds Float32 or Int32, not {elementType}.");
        ElementType = elementType;
    }

    /// <summary>What one element is.</summary>
    public ElementType ElementType { get; }

    /// <summary>The sizes of its dimensions.</summary>
    public Shape Shape { get; private set; } = [0];

    /// <summary>The elements, rows first.</summary>
    /// <exception cref="InvalidOperationException">They are integers.</exception>
    public Span<float> Floats => Elements(_floats, ElementType.Float32);

    /// <summary>The elements, rows first.</summary>
    /// <exception cref="InvalidOperationException">They are not integers.</exception>
    public Span<int> Ints => Elements(_ints, ElementType.Int32);

    /// <summary>Gives it a shape. What the elements are then is undefined.</summary>
    public void Resize(Shape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        Shape = shape;
        if (ElementType == ElementType.Float32 && _floats.Length < shape.ElementCount)
            _floats = new float[shape.ElementCount];
        if (ElementType == ElementType.Int32 && _ints.Length < shape.ElementCount)
            _ints = new int[shape.ElementCount];
    }

    /// <summary>Takes values over.</summary>
    /// <param name="values">As many as the shape holds, rows first.</param>
    /// <param name="shape">The shape.</param>
    /// <exception cref="ArgumentException">There are more or fewer.</exception>
    public void Set(ReadOnlySpan<float> values, Shape shape)
    {
        CheckLength(values.Length, shape);
        Resize(shape);
        values.CopyTo(Floats);
    }

    /// <inheritdoc cref="Set(ReadOnlySpan{float}, Shape)"/>
    public void Set(ReadOnlySpan<int> values, Shape shape)
    {
        CheckLength(values.Length, shape);
        Resize(shape);
        values.CopyTo(Ints);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{ElementType} {Shape} in the program's memory";

    ReadOnlySpan<float> IHostSource<float>.Values => Floats;

    ReadOnlySpan<int> IHostSource<int>.Values => Ints;

    internal IHostSource<T> As<T>()
        where T : unmanaged => (IHostSource<T>)(object)this;

    internal static void CheckLength(int length, Shape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (length != shape.ElementCount)
            throw new ArgumentException($"Input: {length} values do not fill a tensor of shape {shape}.");
    }

    private Span<T> Elements<T>(T[] elements, ElementType type) => ElementType == type
        ? elements.AsSpan(0, Shape.IntCount)
        : throw new InvalidOperationException($"A host tensor of {ElementType} {Shape} was used as {type}.");
}
