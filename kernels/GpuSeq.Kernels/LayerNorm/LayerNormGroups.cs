using GpuSeq.Kernels.Simd;
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
        var first = First(lane, origin, arguments.Dropout);
        var x = operands.X;
        var total = 0f;
        if (operands.Residual.Length > 0)
        {
            total = AddResidual(origin, operands, arguments);
            x = operands.Sum;
        }
        else
        {
            for (var c = first; c < columns; c += GroupReduce.Lanes)
                total += x[origin + c];
        }
        var mean = GroupReduce.Sum(shared, total) / columns;
        float sum = 0, squares = 0;
        for (var c = first; c < columns; c += GroupReduce.Lanes)
        {
            var deviation = x[origin + c] - mean;
            sum += deviation;
            squares += deviation * deviation;
        }
        var lost = GroupReduce.Sum(shared, sum) / columns; // what the mean lost to rounding
        var variance = GroupReduce.Sum(shared, squares) / columns - lost * lost;
        var rstd = 1f / MathF.Sqrt((variance < 0f ? 0f : variance) + arguments.Eps);
        for (var c = first; c < columns; c += GroupReduce.Lanes)
        {
            var value = (x[origin + c] - mean - lost) * rstd;
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

    // A lane writes the elements of the sum that it reads later. Four words come of a block, so 64 lanes make those of 256
    // columns and deal them out through shared memory; the first of these columns is where a block begins.
    private static float AddResidual(long origin, LayerNormArguments.Forward operands, LayerNormArguments arguments)
    {
        var words = SharedMemory.Allocate<uint>(4 * GroupReduce.Lanes);
        var total = 0f;
        for (var chunk = -Ahead(origin, arguments.Dropout); chunk < arguments.Columns; chunk += 4 * GroupReduce.Lanes)
        {
            MakeWords(words, origin + chunk, arguments.Dropout);
            for (var i = Group.IdxX; i < 4 * GroupReduce.Lanes; i += GroupReduce.Lanes)
            {
                var c = chunk + i;
                if (c < 0 || c >= arguments.Columns)
                    continue;
                var value = Dropped(operands.X[origin + c], words, i, arguments.Dropout) + operands.Residual[origin + c];
                operands.Sum[origin + c] = value;
                total += value;
            }
        }
        return total;
    }

    private static int Ahead(long origin, DropoutMask dropout) => dropout.Rate > 0f ? (int)(origin & 3) : 0;

    // The first column of a lane.
    private static int First(int lane, long origin, DropoutMask dropout)
    {
        var first = lane - Ahead(origin, dropout);
        return first < 0 ? first + GroupReduce.Lanes : first;
    }

    private static void MakeWords(ArrayView<uint> words, long element, DropoutMask dropout)
    {
        if (dropout.Rate == 0f)
            return;
        var block = Philox.Block((ulong)(element / 4 + Group.IdxX), dropout.Random.Number, dropout.Random.Seed);
        Group.Barrier(); // nobody reads the words of the chunk before
        words[4 * Group.IdxX] = block.W0;
        words[4 * Group.IdxX + 1] = block.W1;
        words[4 * Group.IdxX + 2] = block.W2;
        words[4 * Group.IdxX + 3] = block.W3;
        Group.Barrier();
    }

    private static float Dropped(float value, ArrayView<uint> words, int i, DropoutMask dropout) =>
        dropout.Rate > 0f ? dropout.Apply(new ScalarLane(value), ScalarLane.Unit(words[i])).Value : value;

    /// <summary>Group i computes dx of row i.</summary>
    public static void Backward(LayerNormArguments.Backward operands, LayerNormArguments arguments)
    {
        var shared = SharedMemory.Allocate<float>(GroupReduce.SharedLength);
        var words = SharedMemory.Allocate<uint>(4 * GroupReduce.Lanes);
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
        for (var chunk = -Ahead(origin, arguments.Dropout); chunk < columns; chunk += 4 * GroupReduce.Lanes)
        {
            MakeWords(words, origin + chunk, arguments.Dropout);
            for (var i = lane; i < 4 * GroupReduce.Lanes; i += GroupReduce.Lanes)
            {
                var c = chunk + i;
                if (c < 0 || c >= columns)
                    continue;
                var g = operands.Dy[origin + c] * (operands.Gamma.Length > 0 ? operands.Gamma[c] : 1f);
                var value = rstd * (g - upstream - (operands.X[origin + c] - mean - lost) * rstd * product);
                if (operands.Dsum.Length > 0)
                    value += operands.Dsum[origin + c];
                Store(operands.Dx, origin + c, value, arguments.Write);
                Store(operands.Ddropped, origin + c, Dropped(value, words, i, arguments.Dropout), arguments.WriteDropped);
            }
        }
        if (lane == 0)
            operands.Lost[Grid.IdxX] = lost;
    }

    private static void Store(ArrayView<float> gradient, long i, float value, int write)
    {
        if (gradient.Length > 0)
            gradient[i] = write == Writing.Add ? gradient[i] + value : value;
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
