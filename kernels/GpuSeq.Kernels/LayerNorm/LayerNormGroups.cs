using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>Layer normalisation on GPUs: a group computes a row, and a lane a column of a block of rows for the sums over rows.</summary>
internal static class LayerNormGroups
{
    /// <summary>Group i normalises row i.</summary>
    public static void Forward(LayerNormArguments.Forward operands, LayerNormArguments arguments)
    {
        var shared = SharedMemory.Allocate<float>(GroupReduce.SharedLength);
        var lane = Group.IdxX;
        var columns = arguments.Columns;
        var origin = (long)Grid.IdxX * columns;
        var total = 0f;
        for (var c = lane; c < columns; c += GroupReduce.Lanes)
            total += operands.X[origin + c];
        var mean = GroupReduce.Sum(shared, total) / columns;
        float sum = 0, squares = 0;
        for (var c = lane; c < columns; c += GroupReduce.Lanes)
        {
            var deviation = operands.X[origin + c] - mean;
            sum += deviation;
            squares += deviation * deviation;
        }
        var lost = GroupReduce.Sum(shared, sum) / columns; // what the mean lost to rounding
        var variance = GroupReduce.Sum(shared, squares) / columns - lost * lost;
        var rstd = 1f / MathF.Sqrt((variance < 0f ? 0f : variance) + arguments.Eps);
        for (var c = lane; c < columns; c += GroupReduce.Lanes)
        {
            var value = (operands.X[origin + c] - mean - lost) * rstd;
            if (operands.Gamma.Length > 0)
                value *= operands.Gamma[c];
            if (operands.Beta.Length > 0)
                value += operands.Beta[c];
            operands.Y[origin + c] = value;
        }
        if (lane != 0 || operands.Mean.Length == 0)
            return;
        operands.Mean[Grid.IdxX] = mean + lost;
        operands.Rstd[Grid.IdxX] = rstd;
    }

    /// <summary>Group i computes dx of row i.</summary>
    public static void Backward(LayerNormArguments.Backward operands, LayerNormArguments arguments)
    {
        var shared = SharedMemory.Allocate<float>(GroupReduce.SharedLength);
        var lane = Group.IdxX;
        var columns = arguments.Columns;
        var origin = (long)Grid.IdxX * columns;
        var mean = operands.Mean[Grid.IdxX];
        var rstd = operands.Rstd[Grid.IdxX];
        float lost = 0, upstream = 0, product = 0;
        for (var c = lane; c < columns; c += GroupReduce.Lanes)
        {
            var deviation = operands.X[origin + c] - mean;
            var g = operands.Dy[origin + c] * (operands.Gamma.Length > 0 ? operands.Gamma[c] : 1f);
            lost += deviation;
            upstream += g;
            product += g * deviation;
        }
        lost = GroupReduce.Sum(shared, lost) / columns;
        upstream = GroupReduce.Sum(shared, upstream);
        product = (GroupReduce.Sum(shared, product) - lost * upstream) * rstd / columns;
        upstream /= columns;
        for (var c = lane; c < columns; c += GroupReduce.Lanes)
        {
            var g = operands.Dy[origin + c] * (operands.Gamma.Length > 0 ? operands.Gamma[c] : 1f);
            var value = rstd * (g - upstream - (operands.X[origin + c] - mean - lost) * rstd * product);
            operands.Dx[origin + c] = arguments.Accumulate != 0 ? operands.Dx[origin + c] + value : value;
        }
        if (lane == 0)
            operands.Lost[Grid.IdxX] = lost;
    }

    /// <summary>Lane i sums column i mod C of block i / C of the rows.</summary>
    public static void Sums(Index1D lane, LayerNormArguments.Backward operands, LayerNormArguments arguments)
    {
        var block = lane.X / arguments.Columns;
        var column = lane.X - block * arguments.Columns;
        var begin = block * arguments.RowsPerItem;
        float gamma = 0, beta = 0;
        for (var row = begin; row < arguments.Rows && row < begin + arguments.RowsPerItem; row++)
        {
            var i = (long)row * arguments.Columns + column;
            gamma += operands.Dy[i] * (operands.X[i] - operands.Mean[row] - operands.Lost[row]) * operands.Rstd[row];
            beta += operands.Dy[i];
        }
        if (operands.GammaSums.Length > 0)
            operands.GammaSums[lane] = gamma;
        if (operands.BetaSums.Length > 0)
            operands.BetaSums[lane] = beta;
    }
}
