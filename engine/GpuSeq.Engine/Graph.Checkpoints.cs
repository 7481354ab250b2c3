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
            return result;
        }
        finally
        {
            EndBlocks(blocks, result);
        }
    }

    /// <summary>Runs operations again, with the random numbers that they had, and takes the gradient of their result through them.</summary>
    /// <param name="part">The operations.</param>
    /// <param name="result">What they gave the first time, with the gradient that arrived at it.</param>
    /// <param name="calls">Calls of random numbers that had been made before the first time.</param>
    internal void BackwardAgain(Func<Tensor> part, Tensor result, ulong calls)
    {
        var (records, now) = (_records, RandomCalls);
        _records = [];
        _random?.Return(calls);
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
            _random?.Return(now);
            _records = records;
        }
    }

    private HashSet<MemoryBlock> BeginBlocks()
    {
        var outer = _blocks;
        _blocks = [];
        return outer;
    }

    private void EndBlocks(HashSet<MemoryBlock> outer, Tensor? result)
    {
        foreach (var block in _blocks)
        {
            if (ReferenceEquals(block, result?.Block))
                outer.Add(block);
            else
                block.Dispose();
        }
        _blocks = outer;
    }
}
