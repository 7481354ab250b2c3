using ILGPU;
using ILGPU.Algorithms;

namespace GpuSeq.Kernels;

/// <summary>
/// The backward pass on GPUs, without atomic operations: one launch for dK and dV, in which a group owns 16 keys and goes
/// through the queries, and one for dQ, in which it owns 16 queries and goes through the keys. Both compute the weights again.
/// </summary>
internal sealed class AttentionBackwardGroups(KernelLibrary library)
{
    private readonly Action<Index1D, AttentionOperands, AttentionArguments> _delta =
        library.LoadKernel<AttentionOperands, AttentionArguments>(Delta);

    private readonly Action<KernelConfig, AttentionOperands, AttentionArguments> _keys =
        library.LoadGroupKernel<AttentionOperands, AttentionArguments>(Keys);

    private readonly Action<KernelConfig, AttentionOperands, AttentionArguments> _queries =
        library.LoadGroupKernel<AttentionOperands, AttentionArguments>(Queries);

    public void Run(AttentionOperands operands, AttentionArguments arguments)
    {
        if (arguments.T > 0)
            _delta(checked(arguments.B * arguments.H * arguments.T), operands, arguments);
        if (arguments.S > 0)
            _keys(AttentionTiles.Config(arguments.S, arguments), operands, arguments);
        if (arguments.T > 0)
            _queries(AttentionTiles.Config(arguments.T, arguments), operands, arguments);
    }

    /// <summary>Lane i sums dO O, and dW W, of row i.</summary>
    public static void Delta(Index1D index, AttentionOperands operands, AttentionArguments arguments)
    {
        var head = index.X / arguments.T;
        var t = index.X - head * arguments.T;
        var b = head / arguments.H;
        var h = head - b * arguments.H;
        var sum = 0f;
        for (var d = 0; d < arguments.D; d++)
            sum += operands.Do.Values[operands.Do.Row(b, h, t) + d] * operands.O.Values[operands.O.Row(b, h, t) + d];
        for (var s = 0; s < arguments.S && operands.DWeights.Length > 0; s++)
            sum += operands.Weights[(long)index.X * arguments.S + s] * operands.DWeights[(long)index.X * arguments.S + s];
        operands.Delta[index.X] = sum;
    }

    /// <summary>Group (x, y) computes dK and dV of keys 16 x and on of head y. Lane (x, y): query x, key y.</summary>
    public static void Keys(AttentionOperands operands, AttentionArguments arguments)
    {
        var tileQ = SharedMemory.Allocate<float>(AttentionTiles.Length);
        var tileK = SharedMemory.Allocate<float>(AttentionTiles.Length);
        var weights = SharedMemory.Allocate<float>(AttentionTiles.Square);
        var slopes = SharedMemory.Allocate<float>(AttentionTiles.Square);
        var dk = LocalMemory.Allocate<float>(AttentionTiles.PerLane);
        var dv = LocalMemory.Allocate<float>(AttentionTiles.PerLane);
        for (var j = 0; j < AttentionTiles.PerLane; j++)
        {
            dk[j] = 0f;
            dv[j] = 0f;
        }
        var (x, y) = (Group.IdxX, Group.IdxY);
        var b = Grid.IdxY / arguments.H;
        var h = Grid.IdxY - b * arguments.H;
        var firstKey = Grid.IdxX * AttentionTiles.Side;
        var s = firstKey + y;
        var length = AttentionTiles.KeyLength(operands, arguments, b);
        for (var t0 = 0; t0 < arguments.T && firstKey < length; t0 += AttentionTiles.Side)
        {
            var t = t0 + x;
            var row = (long)Grid.IdxY * arguments.T + t;
            var sees = t < arguments.T && AttentionTiles.Sees(operands, arguments, b, h, t, s, length);
            AttentionTiles.Load(operands.Q, b, h, t0, arguments.T, arguments.D, tileQ);
            AttentionTiles.Load(operands.K, b, h, firstKey, length, arguments.D, tileK);
            Group.Barrier();
            var weight = 0f;
            if (sees)
                weight = AttentionTiles.Weight(operands, arguments, b, h, t, s, AttentionTiles.Dot(tileQ, x, tileK, y, arguments.D));
            Group.Barrier();
            AttentionTiles.Load(operands.Do, b, h, t0, arguments.T, arguments.D, tileQ);
            AttentionTiles.Load(operands.V, b, h, firstKey, length, arguments.D, tileK);
            Group.Barrier();
            var slope = 0f;
            var factor = 0f;
            if (sees)
            {
                factor = AttentionTiles.Factor(arguments, row, s);
                var product = AttentionTiles.Dot(tileQ, x, tileK, y, arguments.D);
                slope = AttentionTiles.Slope(operands, arguments, row, s, weight, factor, product);
            }
            weights[AttentionTiles.At(y, x)] = weight * factor;
            slopes[AttentionTiles.At(y, x)] = slope;
            Group.Barrier();
            for (var j = 0; j < AttentionTiles.PerLane; j++)
            {
                var d = x + j * AttentionTiles.Side;
                if (d < arguments.D)
                    dv[j] += AttentionTiles.Column(weights, y, tileQ, d);
            }
            Group.Barrier();
            AttentionTiles.Load(operands.Q, b, h, t0, arguments.T, arguments.D, tileQ);
            Group.Barrier();
            for (var j = 0; j < AttentionTiles.PerLane; j++)
            {
                var d = x + j * AttentionTiles.Side;
                if (d < arguments.D)
                    dk[j] += AttentionTiles.Column(slopes, y, tileQ, d);
            }
            Group.Barrier();
        }
        if (s >= arguments.S)
            return;
        for (var j = 0; j < AttentionTiles.PerLane; j++)
        {
            var d = x + j * AttentionTiles.Side;
            if (d >= arguments.D)
                continue;
            AttentionTiles.Store(operands.Dk, b, h, s, d, arguments.Scale * dk[j], arguments.Accumulate & AttentionArguments.AccumulateK);
            AttentionTiles.Store(operands.Dv, b, h, s, d, dv[j], arguments.Accumulate & AttentionArguments.AccumulateV);
        }
    }

    /// <summary>Group (x, y) computes dQ of queries 16 x and on of head y. Lane (x, y): key x, query y.</summary>
    public static void Queries(AttentionOperands operands, AttentionArguments arguments)
    {
        var tileQ = SharedMemory.Allocate<float>(AttentionTiles.Length);
        var tileK = SharedMemory.Allocate<float>(AttentionTiles.Length);
        var slopes = SharedMemory.Allocate<float>(AttentionTiles.Square);
        var dq = LocalMemory.Allocate<float>(AttentionTiles.PerLane);
        for (var j = 0; j < AttentionTiles.PerLane; j++)
            dq[j] = 0f;
        var (x, y) = (Group.IdxX, Group.IdxY);
        var b = Grid.IdxY / arguments.H;
        var h = Grid.IdxY - b * arguments.H;
        var firstQuery = Grid.IdxX * AttentionTiles.Side;
        var t = firstQuery + y;
        var row = (long)Grid.IdxY * arguments.T + t;
        var length = AttentionTiles.KeyLength(operands, arguments, b);
        var end = arguments.EndKey(XMath.Min(arguments.T, firstQuery + AttentionTiles.Side) - 1, length);
        for (var s0 = arguments.FirstKey(firstQuery); s0 < end; s0 += AttentionTiles.Side)
        {
            var s = s0 + x;
            var sees = t < arguments.T && AttentionTiles.Sees(operands, arguments, b, h, t, s, length);
            AttentionTiles.Load(operands.Q, b, h, firstQuery, arguments.T, arguments.D, tileQ);
            AttentionTiles.Load(operands.K, b, h, s0, length, arguments.D, tileK);
            Group.Barrier();
            var weight = 0f;
            if (sees)
                weight = AttentionTiles.Weight(operands, arguments, b, h, t, s, AttentionTiles.Dot(tileQ, y, tileK, x, arguments.D));
            Group.Barrier();
            AttentionTiles.Load(operands.Do, b, h, firstQuery, arguments.T, arguments.D, tileQ);
            AttentionTiles.Load(operands.V, b, h, s0, length, arguments.D, tileK);
            Group.Barrier();
            var slope = 0f;
            if (sees)
            {
                slope = AttentionTiles.Slope(
                    operands, arguments, row, s, weight, AttentionTiles.Factor(arguments, row, s),
                    AttentionTiles.Dot(tileQ, y, tileK, x, arguments.D));
            }
            slopes[AttentionTiles.At(y, x)] = slope;
            Group.Barrier();
            AttentionTiles.Load(operands.K, b, h, s0, length, arguments.D, tileK);
            Group.Barrier();
            for (var j = 0; j < AttentionTiles.PerLane; j++)
            {
                var d = x + j * AttentionTiles.Side;
                if (d < arguments.D)
                    dq[j] += AttentionTiles.Column(slopes, y, tileK, d);
            }
            Group.Barrier();
        }
        if (t >= arguments.T)
            return;
        for (var j = 0; j < AttentionTiles.PerLane; j++)
        {
            var d = x + j * AttentionTiles.Side;
            var adds = arguments.Accumulate & AttentionArguments.AccumulateQ;
            if (d < arguments.D)
                AttentionTiles.Store(operands.Dq, b, h, t, d, arguments.Scale * dq[j], adds);
        }
    }
}
