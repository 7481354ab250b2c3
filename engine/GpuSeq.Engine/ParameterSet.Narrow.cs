using GpuSeq.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Engine;

public sealed partial class ParameterSet
{
    private const int ByteAlignment = Alignment * sizeof(float);

    private bool _isNarrowed;

    /// <summary>
    /// Makes weights smaller, for inference: half the memory as <see cref="ElementType.BFloat16"/>, a quarter as
    /// <see cref="ElementType.Int8"/>, which has a scale for each row (output channel). Linear layers, matrix products and look-ups
    /// read them, with float32 arithmetic. The set can be trained no more, and its gradients are given back.
    /// </summary>
    /// <param name="type">What the weights become.</param>
    /// <param name="which">Which of the matrices become that; null for all. Others stay float32, and so does what is no matrix.</param>
    /// <exception cref="ArgumentException">The type is another.</exception>
    /// <exception cref="InvalidOperationException">It was done before.</exception>
    public void Narrow(ElementType type, Func<Parameter, bool>? which = null)
    {
        if (type is not (ElementType.BFloat16 or ElementType.Int8))
            throw new ArgumentException($"Narrow: weights become BFloat16 or Int8, not {type}.", nameof(type));
        ThrowIfNarrowed();
        TakeValues();
        var narrowed = _parameters.Where(parameter => parameter.Shape.Rank == 2 && (which is null || which(parameter))).ToHashSet();
        var old = _values!;
        _values = Device.Pool.Rent(_parameters.Sum(parameter => SizeOf(parameter)));
        var memory = _values.View<byte>(_parameters.Sum(parameter => SizeOf(parameter)));
        var offset = 0L;
        foreach (var parameter in _parameters)
        {
            Place(parameter, narrowed.Contains(parameter) ? type : ElementType.Float32, memory.Part(offset, SizeOf(parameter)));
            parameter.IsFrozen = true;
            offset += SizeOf(parameter);
        }
        old.Dispose();
        _gradients?.Dispose();
        (_gradients, _allValues, _allGradients, _isNarrowed) = (null, default, default, true);

        long SizeOf(Parameter parameter)
        {
            var (count, isNarrowed) = (parameter.Shape.ElementCount, narrowed.Contains(parameter));
            return isNarrowed && type == ElementType.Int8 ? Aligned(count) + Aligned(parameter.Shape[0] * sizeof(float))
                : Aligned(count * (isNarrowed ? sizeof(ushort) : sizeof(float)));
        }
    }

    /// <exception cref="InvalidOperationException">The weights cannot be trained.</exception>
    internal void ThrowIfNarrowed()
    {
        if (_isNarrowed)
            throw new InvalidOperationException("The weights were narrowed for inference: they cannot be trained, nor narrowed again.");
    }

    private static long Aligned(long bytes) => (bytes + ByteAlignment - 1) / ByteAlignment * ByteAlignment;

    private void Place(Parameter parameter, ElementType type, ArrayView<byte> memory)
    {
        var (values, count) = (parameter.Floats, parameter.Shape.ElementCount);
        if (count == 0)
            return;
        if (type == ElementType.Float32)
        {
            var own = memory.Part(0, count * sizeof(float));
            values.CopyTo(own.Cast<float>());
            parameter.PlaceValues(own, null);
            return;
        }
        var (rows, columns) = (parameter.Shape[0], parameter.Shape[1]);
        var matrix = new LowPrecisionMatrix(rows, columns);
        if (type == ElementType.Int8)
        {
            var scales = memory.Part(Aligned(count), rows * sizeof(float)).Cast<float>();
            matrix = matrix with { Int8 = memory.Part(0, count).Cast<sbyte>(), Scales = scales };
            Device.Kernels.LowPrecision.ToInt8(values, matrix.Int8, scales, rows, columns);
        }
        else
        {
            matrix = matrix with { BFloat16 = memory.Part(0, count * sizeof(ushort)).Cast<ushort>() };
            Device.Kernels.LowPrecision.ToBFloat16(values, matrix.BFloat16);
        }
        parameter.PlaceValues(memory.Part(0, count * type.ByteSize()), matrix);
    }
}
