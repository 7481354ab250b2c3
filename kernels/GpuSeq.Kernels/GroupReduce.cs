using System.Runtime.CompilerServices;
using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// Sums and maxima over the lanes of a group, through shared memory in two steps of a fixed order: 8 lanes reduce 8 values
/// each, then every lane reduces those 8. Works for any warp size. Every lane of the group must call.
/// </summary>
internal static class GroupReduce
{
    /// <summary>The lanes of a group: one row is one group's.</summary>
    public const int Lanes = 64;

    /// <summary>Elements of shared memory, of which a kernel that reduces gives one array to all its reductions.</summary>
    public const int SharedLength = Lanes + Fan;

    private const int Fan = 8;

    /// <summary>The sum over the lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(ArrayView<float> shared, float value)
    {
        shared[Group.IdxX] = value;
        Group.Barrier();
        if (Group.IdxX < Fan)
        {
            var partial = 0f;
            for (var i = Group.IdxX; i < Lanes; i += Fan)
                partial += shared[i];
            shared[Lanes + Group.IdxX] = partial;
        }
        Group.Barrier();
        var sum = 0f;
        for (var i = 0; i < Fan; i++)
            sum += shared[Lanes + i];
        return sum;
    }

    /// <summary>The largest over the lanes; NaN where one is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(ArrayView<float> shared, float value)
    {
        shared[Group.IdxX] = value;
        Group.Barrier();
        if (Group.IdxX < Fan)
        {
            var partial = shared[Group.IdxX];
            for (var i = Group.IdxX + Fan; i < Lanes; i += Fan)
                partial = Larger(partial, shared[i]);
            shared[Lanes + Group.IdxX] = partial;
        }
        Group.Barrier();
        var max = shared[Lanes];
        for (var i = 1; i < Fan; i++)
            max = Larger(max, shared[Lanes + i]);
        return max;
    }

    /// <summary>The larger of two; NaN where one is, which not every device's max keeps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Larger(float left, float right) => left >= right || float.IsNaN(left) ? left : right;
}
