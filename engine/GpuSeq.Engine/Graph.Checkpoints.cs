using GpuSeq.Kernels;

namespace GpuSeq.Engine;

public sealed partial class Graph
{
    /// <summary>Calls of random numbers so far; 0 where there are none.</summary>
    internal ulong RandomCalls => _random?.Calls ?? 0;

    /// <summary>Runs operations of which only the result is kept.</summary>
    internal Tensor RunWithoutKeeping(Func<Tensor> part)
    {
        var blocks = BeginBlocks();
        Tensor? result = null;
        try
        {
            using (NoGradient())
                result = part();
            _ = result.Memory; // a view is copied out before what it is a view of goes
            return result;
        }
        finally
        {
            EndBlocks(blocks, block => ReferenceEquals(block, result?.Block));
        }
    }

    /// <summary>Runs operations again, with the random numbers that they had, and takes the gradient of their result through them.</summary>
    /// <param name="part">The operations.</param>
    /// <param name="result">What they gave the first time, with the gradient that arrived at it.</param>
    /// <param name="calls">Calls of random numbers that had been made before the first time.</param>
    internal void BackwardAgain(Func<Tensor> part, Tensor result, ulong calls)
    {
        var (records, now) = (_records, RandomCalls);
        var blocks = BeginBlocks();
        _records = [];
        _random?.Resume(calls);
        try
        {
            var again = part();
            if (ReferenceEquals(again, result) || !again.RequiresGradient)
                return;
            var target = Accumulate(again);
            Kernels.Elementwise.Scale(Arrived(result), 1f, target.Floats, target.Adds);
            WalkBack();
        }
        finally
        {
            _random?.Resume(now);
            _records = records;
            var kept = _gradients.Values.Select(gradient => gradient.Block).ToHashSet(); // such as that of what the part takes
            EndBlocks(blocks, kept.Contains);
        }
    }

    private HashSet<MemoryBlock> BeginBlocks()
    {
        var outer = _blocks;
        _blocks = [];
        return outer;
    }

    private void EndBlocks(HashSet<MemoryBlock> outer, Predicate<MemoryBlock> isKept)
    {
        foreach (var block in _blocks)
        {
            if (isKept(block))
                outer.Add(block);
            else
                block.Dispose();
        }
        _blocks = outer;
    }
}
