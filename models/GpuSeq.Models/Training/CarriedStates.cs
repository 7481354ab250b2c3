using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>What a step carries to the next, as it was before the step, so that the step can be run again.</summary>
internal sealed class CarriedStates(Device device, IEnumerable<(string Name, StateTensor Tensor)> tensors) : IDisposable
{
    private readonly (StateTensor Now, StateTensor Before)[] _tensors =
        [.. tensors.Select(carried => (carried.Tensor, new StateTensor(device, carried.Tensor.Shape, carried.Tensor.ElementType)))];

    public void Remember()
    {
        foreach (var (now, before) in _tensors)
            before.Assign(now);
    }

    public void Restore()
    {
        foreach (var (now, before) in _tensors)
            now.Assign(before);
    }

    public void Dispose()
    {
        foreach (var (_, before) in _tensors)
            before.Dispose();
    }
}
