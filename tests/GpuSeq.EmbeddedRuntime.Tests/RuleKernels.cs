using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using GpuSeq.EmbeddedRuntime.IL;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.IR.Intrinsics;
using ILGPU.Runtime;

namespace GpuSeq.EmbeddedRuntime.Tests;

/// <summary>Says which rule a kernel breaks.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BreaksAttribute(KernelRule rule) : Attribute
{
    public KernelRule Rule { get; } = rule;
}

/// <summary>Kernels that ILGPU cannot compile, at least one for each rule.</summary>
internal static unsafe class BadKernels
{
    private static readonly float[] Table = [1, 2, 3];
    private static readonly object Lock = new();
    private static float _changing = 1;

    private interface IShape
    {
        float Area(float size);

        float Twice(float size) => 2 * Area(size);
    }

    public class Shape
    {
        public float Size = 1;

        public virtual float Area() => Size;
    }

    private struct Square : IShape
    {
        public float Area(float size) => size * size;
    }

    [StructLayout(LayoutKind.Explicit)]
    private struct Union
    {
        [FieldOffset(0)] public int Bits;
        [FieldOffset(0)] public float Number;
    }

    [InlineArray(4)]
    private struct Four
    {
        private float _first;
    }

    private sealed class Circle : Shape
    {
        public override float Area() => MathF.PI * Size;
    }

    public struct Holder(Shape shape)
    {
        public Shape Shape = shape;
    }

    [Breaks(KernelRule.LongIndex)]
    public static void Long(LongIndex1D index, ArrayView<float> view) => view[index] = 1;

    [Breaks(KernelRule.ReferenceType)]
    public static void NewObject(Index1D index, ArrayView<float> view) => view[index] = new Circle().Size;

    [Breaks(KernelRule.ReferenceType)]
    public static void Boxes(Index1D index, ArrayView<float> view) => Box(index.X, view);

    private static void Box(int number, ArrayView<float> view)
    {
        object boxed = number;
        view[0] = boxed.GetHashCode();
    }

    [Breaks(KernelRule.ReferenceType)]
    public static void ReferenceInArgument(Index1D index, ArrayView<float> view, Holder holder) => view[index] = holder.Shape.Size;

    [Breaks(KernelRule.ReferenceType)]
    public static void StaticObject(Index1D index, ArrayView<float> view) => view[index] = Lock == null ? 1 : 0;

    [Breaks(KernelRule.Exception)]
    public static void Throws(Index1D index, ArrayView<float> view)
    {
        if (index == 3)
            throw new InvalidOperationException();
        view[index] = 1;
    }

    [Breaks(KernelRule.Exception)]
    public static void Catches(Index1D index, ArrayView<float> view)
    {
        try
        {
            view[index] = 1;
        }
        catch (IndexOutOfRangeException)
        {
            view[0] = 1;
        }
    }

    [Breaks(KernelRule.Exception)]
    public static void ThrowsInLibrary(Index1D index, ArrayView<float> view) => view[index] = Math.Clamp(view[index], 0, 1);

    [Breaks(KernelRule.VirtualCall)]
    public static void CallsVirtual(Index1D index, ArrayView<float> view) => view[index] = Area(null!);

    private static float Area(Shape shape) => shape.Area();

    [Breaks(KernelRule.VirtualCall)]
    public static void CallsDefault(Index1D index, ArrayView<float> view) => view[index] = Twice(default(Square), index);

    private static float Twice<TShape>(TShape shape, float size)
        where TShape : struct, IShape => shape.Twice(size);

    [Breaks(KernelRule.Layout)]
    public static void CapturesVariables(Index1D index, ArrayView<float> view)
    {
        var factor = view[0];
        view[index] = Scaled(2);

        float Scaled(float value) => factor * value;
    }

    [Breaks(KernelRule.Layout)]
    public static void HasUnion(Index1D index, ArrayView<float> view)
    {
        var union = default(Union);
        union.Bits = index;
        view[index] = union.Number;
    }

    // Public for the compiler and hidden for launchers, because the type around it is.
    private static class Hidden
    {
        public struct Arguments(float value)
        {
            public float Value = value;
        }

        [Breaks(KernelRule.HiddenType)]
        public static void Takes(Index1D index, ArrayView<float> view, Arguments arguments) => view[index] = arguments.Value;
    }

    public static MethodInfo HiddenKernel => typeof(Hidden).GetMethod(nameof(Hidden.Takes))!;

    [Breaks(KernelRule.StackAllocation)]
    public static void Allocates(Index1D index, ArrayView<float> view)
    {
        var memory = stackalloc float[8];
        memory[0] = 1;
        view[index] = memory[0];
    }

    [Breaks(KernelRule.Span)]
    public static void MakesSpan(Index1D index, ArrayView<float> view)
    {
        var value = view[index];
        var span = new Span<float>(ref value);
        view[index] = span[0];
    }

    [Breaks(KernelRule.Span)]
    public static void HasInlineArray(Index1D index, ArrayView<float> view)
    {
        var four = default(Four);
        four[1] = index;
        view[index] = four[2];
    }

    [Breaks(KernelRule.Unsafe)]
    public static void UsesUnsafe(Index1D index, ArrayView<float> view) => Unsafe.Add(ref view[0], index.X) = 1;

    [Breaks(KernelRule.Delegate)]
    public static void CallsLambda(Index1D index, ArrayView<float> view)
    {
        Func<float, float> twice = x => 2 * x;
        view[index] = twice(index);
    }

    [Breaks(KernelRule.Delegate)]
    public static void CallsPointer(Index1D index, ArrayView<float> view)
    {
        delegate*<float, float> function = &MathF.Sqrt;
        view[index] = function(index);
    }

    [Breaks(KernelRule.Half)]
    public static void UsesHalf(Index1D index, ArrayView<float> view) => view[index] = (float)(System.Half)view[index];

    [Breaks(KernelRule.Half)]
    public static void HasHalf(Index1D index, ArrayView<System.Half> view) => Copy(view[index], view);

    private static void Copy(System.Half value, ArrayView<System.Half> view) => view[0] = value;

    [Breaks(KernelRule.StaticArray)]
    public static void ReadsTable(Index1D index, ArrayView<float> view) => view[index] = Table[index % 3];

    [Breaks(KernelRule.MutableStatic)]
    public static void ReadsChanging(Index1D index, ArrayView<float> view) => view[index] = _changing;

    [Breaks(KernelRule.MutableStatic)]
    public static void WritesChanging(Index1D index, ArrayView<float> view) => _changing = view[index];

    [Breaks(KernelRule.FusedMultiplyAdd)]
    public static void Fuses(Index1D index, ArrayView<float> view) => view[index] = MathF.FusedMultiplyAdd(view[index], 2, 3);

    [Breaks(KernelRule.GroupInImplicitKernel)]
    public static void SharesWithoutGroup(Index1D index, ArrayView<float> view) => view[index] = SharedMemory.Allocate<float>(4)[0];

    [Breaks(KernelRule.GroupInImplicitKernel)]
    public static void WaitsWithoutGroup(Index1D index, ArrayView<float> view)
    {
        view[index] = 1;
        Group.Barrier();
    }

    [Breaks(KernelRule.Intrinsic)]
    public static void CallsIntrinsic(ArrayView<float> view) => view[Group.IdxX] = RuleIntrinsics.Fuse(1, 2, 3);

    [Breaks(KernelRule.HiddenIntrinsic)]
    public static void CallsHiddenIntrinsic(Index1D index, ArrayView<float> view) => view[index] = RuleIntrinsics.Hidden(1);

    [Breaks(KernelRule.Recursion)]
    public static void Recurses(Index1D index, ArrayView<float> view) => view[index] = Even(index) ? 1 : 0;

    private static bool Even(int number) => number == 0 || Odd(number - 1);

    private static bool Odd(int number) => number != 0 && Even(number - 1);

    [Breaks(KernelRule.String)]
    public static void UsesText(Index1D index, ArrayView<int> view) => view[index] = "text".Length;

    [Breaks(KernelRule.SharedMemorySize)]
    public static void SharesTooMuch(ArrayView<double> view)
    {
        var first = SharedMemory.Allocate<double>(4096);
        var second = SharedMemory.Allocate<double>(2049);
        view[Group.IdxX] = first[0] + second[0];
    }

    [Breaks(KernelRule.DynamicSize)]
    public static void SharesDynamically(ArrayView<float> view, int size) => view[Group.IdxX] = SharedMemory.Allocate<float>(size)[0];

    [Breaks(KernelRule.DynamicSize)]
    public static void MakesDynamicArray(Index1D index, ArrayView<float> view) => view[index] = (new float[view.IntLength])[0];

    [Breaks(KernelRule.HostApi)]
    public static void TakesAddress(Index1D index, ArrayView<float> view) => *(float*)view.LoadEffectiveAddressAsPtr() = index;

    [Breaks(KernelRule.LibraryCall)]
    public static void CallsLibrary(Index1D index, ArrayView<int> view) => view[index] = Environment.ProcessorCount;

    [Breaks(KernelRule.Instruction)]
    public static void MakesReference(Index1D index, ArrayView<float> view)
    {
        var value = view[index];
        view[index] = __refvalue(__makeref(value), float);
    }
}

/// <summary>Methods whose bodies are not read.</summary>
public static class RuleIntrinsics
{
    [IntrinsicImplementation]
    public static float Fuse(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);

    [IntrinsicImplementation]
    internal static float Hidden(float a) => a;
}

/// <summary>Kernels that break no rule, with all that is allowed.</summary>
internal static class GoodKernels
{
    private const int Size = 64;
    private static readonly float Scale = 0.5f;

    public interface IOperation
    {
        static abstract int Width { get; }

        float Apply(float value);
    }

    public readonly struct Root : IOperation
    {
        public static int Width => 8;

        public float Apply(float value) => MathF.Sqrt(value) + XMath.Rsqrt(value);
    }

    public struct Arguments(int count, (float Low, float High) range)
    {
        public int Count = count;
        public (float Low, float High) Range = range;
    }

    public static void Everything<TOperation>(
        Index1D index, ArrayView<float> view, ArrayView<ushort> halves, Arguments arguments, SpecializedValue<int> kind)
        where TOperation : struct, IOperation
    {
        TOperation operation = default;
        var local = new float[8];
        var memory = LocalMemory.Allocate<float>(TOperation.Width);
        var (low, high) = arguments.Range;
        for (var i = 0; i < 8; i++)
            local[i] = memory[i] = i switch { 0 => Scale, 1 => low, 2 => high, _ => Local(i, arguments.Count) };
        var bits = Interop.IntAsFloat((uint)halves[index] << 16);
        view[index] = operation.Apply(local[kind]) + Math.Max(bits, memory[0]) + (float.IsNaN(bits) ? 0 : Math.Abs(bits));
        Atomic.Add(ref view[0], view.SubView(1, 4).Cast<float>()[Math.DivRem(index.X, 3).Remainder]);

        static float Local(int number, int count) => count * number;
    }

    public static void Shared<TOperation>(ArrayView<float> view)
        where TOperation : struct, IOperation
    {
        var shared = SharedMemory.Allocate<double>(Size * Size);
        var more = SharedMemory.Allocate<float>(TOperation.Width);
        shared[Group.IdxX] = Grid.GlobalLinearIndex;
        more[Group.IdxX % 8] = Warp.ShuffleDown(view[0], 1);
        Group.Barrier();
        view[Group.IdxX] = (float)shared[Group.DimX - 1 - Group.IdxX] + more[0];
    }

    public static void Intrinsic(Index1D index, ArrayView<float> view) => view[index] = RuleIntrinsics.Fuse(view[index], 2, 3);
}
