using ILGPU.Runtime.CPU;

namespace ILGPU;

/// <summary>The group of the calling lane, in explicitly grouped kernels.</summary>
/// <exception cref="InvalidOperationException">On any member: the caller is not inside of an explicitly grouped kernel.</exception>
public static class Group
{
    /// <summary>The lane's X index in its group.</summary>
    public static int IdxX => LaneContext.Current("Group.IdxX").Index.X;

    /// <summary>The lane's Y index in its group.</summary>
    public static int IdxY => LaneContext.Current("Group.IdxY").Index.Y;

    /// <summary>The lane's Z index in its group.</summary>
    public static int IdxZ => LaneContext.Current("Group.IdxZ").Index.Z;

    /// <summary>The lane's index in its group.</summary>
    public static Index3D Index => LaneContext.Current("Group.Index").Index;

    /// <summary>The group's X dimension.</summary>
    public static int DimX => LaneContext.Current("Group.DimX").Group.GroupDim.X;

    /// <summary>The group's Y dimension.</summary>
    public static int DimY => LaneContext.Current("Group.DimY").Group.GroupDim.Y;

    /// <summary>The group's Z dimension.</summary>
    public static int DimZ => LaneContext.Current("Group.DimZ").Group.GroupDim.Z;

    /// <summary>The group's dimensions.</summary>
    public static Index3D Dimension => LaneContext.Current("Group.Dimension").Group.GroupDim;

    /// <summary>The lane's number in its group; X varies fastest.</summary>
    public static int LinearIndex => LaneContext.Current("Group.LinearIndex").LinearIndex;

    /// <summary>Whether the lane is the first one of its group.</summary>
    public static bool IsFirstThread => LaneContext.Current("Group.IsFirstThread").LinearIndex == 0;

    /// <summary>Whether the lane is the last one of its group.</summary>
    public static bool IsLastThread
    {
        get
        {
            var lane = LaneContext.Current("Group.IsLastThread");
            return lane.LinearIndex == lane.Group.Size - 1;
        }
    }

    /// <summary>Waits for all lanes of the group that have not ended.</summary>
    public static void Barrier() => LaneContext.Current("Group.Barrier").Wait(WaitKind.GroupBarrier);

    /// <summary>Waits for all lanes of the group and counts those whose predicate holds.</summary>
    public static int BarrierPopCount(bool predicate) => Count("Group.BarrierPopCount", predicate).CountResult;

    /// <summary>Waits for all lanes of the group; true where the predicate holds for all of them.</summary>
    public static bool BarrierAnd(bool predicate) => Count("Group.BarrierAnd", predicate).AndResult;

    /// <summary>Waits for all lanes of the group; true where the predicate holds for any of them.</summary>
    public static bool BarrierOr(bool predicate) => Count("Group.BarrierOr", predicate).OrResult;

    /// <summary>The value that one lane of the group has.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="value">This lane's value.</param>
    /// <param name="groupIndex">The number of the lane in the group whose value all lanes get.</param>
    public static T Broadcast<T>(T value, int groupIndex)
        where T : unmanaged =>
        LaneContext.Current("Group.Broadcast").Exchange(WaitKind.GroupBroadcast, value, groupIndex);

    private static LaneContext Count(string member, bool predicate)
    {
        var lane = LaneContext.Current(member);
        lane.Predicate = predicate;
        lane.Wait(WaitKind.GroupCount);
        return lane;
    }
}
