using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Kernels.Recording;

/// <summary>A view inside of an argument.</summary>
internal abstract class ViewLeaf(int offset)
{
    /// <summary>Where it lies in the argument, in bytes.</summary>
    protected int Offset { get; } = offset;

    public static ViewLeaf Of(Type elementType, int offset) =>
        (ViewLeaf)Activator.CreateInstance(typeof(ViewLeaf<>).MakeGenericType(elementType), offset)!;

    /// <summary>The memory that it is a view of: nothing, or where in which buffer, in bytes.</summary>
    public abstract (MemoryBuffer? Buffer, long Begin, long Length) Read(ref byte argument);

    /// <summary>Makes it a view of other memory.</summary>
    public abstract void Write(ref byte argument, ArrayView<byte> memory);
}

internal sealed class ViewLeaf<T>(int offset) : ViewLeaf(offset)
    where T : unmanaged
{
    public override (MemoryBuffer? Buffer, long Begin, long Length) Read(ref byte argument)
    {
        var view = View(ref argument);
        return view.IsValid ? (((IArrayView)view).Buffer, ((IContiguousArrayView)view).IndexInBytes, view.LengthInBytes) : default;
    }

    public override void Write(ref byte argument, ArrayView<byte> memory) => View(ref argument) = memory.Cast<T>();

    private ref ArrayView<T> View(ref byte argument) => ref Unsafe.As<byte, ArrayView<T>>(ref Unsafe.AddByteOffset(ref argument, Offset));
}
