using ILGPU;
using ILGPU.Algorithms;

namespace GpuSeq.Kernels;

/// <summary>
/// The forward pass on GPUs. A group of 16 x 16 lanes takes 16 queries of a head: tile by tile of 16 keys it computes the
/// scores in shared memory, and lane (x, y) keeps columns x, x + 16 and so on of output row y in registers, with the online
/// softmax between tiles. Few queries, or their weights, are one to a group.
/// </summary>
internal sealed class AttentionGroups(KernelLibrary library)
{
    private readonly Action<KernelConfig, AttentionOperands, AttentionArguments> _tiles =
        library.LoadGroupKernel<AttentionOperands, AttentionArguments>(Tiles);

    private readonly Action<KernelConfig, AttentionOperands, AttentionArguments> _queries =
        library.LoadGroupKernel<AttentionOperands, AttentionArguments>(Queries);

    private readonly AttentionBackwardGroups _backward = new(library);

    public void Forward(AttentionOperands operands, AttentionArguments arguments, bool oneByOne)
    {
        if (oneByOne)
            _queries((checked(arguments.B * arguments.H * arguments.T), GroupReduce.Lanes), operands, arguments);
        else
            _tiles(AttentionTiles.Config(arguments.T, arguments), operands, arguments);
    }

    public void Backward(AttentionOperands operands, AttentionArguments arguments) => _backward.Run(operands, arguments);

    /// <summary>Group (x, y) computes queries 16 x and on of head y.</summary>
    public static void Tiles(AttentionOperands operands, AttentionArguments arguments)
    {
        var tileQ = SharedMemory.Allocate<float>(AttentionTiles.Length);
        var tileKv = SharedMemory.Allocate<float>(AttentionTiles.Length);
        var weights = SharedMemory.Allocate<float>(AttentionTiles.Square);
        var output = LocalMemory.Allocate<float>(AttentionTiles.PerLane);
        for (var j = 0; j < AttentionTiles.PerLane; j++)
            output[j] = 0f;

        var (x, y) = (Group.IdxX, Group.IdxY);
        var b = Grid.IdxY / arguments.H;
        var h = Grid.IdxY - b * arguments.H;
        var firstQuery = Grid.IdxX * AttentionTiles.Side;
        var lastQuery = XMath.Min(arguments.T, firstQuery + AttentionTiles.Side) - 1;
        var t = firstQuery + y;
        var row = (long)Grid.IdxY * arguments.T + t;
        var length = AttentionTiles.KeyLength(operands, arguments, b);
        var end = arguments.EndKey(lastQuery, length);
        AttentionTiles.Load(operands.Q, b, h, firstQuery, arguments.T, arguments.D, tileQ);
        float max = float.NegativeInfinity, sum = 0f;
        for (var s0 = arguments.FirstKey(firstQuery); s0 < end; s0 += AttentionTiles.Side)
        {
            AttentionTiles.Load(operands.K, b, h, s0, length, arguments.D, tileKv);
            Group.Barrier();
            var score = float.NegativeInfinity;
            if (t < arguments.T && AttentionTiles.Sees(operands, arguments, b, h, t, s0 + x, length))
            {
                score = arguments.Scale * AttentionTiles.Dot(tileQ, y, tileKv, x, arguments.D)
                    + AttentionTiles.Bias(operands, b, h, t, s0 + x);
            }
            weights[AttentionTiles.At(y, x)] = score;
            Group.Barrier();
            var before = max;
            for (var i = 0; i < AttentionTiles.Side; i++)
                max = GroupReduce.Larger(max, weights[AttentionTiles.At(y, i)]);
            var shift = max == float.NegativeInfinity ? 0f : max;
            var keep = XMath.Exp(before - shift);
            Group.Barrier();
            weights[AttentionTiles.At(y, x)] = XMath.Exp(score - shift);
            AttentionTiles.Load(operands.V, b, h, s0, length, arguments.D, tileKv);
            Group.Barrier();
            sum *= keep;
            for (var i = 0; i < AttentionTiles.Side; i++)
                sum += weights[AttentionTiles.At(y, i)];
            Group.Barrier();
            weights[AttentionTiles.At(y, x)] *= AttentionTiles.Factor(arguments, row, s0 + x);
            Group.Barrier();
            for (var j = 0; j < AttentionTiles.PerLane; j++)
            {
                var d = x + j * AttentionTiles.Side;
                if (d < arguments.D)
                    output[j] = output[j] * keep + AttentionTiles.Column(weights, y, tileKv, d);
            }
            Group.Barrier();
        }
        if (t >= arguments.T)
            return;
        for (var j = 0; j < AttentionTiles.PerLane; j++)
        {
            var d = x + j * AttentionTiles.Side;
            if (d < arguments.D)
                operands.O.Values[operands.O.Row(b, h, t) + d] = sum == 0f ? 0f : output[j] / sum;
        }
        if (x == 0 && operands.Lse.Length > 0)
            operands.Lse[row] = sum == 0f ? float.NegativeInfinity : max + XMath.Log(sum);
    }

    /// <summary>Group i computes query i of all: a lane takes a key at a time, then columns of the output.</summary>
    public static void Queries(AttentionOperands operands, AttentionArguments arguments)
    {
        var reduce = SharedMemory.Allocate<float>(GroupReduce.SharedLength);
        var query = SharedMemory.Allocate<float>(AttentionShape.MaxHeadSize);
        var weights = SharedMemory.Allocate<float>(GroupReduce.Lanes);
        var output = LocalMemory.Allocate<float>(AttentionShape.MaxHeadSize / GroupReduce.Lanes);
        for (var j = 0; j < AttentionShape.MaxHeadSize / GroupReduce.Lanes; j++)
            output[j] = 0f;

        var lane = Group.IdxX;
        var row = (long)Grid.IdxX;
        var head = Grid.IdxX / arguments.T;
        var t = Grid.IdxX - head * arguments.T;
        var b = head / arguments.H;
        var h = head - b * arguments.H;
        var length = AttentionTiles.KeyLength(operands, arguments, b);
        var first = arguments.FirstKey(t);
        var end = arguments.EndKey(t, length);
        for (var d = lane; d < arguments.D; d += GroupReduce.Lanes)
            query[d] = operands.Q.Values[operands.Q.Row(b, h, t) + d];
        Group.Barrier();
        float max = float.NegativeInfinity, sum = 0f;
        for (var s0 = first; s0 < end; s0 += GroupReduce.Lanes)
        {
            var s = s0 + lane;
            var score = float.NegativeInfinity;
            if (AttentionTiles.Sees(operands, arguments, b, h, t, s, length))
            {
                var dot = 0f;
                var key = operands.K.Row(b, h, s);
                for (var d = 0; d < arguments.D; d++)
                    dot += query[d] * operands.K.Values[key + d];
                score = arguments.Scale * dot + AttentionTiles.Bias(operands, b, h, t, s);
            }
            if (operands.Weights.Length > 0 && s < end)
                operands.Weights[row * arguments.S + s] = score;
            var before = max;
            max = GroupReduce.Larger(max, GroupReduce.Max(reduce, score));
            var shift = max == float.NegativeInfinity ? 0f : max;
            var keep = XMath.Exp(before - shift);
            var weight = XMath.Exp(score - shift);
            sum = sum * keep + GroupReduce.Sum(reduce, weight);
            weights[lane] = weight * AttentionTiles.Factor(arguments, row, s);
            Group.Barrier();
            for (var d = lane; d < arguments.D; d += GroupReduce.Lanes)
            {
                var value = 0f;
                for (var i = 0; i < GroupReduce.Lanes && s0 + i < end; i++)
                    value += weights[i] * operands.V.Values[operands.V.Row(b, h, s0 + i) + d];
                output[d / GroupReduce.Lanes] = output[d / GroupReduce.Lanes] * keep + value;
            }
            Group.Barrier();
        }
        for (var d = lane; d < arguments.D && operands.O.Values.Length > 0; d += GroupReduce.Lanes)
            operands.O.Values[operands.O.Row(b, h, t) + d] = sum == 0f ? 0f : output[d / GroupReduce.Lanes] / sum;
        var lse = sum == 0f ? float.NegativeInfinity : max + XMath.Log(sum);
        if (lane == 0 && operands.Lse.Length > 0)
            operands.Lse[row] = lse;
        if (operands.Weights.Length == 0)
            return;
        for (var s = first + lane; s < end; s += GroupReduce.Lanes) // each lane finds what it wrote
            operands.Weights[row * arguments.S + s] = sum == 0f ? 0f : XMath.Exp(operands.Weights[row * arguments.S + s] - lse);
        for (var s = lane; s < arguments.S; s += GroupReduce.Lanes)
        {
            if (s < first || s >= end)
                operands.Weights[row * arguments.S + s] = 0f;
        }
    }
}
