using System.Reflection;
using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Kernels.Recording;

/// <summary>A piece of work with its arguments, as it is done again in every replay.</summary>
internal abstract class RecordedWork
{
    /// <summary>The types of the arguments that may hold views.</summary>
    public virtual Type[] ArgumentTypes => [];

    /// <summary>Does the work.</summary>
    public abstract void Run();

    /// <summary>The memory of an argument.</summary>
    public virtual ref byte Argument(int index) => throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>Whether other work is the same but for its arguments.</summary>
    public abstract bool IsLike(RecordedWork other);

    /// <summary>What it is, for messages.</summary>
    public abstract override string ToString();

    protected static ref byte Bytes<T>(ref T argument) => ref Unsafe.As<T, byte>(ref argument);
}

/// <summary>A launch of a kernel.</summary>
internal abstract class Launch(MethodInfo kernel, object shape) : RecordedWork
{
    private readonly MethodInfo _kernel = kernel;
    private readonly object _shape = shape;

    public override bool IsLike(RecordedWork other) =>
        other is Launch launch && launch._kernel == _kernel && launch._shape.Equals(_shape);

    public override string ToString() => $"kernel {_kernel.DeclaringType?.Name}.{_kernel.Name}";
}

/// <summary>A copy from one place of the device to another.</summary>
internal sealed class Copy(ArrayView<byte> source, ArrayView<byte> target) : RecordedWork
{
    private ArrayView<byte> _source = source;
    private ArrayView<byte> _target = target;

    public override Type[] ArgumentTypes => [typeof(ArrayView<byte>), typeof(ArrayView<byte>)];

    public override void Run() => _source.CopyTo(_target);

    public override ref byte Argument(int index) => ref index == 0 ? ref Bytes(ref _source) : ref Bytes(ref _target);

    public override bool IsLike(RecordedWork other) => other is Copy;

    public override string ToString() => "a copy";
}

/// <summary>Memory that is set to zero.</summary>
internal sealed class Clear(ArrayView<byte> target) : RecordedWork
{
    private ArrayView<byte> _target = target;

    public override Type[] ArgumentTypes => [typeof(ArrayView<byte>)];

    public override void Run() => _target.MemSetToZero();

    public override ref byte Argument(int index) => ref Bytes(ref _target);

    public override bool IsLike(RecordedWork other) => other is Clear;

    public override string ToString() => "setting memory to zero";
}

/// <summary>Values that go from the program to the device.</summary>
internal sealed class Upload<T>(IHostSource<T> source, ArrayView<T> target) : RecordedWork
    where T : unmanaged
{
    private ArrayView<T> _target = target;

    public override Type[] ArgumentTypes => [typeof(ArrayView<T>)];

    public override void Run()
    {
        var values = source.Values;
        if (values.Length != _target.Length)
            throw new InvalidOperationException($"A recorded step took {_target.Length} values as {this} and is given {values.Length}.");
        _target.CopyFromCPU(values);
    }

    public override ref byte Argument(int index) => ref Bytes(ref _target);

    public override bool IsLike(RecordedWork other) => other is Upload<T> upload && upload.Source.Equals(Source);

    public override string ToString() => $"the input of {Source}";

    private IHostSource<T> Source => source;
}

/// <summary>Work of the program that every replay does again.</summary>
internal sealed class HostWork(Action action) : RecordedWork
{
    public override void Run() => action();

    public override bool IsLike(RecordedWork other) => other is HostWork work && work.Action == action;

    public override string ToString() => $"{action.Method.DeclaringType?.Name}.{action.Method.Name}";

    private Action Action => action;
}

/// <summary>Where the values come from that a step takes to the device.</summary>
/// <typeparam name="T">The element type.</typeparam>
public interface IHostSource<T>
    where T : unmanaged
{
    /// <summary>The values of this run.</summary>
    ReadOnlySpan<T> Values { get; }
}
