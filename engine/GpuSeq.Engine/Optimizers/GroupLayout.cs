using GpuSeq.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Engine;

/// <summary>
/// Where the groups of an optimizer lie in the memory of its parameters, as kernels read it: a number for each block of
/// elements, and what the numbers stand for. A set that is all one group, with nothing frozen, needs none of it.
/// </summary>
internal sealed class GroupLayout : IDisposable
{
    private readonly List<MemoryBlock> _blocks = [];

    public GroupLayout(ParameterSet parameters, IReadOnlyList<ParameterGroup> groups, double weightDecay)
    {
        var settings = new List<Setting>();
        var map = new byte[parameters.Length / StepControl.BlockLength];
        Array.Fill(map, StepControl.Frozen);
        foreach (var parameter in parameters.Parameters)
        {
            if (!parameter.IsFrozen)
                Blocks(map, parameter).Fill(NumberOf(settings, SettingOf(parameter, groups, weightDecay)));
        }
        IsTrainable = settings.Count > 0;
        (RateFactor, WeightDecay) = settings.Count == 1 ? settings[0] : new(1f, weightDecay);
        var isFrozen = map.Contains(StepControl.Frozen);
        if (!IsTrainable || (settings.Count == 1 && !isFrozen))
            return;
        Map = Copy(parameters.Device, map);
        Table = Copy(parameters.Device, settings.SelectMany(setting => new[] { setting.RateFactor, (float)setting.WeightDecay }).ToArray());
        Pieces = isFrozen ? Copy(parameters.Device, Reduction.Pieces(TrainableParts(map))) : default;
    }

    /// <summary>Whether there is anything to train.</summary>
    public bool IsTrainable { get; }

    /// <summary>What the learning rate is of the optimizer's, where there is one group.</summary>
    public float RateFactor { get; }

    /// <summary>The weight decay, where there is one group.</summary>
    public double WeightDecay { get; }

    /// <summary>The number of each block's group; empty for one group.</summary>
    public ArrayView<byte> Map { get; }

    /// <summary>What the numbers stand for.</summary>
    public ArrayView<float> Table { get; }

    /// <summary>The parts that are not frozen; empty where nothing is.</summary>
    public ArrayView<int> Pieces { get; }

    public void Dispose() => _blocks.ForEach(block => block.Dispose());

    private static Setting SettingOf(Parameter parameter, IReadOnlyList<ParameterGroup> groups, double weightDecay)
    {
        var group = groups.FirstOrDefault(group => group.Contains(parameter));
        return new(group?.LearningRateFactor ?? 1f, group?.WeightDecay ?? weightDecay);
    }

    private static byte NumberOf(List<Setting> settings, Setting setting)
    {
        if (!settings.Contains(setting))
            settings.Add(setting);
        if (settings.Count > StepControl.Frozen)
            throw new InvalidOperationException($"An optimizer cannot have more than {StepControl.Frozen} different groups.");
        return (byte)settings.IndexOf(setting);
    }

    private static Span<byte> Blocks(byte[] map, Parameter parameter)
    {
        var begin = (int)(parameter.Offset / StepControl.BlockLength);
        var count = (parameter.Shape.ElementCount + StepControl.BlockLength - 1) / StepControl.BlockLength;
        return map.AsSpan(begin, (int)count);
    }

    private static IEnumerable<(int Begin, int Length)> TrainableParts(byte[] map)
    {
        for (var begin = 0; begin < map.Length; begin++)
        {
            if (map[begin] == StepControl.Frozen)
                continue;
            var count = Array.IndexOf(map, StepControl.Frozen, begin) is var end and >= 0 ? end - begin : map.Length - begin;
            yield return (checked(begin * StepControl.BlockLength), checked(count * StepControl.BlockLength));
            begin += count;
        }
    }

    private ArrayView<T> Copy<T>(Device device, T[] values)
        where T : unmanaged
    {
        var block = device.Pool.Rent((long)values.Length * System.Runtime.CompilerServices.Unsafe.SizeOf<T>());
        _blocks.Add(block);
        var view = block.View<T>(values.Length);
        view.CopyFromCPU(values);
        return view;
    }

    private readonly record struct Setting(float RateFactor, double WeightDecay);
}
